"""A report of ads as CSV: one line a row, amounts as decimals."""

from typing import Final

from lodestone.ads.report import PARTS, AdFigures, AdReport, AdReportRow
from lodestone.base.money import amount_text
from lodestone.base.wire import Money
from lodestone.services.ads.reporting.outcomes import OUTCOMES
from lodestone.services.support.spreadsheet import table_file, text_cell

_NAMES: Final = tuple(kind.name.lower() for kind in OUTCOMES)
_COSTS: Final = ("viewable", *_NAMES)
COLUMNS: Final = (
    "id", "name", *PARTS, "gross_impressions", "invalid_impressions", "net_impressions", "viewable", "reach",
    "frequency", *_NAMES, "order_value", "charges", "spend", *(f"cost_per_{name}" for name in _COSTS),
    "organic_impressions", *(f"organic_{name}" for name in _NAMES), "organic_order_value", "currency", "attribution",
)  # fmt: skip


def report_file(report: AdReport, *, bom: bool = False) -> bytes:
    """Return a report as CSV, without its total."""
    model = report.attribution.model
    rows = ((*_of(row), *_figures(row), model) for row in report.rows)
    return table_file(COLUMNS, rows, bom=bom)


def _of(row: AdReportRow) -> tuple[str, ...]:
    parts = (row.day, row.place, row.domain, row.creative)
    return tuple(text_cell(text or "") for text in (row.id, row.name, *parts))


def _figures(row: AdFigures) -> tuple[str, ...]:
    seen, beside = row.impressions, row.organic
    return (
        str(seen.gross), str(seen.invalid), str(seen.net), str(row.viewable), str(row.reach),
        "" if row.frequency is None else str(row.frequency),
        *(str(getattr(row.outcomes, name)) for name in _NAMES), _amount(row.order_value), str(row.charges),
        _amount(row.spend), *(_amount(getattr(row.cost_per, name)) for name in _COSTS), str(beside.impressions),
        *(str(getattr(beside.outcomes, name)) for name in _NAMES), _amount(beside.order_value), row.spend.currency,
    )  # fmt: skip


def _amount(money: Money | None) -> str:
    return "" if money is None else amount_text(money.micros, money.currency)
