"""Decisions as rows: when, where, and what was shown, each post by its picture and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from lodestone.console.operator.posts import PostCard, cards_of
from lodestone.console.speech import Speech
from lodestone.services.community.community import Engine
from lodestone.services.receipts.viewings import Viewing


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One decision in the reader's words."""

    receipt_id: str
    time: str
    surface: str
    posts: tuple[PostCard, ...]


def shown_rows(engine: Engine, viewings: Sequence[Viewing], speech: Speech) -> tuple[ShownRow, ...]:
    """Return decisions with their posts. It reads the records, all posts at once: call it in a thread of theirs."""
    cards = cards_of(engine, {name for viewing in viewings for name in viewing.item_ids}, speech)
    return tuple(
        ShownRow(
            viewing.receipt_id, speech.moment(viewing.time, seconds=False), speech.surface(viewing.surface),
            tuple(cards[name] for name in viewing.item_ids if name in cards),
        )
        for viewing in viewings
    )  # fmt: skip
