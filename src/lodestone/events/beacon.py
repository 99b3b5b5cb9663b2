"""Beacons: a slot's signed token, so that an event that carries it is a fact about that decision.

A token is a fixed-width payload and a 104-bit keyed BLAKE2b tag, 48 bytes together, as 64 letters of URL-safe
base64. It says what the counters need to know about the slot, so that no decision must be looked up.
"""

from base64 import b64encode, urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable
from struct import Struct
from typing import Final, NamedTuple

import numpy as np

from lodestone.base.signed import Tagger, same

_PAYLOAD: Final = Struct("<QQiiIhBBBBB")
_TAG: Final = 13
_SIZE: Final = _PAYLOAD.size + _TAG
LENGTH: Final = _SIZE * 4 // 3
assert _SIZE % 3 == 0


BEACON: Final = np.dtype(
    [
        ("receipt", np.int64), ("promises", np.uint64), ("item", np.int32), ("served", np.int64),
        ("person", np.int64), ("domain", np.int16), ("domain_kind", np.uint8), ("source", np.uint8),
        ("surface", np.uint8), ("slot", np.uint8), ("flags", np.uint8),
    ]
)  # fmt: skip
"""Opened beacons as rows, field by field as in `Beacon`."""


class Beacon(NamedTuple):
    """What a token says about its slot."""

    receipt: int
    promises: int
    item: int
    served: int
    """Seconds since the epoch."""
    person: int
    """Low 32 bits of the viewer's ordinal; all ones for nobody."""
    domain: int
    domain_kind: int
    source: int
    surface: int
    slot: int
    flags: int


def mint(key: bytes, beacon: Beacon) -> str:
    """Sign a slot.

    >>> opened = open_beacon(b"k", mint(b"k", Beacon(1, 0, 2, 3, 4, -1, 0, 0, 0, 1, 0)))
    >>> opened.item, opened.slot
    (2, 1)
    """
    return mint_all(key, (beacon,))[0]


def mint_all(key: bytes, beacons: Iterable[Beacon]) -> list[str]:
    """Sign the slots of a page, in order; the key is taken in once."""
    tagger = Tagger(key, size=_TAG)
    parts: list[bytes] = []
    for beacon in beacons:
        payload = _PAYLOAD.pack(*beacon)
        parts += (payload, tagger.tag(payload))
    text = b64encode(b"".join(parts), b"-_").decode()
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


class BeaconOpener:
    """Opens tokens signed with one key, which is taken in once."""

    def __init__(self, key: bytes) -> None:
        self._tagger = Tagger(key, size=_TAG)

    def open(self, token: str) -> Beacon | None:
        """Return what a token says, None when it was not signed with this key."""
        if len(token) != LENGTH:
            return None
        try:
            raw = urlsafe_b64decode(token)
        except (Base64Error, ValueError):
            return None
        payload = raw[: _PAYLOAD.size]
        if not same(self._tagger.tag(payload), raw[_PAYLOAD.size :]):
            return None
        return Beacon._make(_PAYLOAD.unpack(payload))


def open_beacon(key: bytes, token: str) -> Beacon | None:
    """Return what one token says, None when it was not signed with this key."""
    return BeaconOpener(key).open(token)
