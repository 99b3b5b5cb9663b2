"""What becomes of a merchant's shops when they are erased: they close, and nothing in them names anybody."""

from msgspec.structs import replace

from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import PRODUCTS, SHOPS
from lodestone.stores.sql.base import Work


def close_shops(work: Work, owner: int) -> None:
    """Close the shops of one owner and empty them and their products of words and pictures.

    Orders keep the names of what was bought: they are the buyers' records too.
    """
    for shop in work.fetch(work.select(SHOPS).where(SHOPS.c.owner == owner)):
        given = rows.shop_record(shop).given
        empty = replace(given, name="closed", text="", media=(), categories=(), status="closed")
        update = work.update(SHOPS).where(SHOPS.c.id == shop.id)
        work.run(update.values(doc=rows.shop_doc(empty), note=""))
        for row in work.fetch(work.select(PRODUCTS).where(PRODUCTS.c.shop == shop.id)):
            product = replace(
                rows.product_record(row).given, name="closed", text="", media=(), tags=(),
                state="withdrawn",
            )  # fmt: skip
            one = work.update(PRODUCTS).where(PRODUCTS.c.id == row.id)
            work.run(one.values(doc=rows.product_doc(product)))
