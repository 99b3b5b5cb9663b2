"""How records become rows of the serving state, and how both are stored as bytes."""

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import Position, instant_of
from lodestone.content import DomainIn, ItemIn
from lodestone.content.domain import radius_km
from lodestone.content.item import label_in_force
from lodestone.events.outcomes import DomainKind
from lodestone.features.layout import (
    KINDS,
    NEVER_PRESENT,
    NOTICES,
    STATES,
    VECTOR_WIDTH,
    DomainRow,
    ItemRow,
    MarkRow,
    PersonRow,
)
from lodestone.people import PersonIn
from lodestone.stores.records.terms import Terms
from lodestone.stores.records.types import Project, TermKind

NAN: Final = float("nan")
NO_PLACE: Final = (NAN, NAN)
NO_VECTOR: Final = (0.0,) * VECTOR_WIDTH
STUB: Final = PersonIn()
_VECTOR: Final = struct.Struct(f"<{VECTOR_WIDTH}f")

_PersonFields: TypeAlias = tuple[
    int,
    Instant,
    float,
    float,
    float,
    float,
    Instant,
    int,
    int,
    bool,
    bool,
    tuple[tuple[int, float], ...],
]
_ItemHead: TypeAlias = tuple[
    int,
    int,
    Instant,
    int,
    int,
    int,
    float,
    float,
    float,
    int,
    tuple[int, ...],
    tuple[int, ...],
    tuple[int, ...],
]


class PersonDoc(msgspec.Struct, frozen=True, array_like=True):
    """What is stored of a person, before sealing."""

    id: str
    given: PersonIn


_ENCODER = msgspec.msgpack.Encoder()
_PERSON = msgspec.msgpack.Decoder(_PersonFields)
_ITEM = msgspec.msgpack.Decoder(tuple[_ItemHead, bytes])
_PERSON_DOC = msgspec.msgpack.Decoder(PersonDoc)
_ITEM_DOC = msgspec.msgpack.Decoder(ItemIn)
_DOMAIN_DOC = msgspec.msgpack.Decoder(DomainIn)


def person_row(terms: Terms, ordinal: int, given: PersonIn, created: Instant) -> PersonRow:
    """Turn a person into the state's form; without consent to their position they have none."""
    placed = given.consent.position
    home, present = (_place(place if placed else None) for place in (given.home, given.present))
    stated = given.present_at if placed and given.present_at is not None else None
    heaviest_first = sorted(given.interests.items(), key=lambda pair: -pair[1])
    return PersonRow(
        ordinal=ordinal,
        created=created,
        latitude=home[0],
        longitude=home[1],
        present_latitude=present[0],
        present_longitude=present[1],
        present_at=_present_at(stated, placed=placed),
        profession=_code(terms, TermKind.DOMAIN, given.profession),
        language=_language(terms, given.language),
        personalised=given.consent.personalisation,
        minor=given.minor,
        interests=tuple((terms.code(TermKind.TAG, tag), weight) for tag, weight in heaviest_first),
    )


def _present_at(stated: datetime | None, *, placed: bool) -> Instant:
    if not placed:
        return Instant(0)
    return NEVER_PRESENT if stated is None else max(NEVER_PRESENT, instant_of(stated))


def item_row(
    terms: Terms,
    given: ItemIn,
    *,
    row: int,
    owner: int,
    created: Instant,
    now: Instant,
    project: Project,
) -> tuple[ItemRow, Instant | None]:
    """Turn an item into the state's form.

    Returns:
        The row, and when its label next changes, None if never.
    """
    latitude, longitude = _place(given.position)
    label, label_until = label_in_force(given.labels, now)
    # As 32-bit numbers at once, so that a live state and one rebuilt from here are equal.
    vector = _VECTOR.unpack(_VECTOR.pack(*project(given.tags, given.author_id, given.text)))
    duration = given.duration_seconds
    return ItemRow(
        row=row,
        owner=owner,
        created=created,
        kind=KINDS.index(given.kind),
        state=STATES.index(given.state),
        label=label,
        latitude=latitude,
        longitude=longitude,
        duration=NAN if duration is None else duration,
        language=_language(terms, given.language),
        channels=_codes(terms, TermKind.DOMAIN, given.channels),
        professions=_codes(terms, TermKind.DOMAIN, given.professions),
        tags=_codes(terms, TermKind.TAG, given.tags),
        vector=vector,
    ), label_until


def empty_item_row(kind: str, *, row: int, owner: int, created: Instant) -> ItemRow:
    """Return the state's form of an item that has been emptied: withdrawn, and nothing else."""
    return ItemRow(
        row=row,
        owner=owner,
        created=created,
        kind=KINDS.index(kind),
        state=STATES.index("withdrawn"),
        label=0,
        latitude=NAN,
        longitude=NAN,
        duration=NAN,
        language=-1,
        channels=(),
        professions=(),
        tags=(),
        vector=NO_VECTOR,
    )


def domain_row(code: int, given: DomainIn) -> DomainRow:
    """Turn a domain into the state's form; what is no place has no centre and no radius."""
    latitude, longitude = _place(given.centre)
    radius = radius_km(given)
    return DomainRow(
        code=code,
        kind=int(DomainKind[given.kind.upper()]),
        latitude=latitude,
        longitude=longitude,
        radius_km=NAN if radius is None else radius,
    )


def mark_row(row: Any) -> MarkRow:
    """Turn a stored mark into the state's form."""
    label = NOTICES.index(row.label) + 1 if row.label else 0
    return MarkRow(row.domain, row.item, hidden=row.hidden, label=label, pin=row.pin)


def _place(position: Position | None) -> tuple[float, float]:
    return NO_PLACE if position is None else (position.latitude, position.longitude)


def _code(terms: Terms, kind: TermKind, text: str | None) -> int:
    return -1 if text is None else terms.code(kind, text)


def _codes(terms: Terms, kind: TermKind, texts: Sequence[str]) -> tuple[int, ...]:
    return tuple([terms.code(kind, text) for text in texts])


def _language(terms: Terms, language: str | None) -> int:
    # Language tags know no case: zh-CN and zh-cn are one.
    return -1 if language is None else terms.code(TermKind.LANGUAGE, language.lower())


def pack_person(row: PersonRow) -> bytes:
    """Store a person's row."""
    return _ENCODER.encode(
        (
            row.ordinal,
            row.created,
            row.latitude,
            row.longitude,
            row.present_latitude,
            row.present_longitude,
            row.present_at,
            row.profession,
            row.language,
            row.personalised,
            row.minor,
            row.interests,
        )
    )


def unpack_person(blob: bytes) -> PersonRow:
    """Read a person's row."""
    return PersonRow(*_PERSON.decode(blob))


def pack_item(row: ItemRow) -> bytes:
    """Store an item's row, its vector as 32-bit numbers."""
    head = (
        row.row,
        row.owner,
        row.created,
        row.kind,
        row.state,
        row.label,
        row.latitude,
        row.longitude,
        row.duration,
        row.language,
        row.channels,
        row.professions,
        row.tags,
    )
    return _ENCODER.encode((head, _VECTOR.pack(*row.vector)))


def unpack_item(blob: bytes) -> ItemRow:
    """Read an item's row."""
    head, vector = _ITEM.decode(blob)
    return ItemRow(*head, _VECTOR.unpack(vector))


def pack_person_doc(person_id: str, given: PersonIn) -> bytes:
    """Store what an app sent of a person; when they joined has a column of its own."""
    return _ENCODER.encode(PersonDoc(person_id, msgspec.structs.replace(given, created_at=None)))


def unpack_person_doc(blob: bytes) -> PersonDoc:
    """Read what an app sent of a person."""
    return _PERSON_DOC.decode(blob)


NOBODY: Final = "-"
"""Stands for the author in a stored item, which names them by ordinal only."""


def pack_item_doc(given: ItemIn) -> bytes:
    """Store what an app sent of an item, without its author and its creation."""
    return _ENCODER.encode(msgspec.structs.replace(given, author_id=NOBODY, created_at=None))


def unpack_item_doc(blob: bytes, author_id: str | None) -> ItemIn:
    """Read what an app sent of an item."""
    return msgspec.structs.replace(_ITEM_DOC.decode(blob), author_id=author_id or NOBODY)


def empty_item_doc(kind: str) -> bytes:
    """Return what remains stored of an item that has been emptied."""
    empty = {"kind": kind, "author_id": NOBODY, "state": "withdrawn"}
    return _ENCODER.encode(empty)


def pack_domain_doc(given: DomainIn) -> bytes:
    """Store what an app sent of a domain."""
    return _ENCODER.encode(msgspec.structs.replace(given, created_at=None))


def unpack_domain_doc(blob: bytes) -> DomainIn:
    """Read what an app sent of a domain."""
    return _DOMAIN_DOC.decode(blob)
