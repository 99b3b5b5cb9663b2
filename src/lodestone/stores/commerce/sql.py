"""Trade in SQL. See `port.TradeRecords`."""

from lodestone.stores.commerce.catalogue import CatalogueRecords
from lodestone.stores.commerce.figures import ShopFigures
from lodestone.stores.commerce.reading import OrderRecords
from lodestone.stores.commerce.shops import ShopFinds


class SqlTradeRecords(CatalogueRecords, ShopFinds, OrderRecords, ShopFigures):
    """See `TradeRecords`."""
