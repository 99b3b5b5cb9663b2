"""Boosts: bought, stopped, read, and foreseen before they are bought."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from lodestone.ads.forecast import ForecastIn, ForecastOut, RangeOut
from lodestone.ads.objective import ACTIONS
from lodestone.base.errors import UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.creators.assignment import ActIn
from lodestone.creators.boost import (
    OBJECTIVE_OF,
    BoostEnd,
    BoostForecastOut,
    BoostIn,
    BoostOut,
    BoostState,
    promised,
    unit_price,
)
from lodestone.creators.boost_refusals import BoostFault, BoostRefusal
from lodestone.services.access import Principal
from lodestone.services.creators.boost_context import (
    BoostCommit,
    Price,
    judged,
)
from lodestone.services.creators.boost_presenters import Progress, boost_out, objects_id
from lodestone.services.creators.profiles import SCOPE
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.creators.boosts import BoostFinds
from lodestone.stores.ports import Records
from lodestone.traffic.policy import Policy

_R: Final = BoostRefusal
_DAY_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class BoostPorts:
    """What boosts ask of serving; the last two are called in a thread."""

    policy: Callable[[], Policy]
    """The one in force."""
    publish: Callable[[str], Awaitable[None]]
    """Let the next decision see a campaign as its records say."""
    progress: Callable[[str], Progress]
    """What a campaign has come to."""
    forecast: Callable[[ForecastIn], ForecastOut]


class Boosts:
    """Use cases of boosts, for whoever asks.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. All raise ForbiddenError
    `scope_missing`, UnknownError (`boost_unknown`, `person_unknown`), and the error of a `BoostRefusal`.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        who: Principal,
        ports: BoostPorts,
    ) -> None:
        self._community, self._clock = community, clock
        self._records, self._writes, self._who = records, writes, who
        self._ports = ports

    async def put(self, boost_id: str, given: BoostIn) -> tuple[BoostOut, bool]:
        """Buy a boost; return it and whether it is new. The same again moves nothing."""
        self._who.need(SCOPE)
        unit, now = self._unit(given), self._clock.now()

        def write() -> tuple[Boost, bool]:
            payer = self._records.person(self._community.id, given.person_id).given.name
            with self._records.boost_work(self._community.id, now=now) as work:
                before = work.find_boost(boost_id)
                if before is not None:
                    _require_same(work, before, given)
                    return before, False
                price = Price(unit, payer or given.person_id)
                return BoostCommit(work, self._community).start(boost_id, given, price), True

        async def then(made: tuple[Boost, bool]) -> None:
            if made[1]:
                await self._ports.publish(objects_id(self._community, made[0]))

        _, new = await self._writes.do(write, lambda _: [], then)
        return await self._records.threads.read(self.boost, boost_id), new

    async def stop(self, boost_id: str, given: ActIn) -> BoostOut:
        """Stop a boost, as who bought it; one that has come to its end stays as it is."""
        self._who.need(SCOPE)
        now = self._clock.now()

        def write() -> Boost:
            with self._records.boost_work(self._community.id, now=now) as work:
                boost = _known(work, boost_id)
                who = given.person_id
                if who is not None and work.party(who, "person_id").ordinal != boost.owner:
                    raise BoostFault(_R.ROLE_LACKING, "person_id").error()
                if boost.state is not BoostState.RUNNING:
                    return boost
                return BoostCommit(work, self._community).end(boost, BoostEnd.STOPPED)

        async def then(boost: Boost) -> None:
            await self._ports.publish(objects_id(self._community, boost))

        await self._writes.do(write, lambda _: [], then)
        return await self._records.threads.read(self.boost, boost_id)

    def boost(self, boost_id: str) -> BoostOut:
        """Return one boost."""
        self._who.need(SCOPE)
        with self._records.boost_finds(self._community.id) as finds:
            (view,) = finds.boost_views([_known(finds, boost_id)])
        return boost_out(self._community, view, self._ports.progress)

    def boosts(self, limit: int, after: str | None, person_id: str | None) -> list[BoostOut]:
        """Return a page of boosts by id, of one person if given."""
        self._who.need(SCOPE)
        with self._records.boost_finds(self._community.id) as finds:
            views = finds.boost_views(finds.boosts(limit, after, person_id))
        return [boost_out(self._community, view, self._ports.progress) for view in views]

    async def forecast(self, given: BoostIn) -> BoostForecastOut:
        """Say what a boost would come to on a day like the last one; write nothing."""
        self._who.need(SCOPE)
        unit = await self._records.threads.read(self._judge, given)
        return await self._records.threads.long(self._foresee, given, unit)

    def _judge(self, given: BoostIn) -> Micros:
        """Return what one unit of a boost that would be taken costs at most."""
        with self._records.boost_finds(self._community.id) as finds:
            return judged(finds, self._community, given, self._unit(given)).unit

    def _unit(self, given: BoostIn) -> Micros | None:
        """Return what one unit costs at most by the policy in force, None where it is not sold."""
        prices = self._ports.policy().boost_prices
        return unit_price(prices, given.buys, self._community.currency)

    def _foresee(self, given: BoostIn, unit: Micros) -> BoostForecastOut:
        """Put the boost into the last day's pages, at what it may spend on a day, and take the share of its hours."""
        currency, amount = self._community.currency, given.amount.micros
        a_day = amount * _DAY_HOURS // max(given.hours, _DAY_HOURS)
        asked = ForecastIn(
            optimise_for=ACTIONS[OBJECTIVE_OF[given.buys]][0],
            bid=Money(unit, currency),
            daily_budgets=(Money(max(1, a_day), currency),),
        )
        answer = self._ports.forecast(asked)
        share, units = given.hours / _DAY_HOURS, answer.budgets[0].actions
        return BoostForecastOut(
            price=Money(unit, currency),
            promised=promised(amount, unit),
            likely=RangeOut(
                low=units.low * share, expected=units.expected * share, high=units.high * share
            ),
            reachable=answer.reachable,
        )


def _known(finds: BoostFinds, boost_id: str) -> Boost:
    boost = finds.find_boost(boost_id)
    if boost is None:
        raise UnknownError("boost_unknown", f"There is no boost {boost_id!r} here.")
    return boost


def _require_same(finds: BoostFinds, boost: Boost, given: BoostIn) -> None:
    """Raise ConflictError `boost_fixed` where a boost was bought otherwise than it is sent now."""
    (view,) = finds.boost_views([boost])
    bought = (view.person_id, view.item_id, boost.buys, boost.amount, boost.hours, boost.pay_from)
    sent = (
        given.person_id, given.item_id, given.buys, given.amount.micros, given.hours, given.pay_from,
    )  # fmt: skip
    if bought != sent:
        raise BoostFault(_R.BOOST_FIXED, "boost").error()
