"""Which campaigns have ads that lead to what may close and open again, so that whoever hears of it knows which to look at anew."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from lodestone.events.outcomes import FactKind
from lodestone.features.layout import KINDS, PRODUCT, ItemRow
from lodestone.stores.ads.types import AdView
from lodestone.stores.records.types import Change

_ROOM = KINDS.index("live")
_Place: TypeAlias = tuple[str, str | int]
"""`owner`, `shop` or `product`, and which."""


class Leads(NamedTuple):
    """Where the ads of one campaign lead that its records call up, open or closed."""

    owner: int
    """Ordinal of who advertises: whatever an ad shows and leads to is theirs."""
    shops: frozenset[str]
    """Shops that one leads to, or whose product it leads to."""
    products: frozenset[str]
    """Products that one leads to."""


def leads_of(views: Sequence[AdView]) -> Leads | None:
    """Return where the ads of one campaign lead, None where it has none.

    Args:
        views: Of one campaign.
    """
    if not views:
        return None
    landings = [landing for view in views if (landing := view.ad.given.landing) is not None]
    products = (landing.product_id for landing in landings)
    return Leads(
        views[0].owner,
        frozenset(view.shop for view in views if view.shop is not None),
        frozenset(product for product in products if product is not None),
    )


class Landings:
    """Campaigns by whose they are and by the shops and products that their ads lead to."""

    def __init__(self) -> None:
        self._leads: dict[str, Leads] = {}
        self._campaigns: dict[_Place, set[str]] = {}

    def put(self, campaign_id: str, leads: Leads | None) -> None:
        """Note where a campaign's ads lead now; None: it has none that runs."""
        old = self._leads.pop(campaign_id, None)
        if old is not None:
            for place in _places(old):
                self._campaigns[place].discard(campaign_id)
        if leads is not None:
            self._leads[campaign_id] = leads
            for place in _places(leads):
                self._campaigns.setdefault(place, set()).add(campaign_id)

    def of_shop(self, shop_id: str) -> list[str]:
        """Return the campaigns with an ad that leads to a shop or a product of it."""
        return self._of([("shop", shop_id)])

    def of_products(self, products: Iterable[str]) -> list[str]:
        """Return the campaigns with an ad that leads to one of some products."""
        return self._of(("product", name) for name in products)

    def moved_by(self, changes: Iterable[Change]) -> list[str]:
        """Return the campaigns of whose ads record changes may have closed, opened or moved what they lead to, or ended them.

        Goods of a shop change with it, so that they speak for every ad of their owner.
        """
        owners: set[int] = set()
        for change in changes:
            if isinstance(change.row, ItemRow) and change.row.kind in (PRODUCT, _ROOM):
                owners.add(change.row.owner)
            elif change.kind == FactKind.ERASED:
                owners.add(change.target)
        return self._of(("owner", owner) for owner in owners)

    def _of(self, places: Iterable[_Place]) -> list[str]:
        return sorted(set[str]().union(*(self._campaigns.get(place, ()) for place in places)))


def _places(leads: Leads) -> list[_Place]:
    shops = [("shop", shop) for shop in leads.shops]
    return [("owner", leads.owner), *shops, *(("product", name) for name in leads.products)]
