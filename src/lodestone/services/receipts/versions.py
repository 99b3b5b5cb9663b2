"""Policies and price vectors that receipts name by their versions."""

from collections.abc import Mapping

import msgspec

from lodestone.base.errors import UnavailableError
from lodestone.content import Community
from lodestone.services.support.ports import Clock, PriceBook
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind
from lodestone.traffic.decision import Decision
from lodestone.traffic.policy import Policy
from lodestone.traffic.pricer import PricerState
from lodestone.traffic.prices import PriceVector, no_prices


class Versions:
    """Every version of one community's policy and prices. Whoever asks reads records or log: call it in a thread.

    A version never changes, and the receipts of one day share a few: each is read once.
    """

    def __init__(
        self, community: Community, records: Records, log: Log, prices: PriceBook, clock: Clock
    ) -> None:
        self._community = community.id
        self._records, self._log = records, log
        self._prices, self._clock = prices, clock
        self._policies: dict[int, Policy] = {}
        self._vectors: dict[int, PriceVector] = {}
        self._campaigns: dict[str, int] = {}

    def policy(self, version: int) -> Policy:
        """Return the policy a receipt names."""
        if version not in self._policies:
            self._policies[version] = self._records.policy(self._community, version).policy
        return self._policies[version]

    def prices(self, version: int) -> PriceVector:
        """Return the price vector a receipt names. Raises UnavailableError `prices_missing` when it is lost."""
        if version not in self._vectors:
            self._vectors[version] = self._vector(version)
        return self._vectors[version]

    def campaigns(self, decision: Decision) -> Mapping[str, int]:
        """Return the numbers under which price vectors know the campaigns on a receipt, at least; of those that have one."""
        named = () if decision.paid is None else decision.paid.ads.campaign_id
        if any(name not in self._campaigns for name in named):
            terms = self._records.terms(self._community, TermKind.CAMPAIGN)
            self._campaigns = {name: number for number, name in terms.items()}
        return self._campaigns

    def _vector(self, version: int) -> PriceVector:
        current = self._prices.pricer.vector
        if version == current.version:
            return current
        payload = self._log.prices(version)
        if payload is None:
            if version == 0:
                return no_prices(self._clock.now())
            raise UnavailableError("prices_missing", f"price vector {version} is not stored")
        return msgspec.msgpack.decode(payload, type=PricerState).vector
