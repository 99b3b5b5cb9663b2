"""Trade in SQL. See `trade.TradeRecords`."""

from lodestone.stores.trade_catalogue import CatalogueRecords
from lodestone.stores.trade_read import OrderRecords


class SqlTradeRecords(CatalogueRecords, OrderRecords):
    """See `TradeRecords`."""
