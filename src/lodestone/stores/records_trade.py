"""Trade in SQL. See `trade.TradeRecords`."""

from lodestone.stores.trade_catalogue import CatalogueRecords
from lodestone.stores.trade_read import OrderRecords
from lodestone.stores.trade_shops import ShopFinds


class SqlTradeRecords(CatalogueRecords, ShopFinds, OrderRecords):
    """See `TradeRecords`."""
