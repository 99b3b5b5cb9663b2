"""Items that are the face of a product or a live room: what may be written of them as items."""

from collections.abc import Sequence

import msgspec

from lodestone.base.errors import ConflictError, Problem
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import PRODUCTS
from lodestone.stores.live.schema import ROOMS
from lodestone.stores.sql.base import Scope, Work, chunks


def bound(scope: Scope, item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return those of the ids that are a product's or a room's, each with the refusal to write it as an item.

    Else the item would say one thing and what it stands for another, until one is written again.
    """
    found: dict[str, ConflictError] = {}
    for some in chunks(item_ids):
        for table, code, cure in (
            (PRODUCTS, "item_of_product", "is a product's; PUT /v1/products/{id} instead"),
            (ROOMS, "item_of_room", "is a live room's; PUT /v1/live/{id} instead"),
        ):
            for row in scope.fetch(scope.select(table, table.c.id).where(table.c.id.in_(some))):
                problem = Problem("id", cure)
                found[row.id] = ConflictError(code, f"id {cure}.", (problem,))
    return found


def withdraw_product(work: Work, item_id: str) -> None:
    """Let a product whose item is withdrawn sell no more, until it is written again."""
    row = work.first(work.select(PRODUCTS).where(PRODUCTS.c.id == item_id))
    given = None if row is None else rows.product_record(row).given
    if given is not None and given.state != "withdrawn":
        given = msgspec.structs.replace(given, state="withdrawn")
        update = work.update(PRODUCTS).where(PRODUCTS.c.id == item_id)
        work.run(update.values(doc=rows.product_doc(given)))
