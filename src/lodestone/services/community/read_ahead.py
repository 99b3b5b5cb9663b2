"""What the event loop is about to need of records and log, read beforehand in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lodestone.events.outcomes import FactKind
from lodestone.features.layout import PRODUCT, ItemRow, PersonRow
from lodestone.features.shop_reach import Reach
from lodestone.services.ads.live import AdPublisher, CalledUp
from lodestone.services.support.vocabulary import Names, TermBook
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change
from lodestone.traffic.policy import Policy


@dataclass(frozen=True, slots=True)
class Ahead:
    """What some changes need before they are applied."""

    keys: Mapping[int, bytes | None] = field(default_factory=dict)
    """The data keys of people by their ordinals."""
    names: Names | None = None
    """The names behind codes, where one of them was not known."""
    policy: Policy | None = None
    """The policy in force, where it has changed."""
    reach: Mapping[int, Reach] = field(default_factory=dict)
    """How far products are sold, by item row."""
    ads: Mapping[str, CalledUp] = field(default_factory=dict)
    """The ads of campaigns that may lead to what has closed or opened."""


async def ahead_of(
    records: Records,
    community: str,
    terms: TermBook,
    ads: AdPublisher,
    changes: Sequence[Change],
) -> Ahead:
    """Read what applying changes needs. Waits for the records however long it takes."""
    rows = [row for change in changes if isinstance(row := change.row, PersonRow | ItemRow)]
    people = [row.ordinal for row in rows if isinstance(row, PersonRow)]
    strange = not all(terms.knows(row) for row in rows)
    new_policy = any(change.kind == FactKind.POLICY for change in changes)
    products = [row.row for row in rows if isinstance(row, ItemRow) and row.kind == PRODUCT]
    campaigns = ads.moved_by(changes)
    if not (people or strange or new_policy or products or campaigns):
        return Ahead()

    def read() -> Ahead:
        return Ahead(
            {ordinal: records.data_key(community, ordinal) for ordinal in people},
            terms.read() if strange else None,
            records.policy(community).policy if new_policy else None,
            records.product_reach(community, products) if products else {},
            ads.called_up(campaigns),
        )

    return await records.threads.write(read)
