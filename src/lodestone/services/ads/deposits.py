"""What advertisers pay in: from a provider's clearing to their balance, once for each idempotency key."""

from collections.abc import Callable
from typing import Final

from lodestone.ads.advertiser import DepositIn, DepositOut
from lodestone.ads.judge_campaign import judge_money
from lodestone.ads.refusals import AdRefusal, Fault, raise_first
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.ledger.chart import AccountKind, Code, account, provider
from lodestone.ledger.transfers import Outcome, Transfer, transfer_id
from lodestone.services.access import Principal
from lodestone.services.ads.advertising import SCOPE
from lodestone.services.ads.balances import balance_account
from lodestone.services.ledger.statements import transfer_text
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.external.payment_providers import MANUAL
from lodestone.stores.ports import Records

_R: Final = AdRefusal


class Deposits:
    """What advertisers of one community pay in, for whoever asks."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        who: Principal,
        paid_in: Callable[[str], None],
    ) -> None:
        """Take what deposits need; `paid_in` hears the advertiser of each one that stands."""
        self._community, self._clock = community, clock
        self._records, self._writes, self._who = records, writes, who
        self._paid_in = paid_in

    async def pay_in(self, advertiser_id: str, given: DepositIn, token: str | None) -> DepositOut:
        """Book money that the app has collected for an advertiser; again under the same key moves nothing.

        Args:
            advertiser_id: Whose balance it is.
            given: How much, and who has collected it.
            token: The idempotency key, for good, and of the advertiser, whoever sends it; None: a deposit of its own.

        Raises:
            ForbiddenError: `scope_missing`.
            InvalidError: `currency_mismatch`, `amount_not_positive`, `provider_unknown`, `amount_not_whole`.
            ConflictError: `deposit_replayed`: it was used for another amount.
            UnknownError, GoneError: As `AdRecords`.
        """
        self._who.need(SCOPE)
        community, currency, amount = self._community, self._community.currency, given.amount
        faults = [*judge_money(amount, currency, "amount")]
        if given.provider != MANUAL:
            faults.append(Fault(_R.PROVIDER_UNKNOWN, "provider"))
        unit = minor_unit(currency)
        if amount.micros % unit:
            faults.append(Fault(_R.AMOUNT_NOT_WHOLE, "amount", f"of {unit} micros"))
        raise_first(faults)
        if token is None:
            token = await self._records.threads.read(self._records.fresh_token)
        now = self._clock.now()
        clearing = account(
            community.secret, AccountKind.PROVIDER_CLEARING, provider(MANUAL), currency
        )
        balance = balance_account(community, advertiser_id)
        deposit = Transfer(
            transfer_id("ad deposit", advertiser_id, token),
            clearing.id,
            balance.id,
            Micros(amount.micros),
            int(Code.AD_DEPOSIT),
            external=f"deposit {advertiser_id}",
        )
        outcome = await self._writes.do(
            lambda: self._records.post_deposit(
                community.id, advertiser_id, deposit,
                opening=(clearing, balance), now=now, today=community.days.of(now),
            ),
            lambda _: [],
        )  # fmt: skip
        if not outcome.stands:
            raise _refused(outcome).error()
        self._paid_in(advertiser_id)
        return DepositOut(
            id=transfer_text(deposit.id),
            advertiser_id=advertiser_id,
            amount=Money(amount.micros, currency),
            provider=MANUAL,
        )


def _refused(outcome: Outcome) -> Fault:
    """Say why the ledger took no deposit: all else that it could refuse was seen to before."""
    if outcome is Outcome.EXISTS_WITH_DIFFERENT_AMOUNT:
        return Fault(_R.DEPOSIT_REPLAYED, "amount")
    return Fault(_R.DEPOSIT_REFUSED, "amount", outcome.name.lower())
