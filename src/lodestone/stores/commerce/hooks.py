"""What trade does within a write of people and items. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, Problem
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import CLAIMS, PRODUCTS, SHOP_STAFF, SHOPS
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope, chunks

_CURE: Final = "is a product's; PUT /v1/products/{id} instead"


def products_among(scope: Scope, item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return those of some item ids that are a product's, each with the refusal to write it as an item."""
    found: dict[str, ConflictError] = {}
    for some in chunks(item_ids):
        query = scope.select(PRODUCTS, PRODUCTS.c.id).where(PRODUCTS.c.id.in_(some))
        for row in scope.fetch(query):
            problem = Problem("id", _CURE)
            found[row.id] = ConflictError("item_of_product", f"id {_CURE}.", (problem,))
    return found


def withdraw_product(work: Work, item_id: str) -> None:
    """Let a product whose item is withdrawn sell no more, until it is written again."""
    row = work.first(work.select(PRODUCTS).where(PRODUCTS.c.id == item_id))
    given = None if row is None else rows.product_record(row).given
    if given is not None and given.state != "withdrawn":
        given = replace(given, state="withdrawn")
        update = work.update(PRODUCTS).where(PRODUCTS.c.id == item_id)
        work.run(update.values(doc=rows.product_doc(given)))


def erase_merchant(work: Work, ordinal: int, _now: Instant) -> None:
    """Delete where somebody said they were and at which shops they serve; close their own shops."""
    work.run(work.delete(CLAIMS).where(CLAIMS.c.ordinal == ordinal))
    work.run(work.delete(SHOP_STAFF).where(SHOP_STAFF.c.ordinal == ordinal))
    _close_shops(work, ordinal)


def _close_shops(work: Work, owner: int) -> None:
    """Close the shops of one owner and empty them and their products of words and pictures.

    Orders keep the names of what was bought: they are the buyers' records too.
    """
    for shop in work.fetch(work.select(SHOPS).where(SHOPS.c.owner == owner)):
        given = rows.shop_record(shop).given
        empty = replace(
            given, name="closed", text="", media=(), categories=(), status="closed", translations={}
        )
        update = work.update(SHOPS).where(SHOPS.c.id == shop.id)
        work.run(update.values(doc=rows.shop_doc(empty), note=""))
        for row in work.fetch(work.select(PRODUCTS).where(PRODUCTS.c.shop == shop.id)):
            product = replace(
                rows.product_record(row).given,
                name="closed",
                text="",
                media=(),
                tags=(),
                state="withdrawn",
                translations={},
            )
            one = work.update(PRODUCTS).where(PRODUCTS.c.id == row.id)
            work.run(one.values(doc=rows.product_doc(product)))


COMMERCE_HOOKS: Final = SubjectHooks(erase_merchant, products_among, withdraw_product)
