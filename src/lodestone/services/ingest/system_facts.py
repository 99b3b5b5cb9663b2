"""Facts the engine writes itself: a changed record, a follow, a step of the prices."""

import hashlib
from collections.abc import Callable, Sequence

from lodestone.base.arrays import Ints
from lodestone.base.clock import Instant
from lodestone.events import item_changes
from lodestone.events.facts import Facts, empty_facts
from lodestone.events.item_changes import ItemChange
from lodestone.events.outcomes import FactKind
from lodestone.features.domain_marks import value_of
from lodestone.features.layout import ItemRow, MarkRow
from lodestone.stores.records.types import Change, Row


def change_facts(
    changes: Sequence[Change], time: Instant, day_of: Callable[[Instant], int]
) -> Facts:
    """Turn record changes into facts, in their order, under keys derived from the outbox.

    Args:
        changes: As records wrote them.
        time: The community's clock.
        day_of: Gives the day an instant falls on.
    """
    facts = empty_facts(len(changes))
    facts["time"], facts["day"] = time, day_of(time)
    for index, change in enumerate(changes):
        facts["kind"][index] = change.kind
        facts["key"][index] = fact_key("outbox", change.id)
        if change.kind in (FactKind.PERSON, FactKind.ERASED):
            facts["person"][index] = change.target
        elif change.kind == FactKind.ITEM:
            facts["item"][index] = change.target
            # What holds from here on, whatever the record says by the time of a rebuild or a report.
            if isinstance(change.row, ItemRow):
                item_changes.write(facts[index], _said(change.row, day_of))
        elif isinstance(change.row, MarkRow):
            facts["target"][index], facts["item"][index] = change.row.domain, change.row.item
            facts["value"][index] = value_of(change.row)
        else:
            facts["target"][index] = change.target
    return facts


def _said(row: ItemRow, day_of: Callable[[Instant], int]) -> ItemChange:
    return ItemChange(
        row.state,
        row.label,
        day_of(row.created),
        row.channels,
        row.professions,
        topic_of(row),
        row.kind,
        row.duration,
    )


def topic_of(row: Row | None) -> int:
    """Return the term code of an item's first tag, -1 for none."""
    return row.tags[0] if isinstance(row, ItemRow) and row.tags else -1


def one_fact(
    kind: FactKind, key: int, time: Instant, day: int, *, person: int = -1, target: int = -1
) -> Facts:
    """Make a single fact: an edge between people, a membership, a price step."""
    facts = empty_facts(1)
    fact = facts[0]
    fact["kind"], fact["key"], fact["time"], fact["day"] = kind, key, time, day
    fact["person"], fact["target"] = person, target
    return facts


def climbed_facts(rows: Ints, time: Instant, day: int) -> Facts:
    """Say which posts have reached the public; a post climbs once."""
    facts = empty_facts(rows.size)
    facts["kind"], facts["time"], facts["day"], facts["item"] = FactKind.CLIMBED, time, day, rows
    facts["key"] = [fact_key("climbed", row) for row in rows.tolist()]
    return facts


def fact_key(*parts: str | int) -> int:
    """Derive a fact's key from what it says, so that saying it again is a duplicate."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")
