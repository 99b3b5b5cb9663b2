"""Everything the window says that changes while the town runs."""

from dataclasses import dataclass, fields

from lodestone.console.charts import Table
from lodestone.console.operator import efficiency, exposure, flow, promises, receipts, retained
from lodestone.console.operator.answers import Section
from lodestone.console.operator.exposure import Level
from lodestone.console.operator.figures import Figures
from lodestone.console.operator.promises import PromiseCard
from lodestone.console.operator.receipts import ReceiptRow
from lodestone.console.operator.summary import summary
from lodestone.console.speech import Speech


@dataclass(frozen=True, slots=True)
class Sections:
    """The window's parts, as its template names them."""

    summary: str
    as_of: str
    stamp: str
    decisions: int
    efficiency: Section
    retained: Section
    flow: Section
    exposure: Section
    gini: tuple[Level, ...]
    promises: Section
    cards: tuple[PromiseCard, ...]
    promise_table: Table
    receipts: tuple[ReceiptRow, ...]
    receipt_table: Table

    def told(self) -> dict[str, object]:
        """Return them by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def sections_of(figures: Figures, speech: Speech) -> Sections:
    """Say what the figures say; walks over all of them, so call it in a thread."""
    rows = receipts.rows(figures.receipts, speech)
    return Sections(
        summary=summary(figures, speech),
        as_of=speech.moment(figures.now),
        stamp="-".join(map(str, figures.stamp)),
        decisions=figures.stamp[1],
        efficiency=efficiency.efficiency_section(figures, speech),
        retained=retained.retained_section(figures, speech),
        flow=flow.flow_section(figures, speech),
        exposure=exposure.exposure_section(figures, speech),
        gini=exposure.scale_of(figures.exposure, speech),
        promises=promises.promises_section(figures, speech),
        cards=promises.cards(figures, speech),
        promise_table=promises.promise_table(figures, speech),
        receipts=rows,
        receipt_table=receipts.table_of(
            rows, [receipt.time for receipt in figures.receipts], speech
        ),
    )
