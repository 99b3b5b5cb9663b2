"""What the records say of access: the good keys, and a numbered list of what has changed about them.

Several processes may write one set of records. Each keeps the good keys in memory and reads the changes that have a
higher number than the last it knows; numbers follow the order of commits, without gaps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol, TypeAlias

from lodestone.base.clock import Instant
from lodestone.stores.records.types import KeyRecord, NewKey

OPENED = "open"
CLOSED = "closed"


class AccessKind(IntEnum):
    """What a change is about; numbers are stored and never change."""

    KEY = 1
    """A key was made or revoked; the subject is its id."""
    LOGIN = 2
    """Somebody has logged out; the subject is the login's nonce in hexadecimal."""
    PERSON = 3
    """Somebody was erased; the subject is their ordinal."""
    COMMUNITY = 4
    """A community was made or has changed its state; the subject is `OPENED` or `CLOSED`."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One change of who may ask."""

    number: int
    kind: AccessKind
    subject: str
    community: str | None
    """None for an operator's key and for a login."""
    time: Instant
    key: KeyRecord | None = None
    """Of `KEY`: the key as it stands when the change is read."""
    secret: bytes = field(default=b"", repr=False)
    """Of `COMMUNITY`: what signs its tokens."""


@dataclass(frozen=True, slots=True)
class AccessState:
    """Everything a process must know when it begins."""

    number: int
    """Of the newest change that is contained; later ones may be, too."""
    keys: Sequence[KeyRecord]
    """All that are good."""
    changes: Sequence[AccessChange]
    """Logins ended and people erased since the instant asked for; every community, its last closing before it."""


Listener: TypeAlias = Callable[[Sequence[AccessChange]], None]


class AccessRecords(Protocol):
    """The part of the records that access rests on. See `stores.ports.Records`.

    A key of no community is the operator's, good for the whole installation.
    """

    def create_key(
        self, community: str | None, *, name: str, scopes: Sequence[str], now: Instant
    ) -> NewKey:
        """Make a key. Its plain text is in the answer and nowhere else, ever."""
        ...

    def keys(self, community: str | None) -> list[KeyRecord]:
        """Return a community's keys, or the operator's, oldest first, revoked ones too."""
        ...

    def revoke_key(self, community: str | None, key_id: str, *, now: Instant) -> KeyRecord:
        """Make a key worthless; again does nothing. Raises UnknownError `key_unknown`.

        The change is in the list of `access_changes` with the same commit, for processes that keep keys in memory.
        """
        ...

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """Return the key of a `key_digest`, None when unknown or revoked."""
        ...

    def access_state(self, since: Instant) -> AccessState:
        """Return what holds now.

        Args:
            since: The wall clock before which everything that was signed has ended by itself.
        """
        ...

    def access_changes(self, after: int, *, limit: int = 1000) -> list[AccessChange]:
        """Return the changes with a higher number, in order."""
        ...

    def end_login(self, nonce: str, *, now: Instant) -> None:
        """End a login before its time."""
        ...

    def on_access(self, listener: Listener) -> None:
        """Call `listener` with every change made through this object, once it is committed.

        It is called in the thread that wrote, before the call that wrote returns.
        """
        ...
