"""Events as an app sends them, and what became of each."""

from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from lodestone.base.clock import DAY_SECONDS
from lodestone.base.wire import PRINTABLE, TEXT, AppId, Position, Time
from lodestone.events.report_reasons import ReasonWord

EVENTS_MAX: Final = 10_000
SECONDS_MAX: Final = DAY_SECONDS
"""Seconds that one event may say somebody watched."""
SLOT_MAX: Final = 50
"""Slots of a page."""
Seconds = Annotated[float, Meta(ge=0, le=SECONDS_MAX)]


class EventIn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event. Fields that a type does not need are taken and left alone."""

    id: AppId
    type: Annotated[str, Meta(min_length=1, max_length=32)]
    time: Time
    person_id: AppId | None = None
    item_id: AppId | None = None
    author_id: AppId | None = None
    receipt_id: Annotated[str, Meta(max_length=64)] | None = None
    slot: Annotated[int, Meta(ge=1, le=SLOT_MAX)] | None = None
    beacon: Annotated[str, Meta(max_length=128)] | None = None
    surface: Annotated[str, Meta(min_length=1, max_length=32, pattern=PRINTABLE)] | None = None
    visible_seconds: Seconds | None = None
    watch_seconds: Seconds | None = None
    completed: bool | None = None
    query: Annotated[str, Meta(max_length=256, pattern=TEXT)] | None = None
    position: Position | None = None
    reason: ReasonWord | None = None
    """Of a report: why."""
    day: date | None = None
    """The day an imported event is counted on, where its source says so itself."""


class EventsIn(msgspec.Struct, frozen=True):
    """The body of `POST /v1/events`."""

    events: list[EventIn]


class RawEvents(msgspec.Struct, frozen=True):
    """The same with each event still undecoded, for a batch in which one is malformed."""

    events: list[msgspec.Raw]


class Refusal(msgspec.Struct, frozen=True):
    """One event that was not taken; the rest of its batch was."""

    index: int
    code: str
    message: str


class Verdicts(msgspec.Struct, frozen=True):
    """What became of a batch."""

    accepted: int
    duplicates: int
    refused: list[Refusal]


_WHOLE: Final = msgspec.json.Decoder(EventsIn)
_RAW: Final = msgspec.json.Decoder(RawEvents)
_ONE: Final = msgspec.json.Decoder(EventIn)


def decode_events(body: bytes, *, ndjson: bool) -> list[EventIn | Refusal]:
    """Read a body; what cannot be read of it comes back as refusals, in place.

    Raises:
        msgspec.MsgspecError: The envelope itself cannot be read.
    """
    if ndjson:
        lines = [line for line in body.splitlines() if line.strip()]
        return [decode_line(index, line) for index, line in enumerate(lines)]
    try:
        return list(_WHOLE.decode(body).events)
    except msgspec.ValidationError:
        return [decode_line(index, raw) for index, raw in enumerate(_RAW.decode(body).events)]


def decode_line(index: int, raw: Any) -> EventIn | Refusal:
    """Read one event; what cannot be read comes back as a refusal that names its place, `index`."""
    try:
        return _ONE.decode(raw)
    except RecursionError:
        return Refusal(index, "malformed", f"events[{index}]: is nested too deep")
    except (msgspec.MsgspecError, ValueError) as error:
        text, _, path = str(error).partition(" - at `$")
        field = f"events[{index}]{path.rstrip('`')}"
        return Refusal(index, "malformed", f"{field}: {text[0].lower()}{text[1:]}")
