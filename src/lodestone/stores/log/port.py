"""The port of the log: one community's facts, receipts and price vectors. Every adapter passes `tests/contract`."""

from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NewType, Protocol

from lodestone.base.clock import Instant
from lodestone.events.facts import Facts

Offset = NewType("Offset", int)
"""Number of facts before this one in the community's log; the first fact has offset 0."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts appended together. `sealed` holds what is private, encrypted, by index in `facts`."""

    first: Offset
    facts: Facts
    sealed: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """A receipt as stored. A dropped part is empty; its salted digest stays in the leaf."""

    sequence: int
    who: bytes
    """The viewer's ordinal and the encrypted position."""
    what: bytes
    """The compressed decision, see traffic.codec."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing `verify` found wrong, and where.

    `problem` is tampered, missing, reordered, cut, or rewritten: linked anew from there on, which
    only a segment's tag or a root kept elsewhere can tell.
    """

    sequence: int
    """The receipt's number; for facts the offset of the batch's first."""
    problem: str
    kind: Literal["receipt", "facts"] = "receipt"


COMMIT_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
"""Upper edges by which commits are counted; one more count holds what took longer."""


@dataclass(frozen=True, slots=True)
class LogLoad:
    """How a log keeps up, since it was opened."""

    commits: tuple[int, ...]
    """Shape (edges + 1,). Commits by how long they took, see `COMMIT_SECONDS`."""
    commit_seconds: float
    """All commits together."""
    backlog_bytes: int
    """What waits for a commit now."""


class Log(Protocol):
    """One community's facts, receipts and price vectors, under one writer with group commit.

    `append` and `record` may be called at any time from the event loop; what one of them was
    given is durable (fsync done) when its awaitable completes, in the order of the calls.
    """

    def append(self, facts: Facts, sealed: Sequence[tuple[int, bytes]] = ()) -> Awaitable[Offset]:
        """Append all or none; complete with the offset of the first, once durable.

        Raises:
            UnavailableError: It could not be stored; nothing was.
        """
        ...

    def record(self, sequence: int, who: bytes, what: bytes) -> Awaitable[None]:
        """Store a receipt and link it into the chain, once durable. Raises as `append`."""
        ...

    def read(self, after: Offset, *, limit: int = 1_000_000) -> Iterator[Batch]:
        """Yield whole batches that end after an offset, oldest first, about `limit` facts at most."""
        ...

    def end(self) -> Offset:
        """Return the offset that the next durable fact will have."""
        ...

    def receipt(self, sequence: int) -> ReceiptParts | None:
        """Return a stored receipt, or None."""
        ...

    def receipts(self, first: int, last: int) -> Iterator[ReceiptParts]:
        """Yield receipts with first <= sequence < last, in order."""
        ...

    def receipt_next(self) -> int:
        """Return the sequence number after the last one stored."""
        ...

    def receipt_count(self) -> int:
        """Return how many receipts are stored; it reads through all of them."""
        ...

    def number_next(self) -> int:
        """Return the number of the next receipt: above every one that was ever given out, lost ones too."""
        ...

    def heard(self, change_next: int) -> None:
        """Note outside the log that the records' next change is at least this one, durably."""
        ...

    def drop_who(self, sequence: int) -> None:
        """Drop a receipt's `who` part for good; its digest keeps the chain whole."""
        ...

    def put_prices(self, version: int, time: Instant, payload: bytes) -> None:
        """Queue a price vector; durable with the next commit."""
        ...

    def prices(self, version: int) -> bytes | None:
        """Return a stored price vector's payload."""
        ...

    def prices_last(self) -> int | None:
        """Return the newest stored price vector's version, None when there is none."""
        ...

    def verify(self, *, root: str | None = None) -> list[Finding]:
        """Walk the chain; name every receipt that was tampered with, lost, reordered or cut off.

        Args:
            root: A root kept elsewhere; a log that no longer contains it has been cut.
        """
        ...

    def root(self) -> str:
        """Return the present root, hexadecimal, to be kept elsewhere."""
        ...

    def load(self) -> LogLoad:
        """Return how long commits take and what waits for one."""
        ...

    async def close(self) -> None:
        """Commit what is queued and close; further calls raise UnavailableError."""
        ...
