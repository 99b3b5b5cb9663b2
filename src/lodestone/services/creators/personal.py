"""What a person makes for others and orders from others: gathered for whoever asks what is held about them."""

import msgspec

from lodestone.content import Community
from lodestone.creators.assignment import AssignmentOut, OfferOut
from lodestone.creators.boost import BoughtBoost
from lodestone.creators.brief import BriefOut
from lodestone.creators.creator import CreatorOut
from lodestone.services.creators.boost_presenters import bought_boost
from lodestone.services.creators.presenters import OrderPresenter, brief_out, creator_out
from lodestone.stores.creators.finds import AssignmentFilter
from lodestone.stores.ports import Records

_ALL = 1_000_000


class HeldOrders(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of creators' orders that is somebody's."""

    profile: CreatorOut | None
    briefs: list[BriefOut]
    """Of their advertisers, and their shops'."""
    offers: list[OfferOut]
    """Made to them or by them, on either side."""
    assignments: list[AssignmentOut]
    boosts: list[BoughtBoost]
    """Those they bought; what each came to stands with its campaign."""


def held_orders(records: Records, community: Community, person_id: str) -> HeldOrders:
    """Gather what somebody has in creators' orders; asks the records."""
    presenter = OrderPresenter(community)
    advertisers = records.advertisers(community.id, limit=_ALL, owner_id=person_id)
    with records.boost_finds(community.id) as bought:
        boosts = bought.boost_views(bought.boosts(_ALL, None, person_id))
    with records.creator_finds(community.id) as finds:
        party = finds.party(person_id, "person_id")
        profile = finds.creator(party)
        orders = finds.offers(_ALL, None, AssignmentFilter(creator_id=person_id))
        briefs = []
        for advertiser in advertisers:
            briefs += finds.briefs(_ALL, None, advertiser.id)
            orders += finds.offers(_ALL, None, AssignmentFilter(advertiser=advertiser.id))
        views = finds.views(orders)
        return HeldOrders(
            profile=None if profile is None else creator_out(profile, finds.ends(party)),
            briefs=[*map(brief_out, briefs)],
            offers=[*map(presenter.offer, views)],
            assignments=[
                presenter.assignment(view) for view in views if view.order.accepted is not None
            ],
            boosts=[bought_boost(community, view) for view in boosts],
        )
