"""What a shop without a place of its own may sell: what is delivered, and nothing else."""

from lodestone.base.errors import ConflictError, InvalidError, Problem
from lodestone.commerce.product import ProductIn
from lodestone.commerce.shop import ShopIn
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import PRODUCTS
from lodestone.stores.sql.scope import Scope

_CURE = "a shop without a position delivers and does nothing else"


def require_delivered(shop: ShopIn, product: ProductIn) -> None:
    """Refuse a product that somebody would have to come for. Raises InvalidError `delivery_only`."""
    if shop.position is None and set(product.fulfilment) != {"delivery"}:
        problem = Problem("fulfilment", f"must be delivery alone: {_CURE}")
        raise InvalidError("delivery_only", f"fulfilment {problem.problem}.", (problem,))


def require_place(scope: Scope, shop_id: str, given: ShopIn) -> None:
    """Refuse to take a shop's position while it sells what is picked up or redeemed there.

    Raises:
        ConflictError: `place_needed`; names the first such product.
    """
    if given.position is not None:
        return
    query = scope.select(PRODUCTS).where(PRODUCTS.c.shop == shop_id).order_by(PRODUCTS.c.id)
    for row in scope.fetch(query):
        product = rows.product_record(row)
        if set(product.given.fulfilment) != {"delivery"}:
            problem = Problem(
                "position", f"is needed by {product.id!r}, which is not delivered alone"
            )
            raise ConflictError("place_needed", f"position {problem.problem}: {_CURE}.", (problem,))
