"""How creators' profiles, briefs and orders lie in their tables. See `schema`."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.creators.brief import BriefIn
from lodestone.creators.creator import CreatorIn
from lodestone.creators.life import Actor, Move, Stage
from lodestone.creators.plays import Count
from lodestone.creators.settlement import Division, Goods, Kind, Terms
from lodestone.stores.creators.types import (
    Assignment,
    AssignmentEvent,
    BriefRecord,
    CreatorRecord,
)
from lodestone.stores.sql.encryption import Seal, open_unsealed, unsealed

_CREATOR_DOC: Final = b"creators.doc"
_BRIEF_DOC: Final = b"briefs.doc"
_TEXT: Final = b"assignment.text"
GONE: Final = unsealed(b"")
"""What is left of what was sent once whoever sent it is erased."""
_ENCODE: Final = msgspec.msgpack.Encoder().encode


class BriefDoc(msgspec.Struct, frozen=True, array_like=True):
    """A brief without the names of people, who are kept as ordinals."""

    given: BriefIn
    creators: tuple[int, ...]


_CREATOR: Final = msgspec.msgpack.Decoder(CreatorIn)
_BRIEF: Final = msgspec.msgpack.Decoder(BriefDoc)
_GOODS: Final = msgspec.msgpack.Decoder(Goods)
_COUNT: Final = msgspec.msgpack.Decoder(Count)


def seal_creator(given: CreatorIn, key: bytes) -> bytes:
    """Store a profile, sealed under the creator's key."""
    return Seal(key).seal(_ENCODE(given), what=_CREATOR_DOC)


def creator_record(row: Any, person_id: str, key: bytes) -> CreatorRecord:
    """Read a profile."""
    given = _CREATOR.decode(Seal(key).open(row.doc, what=_CREATOR_DOC))
    return CreatorRecord(person_id, row.ordinal, given, Instant(row.created))


def seal_brief(given: BriefIn, creators: tuple[int, ...], key: bytes) -> bytes:
    """Store a brief; its state has a column."""
    nameless = replace(given, state="open", creator_ids=())
    return Seal(key).seal(_ENCODE(BriefDoc(nameless, creators)), what=_BRIEF_DOC)


def brief_doc(row: Any, key: bytes) -> BriefDoc:
    """Open what is stored of a brief under its owner's key."""
    return _BRIEF.decode(Seal(key).open(row.doc, what=_BRIEF_DOC))


def brief_record(row: Any, doc: BriefDoc, names: dict[int, tuple[str, bytes]]) -> BriefRecord:
    """Read a brief; names: of those among its creators who are not erased, at least."""
    known = tuple(names[ordinal][0] for ordinal in doc.creators if ordinal in names)
    given = replace(doc.given, state="closed" if row.closed else "open", creator_ids=known)
    return BriefRecord(row.id, row.owner, given, Instant(row.created), doc.creators)


def assignment_values(order: Assignment) -> dict[str, object]:
    """Return an order's row."""
    division = order.division
    return {
        "number": order.number, "offer": order.offer, "digest": order.digest, "brief": order.brief,
        "advertiser": order.advertiser, "owner": order.owner, "creator": order.creator,
        "by_creator": order.by_creator, "created": order.created, "stage": int(order.stage), "due": order.due,
        "deadline": order.deadline, "approval_days": order.approval_days, "count_days": order.count_days,
        "orphaned": order.orphaned, "rounds_left": order.rounds_left, "kind": int(order.terms.kind), "rate": order.terms.rate,
        "floor": order.terms.floor, "cap": order.terms.cap, "goods": _ENCODE(order.goods), "accepted": order.accepted, "item": order.item,
        "published": order.published, "counted_until": order.counted_until,
        "counted": _count(order.counted), "counted_late": _count(order.counted_late),
        "measured": None if division is None else division.measured,
        "adjustment": None if division is None else division.adjustment,
        "back": None if division is None else division.back,
    }  # fmt: skip


def _count(count: Count | None) -> bytes | None:
    return None if count is None else _ENCODE(count)


def assignment_of(row: Any) -> Assignment:
    """Read an order."""
    division = None
    if row.measured is not None:
        division = Division(Micros(row.measured), row.adjustment, Micros(row.back))
    return Assignment(
        row.number, row.offer, row.digest, row.brief, row.advertiser, row.owner, row.creator, bool(row.by_creator),
        Instant(row.created), Stage(row.stage), _instant(row.due), Instant(row.deadline),
        row.approval_days, row.count_days, row.rounds_left,
        Terms(Kind(row.kind), row.rate, Micros(row.floor), Micros(row.cap)), _GOODS.decode(row.goods),
        _instant(row.accepted), row.item, _instant(row.published), _instant(row.counted_until),
        _counted(row.counted), _counted(row.counted_late), division, bool(row.orphaned),
    )  # fmt: skip


def _instant(value: int | None) -> Instant | None:
    return None if value is None else Instant(value)


def _counted(blob: bytes | None) -> Count | None:
    return None if blob is None else _COUNT.decode(blob)


def event_values(event: AssignmentEvent, key: bytes | None) -> dict[str, object]:
    """Return a move's row; key: of who wrote its text, None for an operator's."""
    text = None
    if event.text is not None:
        plain = event.text.encode()
        text = unsealed(plain) if key is None else Seal(key).seal(plain, what=_TEXT)
    return {
        "id": event.id, "number": event.number, "move": int(event.move), "actor": int(event.actor),
        "stage": int(event.stage), "time": event.time, "amount": event.amount, "request": event.request,
        "digest": event.digest, "author": event.author, "text": text,
    }  # fmt: skip


def event_of(row: Any, names: dict[int, tuple[str, bytes]]) -> AssignmentEvent:
    """Read a move; names: of those who wrote and are not erased, at least."""
    text = None
    if row.text is not None and row.author is None:
        text = open_unsealed(row.text).decode()
    elif row.text is not None and row.author in names:
        text = Seal(names[row.author][1]).open(row.text, what=_TEXT).decode()
    return AssignmentEvent(
        row.id, row.number, Move(row.move), Actor(row.actor), Stage(row.stage), Instant(row.time),
        None if row.amount is None else Micros(row.amount), row.request, row.digest, row.author, text,
    )  # fmt: skip
