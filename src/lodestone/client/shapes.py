"""What the engine answers, as a stranger reads it: the fields an app needs, no more."""

import msgspec


class Slot(msgspec.Struct, frozen=True):
    """One post of a page. Its `beacon` goes back with every event about it."""

    slot: int
    item_id: str
    author_id: str
    kind: str
    domain: str
    """`public`, `middle` or `private`."""
    beacon: str
    domain_id: str | None = None
    source: str = ""
    paid: bool = False
    label: str | None = None


class Feed(msgspec.Struct, frozen=True):
    """One page of a feed."""

    receipt_id: str
    slots: tuple[Slot, ...]
    next_cursor: str | None = None
    degraded: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """One row or event that was not taken; the rest of its request was."""

    code: str
    message: str
    index: int | None = None
    """Which event, from 0."""
    line: int | None = None
    """Which line of a bulk request, from 1."""


class Verdicts(msgspec.Struct, frozen=True):
    """What became of a batch of events, or of the rows of a bulk request."""

    accepted: int
    duplicates: int = 0
    refused: tuple[Refused, ...] = ()
