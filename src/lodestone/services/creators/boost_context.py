"""One commit of a boost: it begins with its money, comes to its end, and gives back what was not charged, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from lodestone.ads.ad import Landing
from lodestone.ads.judge_ad import Target
from lodestone.base.clock import HOUR_MICROS, SECOND_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.content import Community
from lodestone.creators.boost import BoostEnd, BoostIn, BoostState
from lodestone.creators.boost_refusals import BoostFault, BoostRefusal, raise_first
from lodestone.creators.judge_boost import BoostContext, Terms, boost_objects, judge_boost
from lodestone.ledger.transfers import Outcome, first_refusal
from lodestone.services.commerce.postings import Movement
from lodestone.services.creators.boost_postings import BoostRules
from lodestone.services.creators.boost_presenters import objects_id
from lodestone.services.creators.context import must
from lodestone.stores.ads.boosted import Boosted
from lodestone.stores.ads.finds import item_is_live
from lodestone.stores.commerce.types import Party
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.creators.boosts import BoostFinds, BoostWork

_R: Final = BoostRefusal


class Price(NamedTuple):
    """What a boost is sold at."""

    unit: Micros | None
    """Micros; None where it is not sold."""
    payer: str
    """The buyer's name, as viewers are told who pays."""


class Taken(NamedTuple):
    """What a boost that is taken is made of besides what was sent."""

    payer: Party
    item: int
    """The row of the post."""
    landing: Landing | None
    """Where it leads; None but of one for visits."""
    unit: Micros
    """What one unit costs at most."""


def judged(finds: BoostFinds, community: Community, given: BoostIn, unit: Micros | None) -> Taken:
    """Pass a boost that is taken as things stand. Raises the error of a `BoostRefusal`, UnknownError `person_unknown`."""
    payer = finds.party(given.person_id, "person_id")
    item = finds.items([given.item_id]).get(given.item_id)
    landing = finds.landing(item, payer) if given.buys == "shop_visits" else None
    context = BoostContext(
        currency=community.currency,
        price=unit,
        owner=payer.ordinal,
        item=None if item is None else Target(item.owner, item_is_live(item)),
        landing=landing,
    )
    raise_first(judge_boost(given, context))
    assert item is not None
    assert unit is not None
    return Taken(payer, item.row, landing, unit)


class BoostCommit:
    """What one commit does with boosts of one community."""

    def __init__(self, work: BoostWork, community: Community) -> None:
        self.work, self._community = work, community
        self._rules = BoostRules(community)
        self._today = community.days.of(work.now)

    def start(self, boost_id: str, given: BoostIn, price: Price) -> Boost:
        """Make a boost, pay for it and let it run. Raises as `judged`, and ConflictError `balance_short`."""
        work, community = self.work, self._community
        payer, item, landing, unit = judged(work, community, given, price.unit)
        ends = Instant(work.now + given.hours * HOUR_MICROS)
        boost = Boost(
            number=work.next_number(), id=boost_id, owner=payer.ordinal,
            item=item, buys=given.buys, pay_from=given.pay_from, amount=Micros(given.amount.micros),
            price=unit, hours=given.hours, created=work.now, ends=ends,
        )  # fmt: skip
        name = objects_id(community, boost)
        over = datetime.fromtimestamp(ends / SECOND_MICROS, UTC)
        made = boost_objects(given, Terms(name, price.payer, unit, over, landing))
        work.add_boost(boost, given, payer, Boosted(*made, item=item))
        refusal = self._post(self._rules.buy(boost, name))
        if refusal is Outcome.EXCEEDS_CREDITS:
            raise BoostFault(_R.BALANCE_SHORT, "amount").error()
        must(refusal)
        return boost

    def end(self, boost: Boost, by: BoostEnd) -> Boost:
        """Let a boost that runs be shown no more."""
        assert boost.state is BoostState.RUNNING
        ending = replace(boost, state=BoostState.ENDING, ended_by=by)
        self.work.put_boost(ending, boost)
        self.work.end_objects(objects_id(self._community, boost))
        return ending

    def settle(self, boost: Boost) -> Boost | None:
        """Give back what a boost was not charged, once all else is charged or given back; None while something is open.

        What is set aside for its campaign covers every slot that may still be charged and every charge that is not posted,
        so that nothing of either is left once that account is empty; and nobody sets anything aside for what has ended.
        """
        assert boost.state is BoostState.ENDING
        name, ledger = objects_id(self._community, boost), self.work.ledger
        if ledger.account(self._rules.lease(name)).balance:
            return None
        back = Micros(ledger.account(self._rules.balance(name)).balance)
        if back:
            must(self._post(self._rules.give_back(boost, name, back)))
        ended = replace(boost, state=BoostState.ENDED, back=back)
        self.work.put_boost(ended, boost)
        return ended

    def over(self, boosts: Sequence[Boost]) -> dict[int, BoostEnd]:
        """Return why those of some boosts that run are to end now, by number; without those that go on."""
        running = [boost for boost in boosts if boost.state is BoostState.RUNNING]
        owners = self.work.parties_at([boost.owner for boost in running])
        items = self.work.staying_items(boost.item for boost in running)
        ends: dict[int, BoostEnd] = {}
        for boost in running:
            if boost.owner not in owners:
                ends[boost.number] = BoostEnd.ERASED
            elif boost.item not in items:
                ends[boost.number] = BoostEnd.WITHDRAWN
            elif boost.ends <= self.work.now:
                ends[boost.number] = BoostEnd.HOURS
        return ends

    def _post(self, movement: Movement) -> Outcome | None:
        return first_refusal(
            self.work.ledger.post(movement.transfers, movement.accounts, self._today)
        )
