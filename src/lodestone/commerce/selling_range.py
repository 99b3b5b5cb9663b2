"""How far a shop sells: around where it stands, or to the places that one without a position names."""

from lodestone.base.wire import Position
from lodestone.commerce.place import between_km, km_text
from lodestone.commerce.shop import ShopIn


def beyond(shop: ShopIn, there: Position) -> str | None:
    """Say by how much somewhere lies beyond a shop's reach; None where it sells.

    A shop without a position has no distance that could refuse an order: it delivers to the areas it names, and
    anywhere where it names none.
    """
    if shop.position is None:
        away = [between_km(area.centre, there) - area.radius_km for area in shop.areas]
        nearest = min(away, default=0.0)
        return f"{km_text(nearest)} beyond the places it delivers to" if nearest > 0 else None
    distance = between_km(shop.position, there)
    if distance <= shop.radius_km:
        return None
    return f"{km_text(distance)} away, and it sells within {shop.radius_km:g} km"
