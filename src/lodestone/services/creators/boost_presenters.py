"""Show boosts as they stand."""

from collections.abc import Callable
from typing import Any, NamedTuple

from lodestone.base.money import Micros
from lodestone.base.wire import Money, time_text
from lodestone.content import Community
from lodestone.creators.boost import BoostOut, BoughtBoost, promised
from lodestone.services.support.ids import BOOST, made_id
from lodestone.stores.creators.boost_types import Boost, BoostView


class Progress(NamedTuple):
    """What a boost has come to."""

    delivered: int
    """Units that were charged."""
    spent: Micros


def objects_id(community: Community, boost: Boost) -> str:
    """Return the id of what a boost runs as."""
    return made_id(BOOST, community.secret, boost.number)


def boost_out(
    community: Community, view: BoostView, progress: Callable[[str], Progress]
) -> BoostOut:
    """Show a boost and what it has come to."""
    come_to = progress(objects_id(community, view.boost))
    return BoostOut(
        **_bought(community, view),
        delivered=come_to.delivered,
        spent=Money(come_to.spent, community.currency),
    )


def bought_boost(community: Community, view: BoostView) -> BoughtBoost:
    """Show a boost as it was bought."""
    return BoughtBoost(**_bought(community, view))


def _bought(community: Community, view: BoostView) -> dict[str, Any]:
    boost, currency = view.boost, community.currency
    return {
        "id": boost.id,
        "person_id": view.person_id,
        "item_id": view.item_id,
        "buys": boost.buys,
        "amount": Money(boost.amount, currency),
        "hours": boost.hours,
        "pay_from": boost.pay_from,
        "price": Money(boost.price, currency),
        "promised": promised(boost.amount, boost.price),
        "refunded": None if boost.back is None else Money(boost.back, currency),
        "state": boost.state.name.lower(),
        "ended_by": None if boost.ended_by is None else boost.ended_by.name.lower(),
        "starts_at": time_text(boost.created),
        "ends_at": time_text(boost.ends),
        "campaign_id": objects_id(community, boost),
    }
