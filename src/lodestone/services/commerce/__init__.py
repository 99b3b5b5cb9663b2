"""Orders from placing to refund, with shops, stock, vouchers and payment providers; one commit for all that come at one moment."""

from lodestone.stores.commerce.types import OrderRecord, PaymentFilter
from lodestone.stores.records.types import Answer

__all__ = ("Answer", "OrderRecord", "PaymentFilter")
