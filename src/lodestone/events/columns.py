"""A batch of events as columns: what most events say is read by compiled code, and an object is made of the others alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from lodestone.events import scan_kernel as kernel
from lodestone.events.outcomes import WIRE_KINDS, FactKind
from lodestone.events.wire import EVENTS_MAX, EventIn, Refusal, decode_events, decode_line

SCANNED: Final = np.dtype(
    [
        ("time", np.int64), ("visible", np.float64), ("watch", np.float64),
        ("start", np.int32), ("end", np.int32), ("id", np.int32), ("id_end", np.int32),
        ("person", np.int32), ("person_end", np.int32), ("item", np.int32), ("item_end", np.int32),
        ("beacon", np.int32), ("kind", np.int16), ("slot", np.int16),
    ],
    align=True,
)  # fmt: skip
"""One event of the plain form: microseconds, seconds (-1 for none), places in the body (a beacon's -1 for none), and the type
as a place in `TYPES`, -1 for an event of another form, of which the extent alone is said."""
TYPES: Final = tuple(
    name
    for name, kind in WIRE_KINDS.items()
    if kind <= FactKind.UNLIKE and kind not in (FactKind.FOLLOW, FactKind.PROFILE_VISIT)
)
"""Types of events about an item."""
TYPE_KINDS: Final = np.array([WIRE_KINDS[name] for name in TYPES], np.uint8)
_NAMES: Final = kernel.words(TYPES)
_LEAST_BYTES: Final = 64
"""No event of the plain form is shorter by much; a body of more events than its bytes over this is read the plain way."""


class EventColumns(Sequence[EventIn | Refusal]):
    """A decoded batch: rows of those of the plain form, and the others as `decode_events` gives them.

    As a sequence it is what `decode_events` returns of the same body.
    """

    def __init__(
        self,
        body: bytes,
        text: str,
        rows: NDArray[np.void],
        others: Mapping[int, EventIn | Refusal],
    ) -> None:
        self.body = body
        self.text = text
        """The body with a letter a byte, so that places in one are places in the other."""
        self.rows = rows
        """Shape (events,), of `SCANNED`."""
        self.others = others
        """By place, in order."""

    def __len__(self) -> int:
        """Return how many events there are."""
        return int(self.rows.size)

    @overload
    def __getitem__(self, at: int) -> EventIn | Refusal: ...

    @overload
    def __getitem__(self, at: slice) -> "EventColumns": ...

    def __getitem__(self, at: int | slice) -> "EventIn | Refusal | EventColumns":
        """Return the event at a place, or those of a slice without a step."""
        if isinstance(at, slice):
            first, last, step = at.indices(len(self))
            assert step == 1
            others = {
                place - first: event
                for place, event in self.others.items()
                if first <= place < last
            }
            return EventColumns(self.body, self.text, self.rows[first:last], others)
        place = range(len(self))[at]
        if place in self.others:
            return self.others[place]
        row = self.rows[place]
        return decode_line(place, self.body[row["start"] : row["end"]])


def decode_columns(body: bytes, *, ndjson: bool) -> "Sequence[EventIn | Refusal]":
    """Read a body as `decode_events` does, most events into columns.

    Args:
        body: As it was sent.
        ndjson: An event a line, else `{"events": [...]}`.

    Returns:
        `EventColumns`, or a list where the body is not of the plain form.

    Raises:
        msgspec.MsgspecError: The envelope itself cannot be read.
    """
    letters = np.frombuffer(body, np.uint8)
    rows = np.empty(min(len(body) // _LEAST_BYTES + 2, EVENTS_MAX), SCANNED)
    count = (kernel.scan_lines if ndjson else kernel.scan)(letters, _NAMES, rows)
    if count < 0:
        return decode_events(body, ndjson=ndjson)
    rows = rows[:count]
    places = np.flatnonzero(rows["kind"] < 0).tolist()
    others: dict[int, EventIn | Refusal] = {}
    for place in places:
        event = decode_line(place, body[rows["start"][place] : rows["end"][place]])
        if isinstance(event, Refusal) and not ndjson:
            # One that is malformed may be the whole body's fault: then nothing of it is read.
            plain = decode_events(body, ndjson=False)
            others = {place: plain[place] for place in places}
            break
        others[place] = event
    return EventColumns(body, body.decode("latin-1"), rows, others)


def objects_of(events: Sequence[EventIn | Refusal]) -> Iterable[EventIn | Refusal]:
    """Return those of a batch that are not of the plain form: the only ones that may name a receipt or a surface."""
    return events.others.values() if isinstance(events, EventColumns) else events
