"""A shop's orders as a file that a spreadsheet opens: a row for each line of each order, and nothing of the buyer."""

from collections.abc import Iterable, Iterator
from typing import Final

from lodestone.base.money import amount_text
from lodestone.commerce.order import LineOut, OrderOut
from lodestone.services.support.spreadsheet import table_file, text_cell

COLUMNS: Final = (
    "order_id", "created_at", "state", "fulfilment", "line", "product_id", "variant_id", "name",
    "date", "quantity", "unit_price", "line_total", "line_commission", "order_total",
    "order_refunded", "currency",
)  # fmt: skip


def orders_file(orders: Iterable[OrderOut], *, bom: bool = False) -> bytes:
    """Return orders as CSV; the order's own sums stand in its first line alone, so that a column can be added up."""
    rows = (row for order in orders for row in _rows(order))
    return table_file(COLUMNS, rows, bom=bom)


def _rows(order: OrderOut) -> Iterator[tuple[str, ...]]:
    currency = order.total.currency
    for number, line in enumerate(order.lines, 1):
        sums = (
            (
                amount_text(order.total.micros, currency),
                amount_text(order.refunded.micros, currency),
            )
            if number == 1
            else ("", "")
        )
        yield (*_head(order, number), *_line(line), *sums, currency)


def _head(order: OrderOut, number: int) -> tuple[str, ...]:
    return order.id, order.created_at, order.state, order.fulfilment, str(number)


def _line(line: LineOut) -> tuple[str, ...]:
    currency = line.total.currency
    return (
        text_cell(line.product_id), text_cell(line.variant_id), text_cell(line.name), line.date or "",
        str(line.quantity), amount_text(line.unit_price.micros, currency),
        amount_text(line.total.micros, currency), amount_text(line.commission.micros, currency),
    )  # fmt: skip
