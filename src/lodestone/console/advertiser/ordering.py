"""Whose orders from creators a login may read and move, and as whom: the owner of the advertiser."""

from lodestone.base.errors import ForbiddenError, UnknownError
from lodestone.console.advertiser.desk import Desk, desk, may_order, sent
from lodestone.console.asking import HttpRequest
from lodestone.services import creator_cases
from lodestone.services.creators.order_desk import BriefShown, OfferShown, OrderDesk, OrderShown
from lodestone.services.creators.orders import CreatorOrders
from lodestone.services.creators.profiles import SCOPE, Profiles


async def ordering_desk(request: HttpRequest) -> Desk:
    """Return the desk that a page of orders is asked of; raises as `desk`, and ForbiddenError for who may not order."""
    here = await desk(request)
    _need_orders(request, here)
    return here


async def ordering_sent(request: HttpRequest) -> tuple[Desk, dict[str, str]]:
    """Return the desk that a form of orders was sent from, and its fields; raises as `sent` and `ordering_desk`."""
    here, fields = await sent(request)
    _need_orders(request, here)
    return here, fields


def _need_orders(request: HttpRequest, here: Desk) -> None:
    if not may_order(request, here):
        raise ForbiddenError("scope_missing", f"this needs a key with the scope {SCOPE!r}")


def reads(here: Desk) -> OrderDesk:
    """Return what the desk reads."""
    return creator_cases.order_desk(here.engine)


def orders_of(here: Desk) -> CreatorOrders:
    """Return the use cases of offers and orders, for this login."""
    return creator_cases.orders(here.engine, here.who.principal(SCOPE))


def profiles_of(here: Desk) -> Profiles:
    """Return the use cases of briefs, for this login."""
    return creator_cases.profiles(here.engine, here.who.principal(SCOPE))


def own_order(here: Desk, order_id: str) -> OrderShown:
    """Return an order of theirs; in a thread. Raises UnknownError `assignment_unknown`."""
    shown = reads(here).order(order_id)
    if not _theirs(here, shown.order.advertiser_id):
        raise UnknownError("assignment_unknown", "you have no such order")
    return shown


def own_offer(here: Desk, offer_id: str) -> OfferShown:
    """Return an offer of theirs, or a bid for a brief of theirs; in a thread. Raises UnknownError `offer_unknown`."""
    shown = reads(here).offer(offer_id)
    if not _theirs(here, shown.made.advertiser_id):
        raise UnknownError("offer_unknown", "you have no such offer")
    return shown


def own_brief(here: Desk, brief_id: str) -> BriefShown:
    """Return a brief of theirs; in a thread. Raises UnknownError `brief_unknown`."""
    shown = reads(here).brief(brief_id)
    if not _theirs(here, shown.brief.advertiser_id):
        raise UnknownError("brief_unknown", "you have no such brief")
    return shown


def _theirs(here: Desk, advertiser_id: str) -> bool:
    return here.person_id is None or advertiser_id in {name for name, _ in here.advertisers}
