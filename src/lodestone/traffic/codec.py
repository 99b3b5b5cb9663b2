"""A decision as bytes and back: sorted, delta-coded byte planes under zstd.

Candidates are stored ascending as differences, wide numbers as planes of equal bytes side by side, and
chances as two planes; like stands beside like, and that is what compresses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Final

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from lodestone.base.clock import Instant
from lodestone.base.errors import CorruptError
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.traffic import codec_kernel
from lodestone.traffic.decision import Bits, Chances, Choice, Codes, Decision, Pool, Rows
from lodestone.traffic.paid_codec import StoredPaid, restored, stored

VERSION: Final = 2
"""1 said nothing of the rules that filled the slate: it was the first ones."""
VERSION_PAID: Final = 3
"""Of decisions that ads came to; those without are written as before."""
_LEVEL: Final = 1
_POOL: Final = (
    ("promises", "<u8"),
    ("rank", "<i2"),
    ("author", "<i4"),
    ("topic", "<i2"),
    ("domain_kind", "<u1"),
    ("domain", "<i2"),
    ("source", "<u1"),
)


_POOL_BYTES: Final = 2 + sum(np.dtype(kind).itemsize for _, kind in _POOL) + OUTCOME_COUNT
"""Bytes of the first section for each pool entry: its place, its columns, the high bytes of its chances."""


class _Head(msgspec.Struct, frozen=True, array_like=True):
    """Everything but the arrays, and how long those are."""

    version: int
    sequence: int
    time: int
    surface: int
    domain: int
    slots: int
    seed: int
    policy_version: int
    price_version: int
    predictor_version: str
    personalised: bool
    arm: str
    degraded: tuple[str, ...]
    gate: float
    chain: tuple[int, ...]
    state_offset: int
    explored_slot: int
    draw_propensity: float
    slate_propensity: float
    propensity: tuple[float, ...]
    objective: int
    bound: int
    exact: bool
    pool_index: tuple[int, ...]
    candidates: int
    pool: int
    slate_rules: int = 1
    author_max: int = -1
    author_gap: int = -1
    last: bool = False
    pinned: int = 0


class _PaidHead(_Head, frozen=True, array_like=True):
    """The same with the paid part behind it."""

    paid: StoredPaid | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who was a candidate of one decision."""

    time: Instant
    candidate: Rows
    """Item rows, ascending, shape (candidates,)."""
    reason: NDArray[np.uint8]
    """`DropReason` of each, same shape."""
    paid: bool
    """Ads took part, whose items need be no candidates."""


@dataclass(frozen=True, slots=True)
class _Writer:
    """Turns columns into planes."""

    @staticmethod
    def planes(column: NDArray[Any], kind: str) -> bytes:
        little = np.ascontiguousarray(column, kind)
        width = little.dtype.itemsize
        return (
            little.view(np.uint8).reshape(-1, width).T.tobytes() if width > 1 else little.tobytes()
        )

    @staticmethod
    def column(body: memoryview, at: int, count: int, kind: str) -> tuple[NDArray[Any], int]:
        width = np.dtype(kind).itemsize
        end = at + count * width
        flat = np.frombuffer(body[at:end], np.uint8)
        return flat.reshape(width, count).T.copy().reshape(-1).view(kind), end


def encode(decision: Decision, *, compiled: bool = True) -> list[bytes]:
    """Write a decision as two sections, uncompressed; who it was for is apart (see `encode_who`).

    The first is regular and compresses well; the second holds the low bytes of chances, which hardly do.
    """
    pool = decision.pool
    head = _head(decision)
    first = np.empty(5 * decision.candidate.size + _POOL_BYTES * pool.item.size, np.uint8)
    second = np.empty(OUTCOME_COUNT * pool.item.size, np.uint8)
    write = codec_kernel.columns if compiled else columns
    write(
        decision.candidate,
        decision.reason,
        pool.item,
        pool.promises,
        pool.rank,
        pool.author,
        pool.topic,
        pool.domain_kind,
        pool.domain,
        pool.source,
        pool.chances,
        first,
        second,
    )
    return [len(head).to_bytes(4, "little") + head + first.tobytes(), second.tobytes()]


def columns(
    candidate: Rows,
    reason: Codes,
    item: Rows,
    promises: Bits,
    rank: NDArray[np.int16],
    author: Rows,
    topic: NDArray[np.int16],
    kind: Codes,
    domain: NDArray[np.int16],
    source: Codes,
    chances: Chances,
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
) -> None:
    """Write every column as byte planes: steps of candidates, reasons, then the pool's columns.

    Args:
        candidate: Shape (candidates,), ascending.
        reason: Shape (candidates,).
        item: Shape (pool,), each one of the candidates; so are the rest of the pool's columns.
        promises: Shape (pool,).
        rank: Shape (pool,).
        author: Shape (pool,).
        topic: Shape (pool,).
        kind: Shape (pool,).
        domain: Shape (pool,).
        source: Shape (pool,).
        chances: Shape (pool, outcomes); outcome by outcome, since those of one outcome resemble each other.
        first: Shape (bytes,), written: everything but the low bytes of chances.
        second: Shape (pool x outcomes,), written.
    """
    low_high = _Writer.planes(chances.T, "<u2")
    half = len(low_high) // 2
    parts = [
        _Writer.planes(np.diff(candidate, prepend=np.int32(0)), "<i4"),
        reason.tobytes(),
        _Writer.planes(np.searchsorted(candidate, item), "<u2"),
    ]
    pool: tuple[NDArray[Any], ...] = (promises, rank, author, topic, kind, domain, source)
    parts.extend(
        _Writer.planes(column, kind) for column, (_, kind) in zip(pool, _POOL, strict=True)
    )
    first[:] = np.frombuffer(b"".join([*parts, low_high[half:]]), np.uint8)
    second[:] = np.frombuffer(low_high[:half], np.uint8)


def _head(decision: Decision) -> bytes:
    pool, choice, paid = decision.pool, decision.choice, decision.paid
    return msgspec.msgpack.encode(
        (_Head if paid is None else _PaidHead)(
            VERSION if paid is None else VERSION_PAID,
            decision.sequence,
            decision.time,
            decision.surface,
            decision.domain,
            decision.slots,
            decision.seed,
            decision.policy_version,
            decision.price_version,
            decision.predictor_version,
            decision.personalised,
            decision.arm,
            decision.degraded,
            decision.gate,
            decision.chain,
            decision.state_offset,
            choice.explored_slot,
            choice.draw_propensity,
            choice.slate_propensity,
            tuple(choice.propensity.tolist()),
            choice.objective,
            choice.bound,
            choice.exact,
            tuple(choice.pool_index.tolist()),
            decision.candidate.size,
            pool.item.size,
            decision.slate_rules,
            choice.author_max,
            choice.author_gap,
            decision.last,
            decision.pinned,
            *(() if paid is None else (stored(paid),)),
        )
    )


class DecisionPacker:
    """Compresses encoded decisions and keeps the compressor's tables between them. For one thread."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)

    def pack(self, sections: list[bytes]) -> bytes:
        """Compress an encoded decision, each section a block of its own."""
        stream = self._compressor.compressobj()
        out = []
        for section in sections:
            out.append(stream.compress(section))
            out.append(stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
        out.append(stream.flush())
        return b"".join(out)


def pack(sections: list[bytes]) -> bytes:
    """Compress one encoded decision."""
    return DecisionPacker().pack(sections)


def decode(packed: bytes, person: int) -> Decision:
    """Read a packed decision back; `person` comes from the receipt's other part.

    Raises:
        CorruptError: The bytes are not a decision.
    """
    with _readable():
        head, body = _open(packed)
        return _decision(head, body, person)


def decode_candidates(packed: bytes) -> Candidates:
    """Read who was a candidate of a packed decision and what became of each: a fraction of the work of `decode`.

    Raises:
        CorruptError: The bytes are not a decision.
    """
    with _readable():
        head, body = _open(packed)
        candidate, reason, _ = _candidates(head, body)
        return Candidates(Instant(head.time), candidate, reason, head.paid is not None)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (
        zstandard.ZstdError, msgspec.MsgspecError, ValueError, IndexError, OverflowError,
    ) as error:  # fmt: skip
        raise CorruptError(
            "receipt_corrupt", f"a stored receipt cannot be read: {error}"
        ) from error


def _open(packed: bytes) -> tuple[_PaidHead, memoryview]:
    stream = zstandard.ZstdDecompressor().decompressobj()
    body = stream.decompress(packed)
    if not stream.eof:
        raise CorruptError("receipt_corrupt", "a stored receipt ends too soon")
    end = 4 + int.from_bytes(body[:4], "little")
    head = msgspec.msgpack.decode(body[4:end], type=_PaidHead)
    if not 1 <= head.version <= VERSION_PAID:
        raise CorruptError("receipt_corrupt", f"receipt format {head.version} is not known here")
    return head, memoryview(body)[end:]


def _candidates(head: _Head, body: memoryview) -> tuple[Rows, NDArray[np.uint8], int]:
    """Return candidates, their reasons and where the rest begins."""
    steps, at = _Writer.column(body, 0, head.candidates, "<i4")
    reason, at = _Writer.column(body, at, head.candidates, "<u1")
    return np.cumsum(steps, dtype=np.int32), reason, at


def _decision(head: _PaidHead, body: memoryview, person: int) -> Decision:
    candidate, reason, at = _candidates(head, body)
    places, at = _Writer.column(body, at, head.pool, "<u2")
    columns: dict[str, NDArray[Any]] = {"item": candidate[places]}
    for name, kind in _POOL:
        columns[name], at = _Writer.column(body, at, head.pool, kind)
    high, at = _Writer.column(body, at, head.pool * OUTCOME_COUNT, "<u1")
    low, at = _Writer.column(body, at, head.pool * OUTCOME_COUNT, "<u1")
    flat = high.astype(np.uint16) << 8 | low
    columns["chances"] = flat.reshape(OUTCOME_COUNT, head.pool).T.copy()
    if at != len(body):
        raise CorruptError("receipt_corrupt", "a stored receipt is longer than its parts")
    assert set(columns) == {field.name for field in fields(Pool)}
    return Decision(
        sequence=head.sequence,
        time=Instant(head.time),
        person=person,
        surface=head.surface,
        domain=head.domain,
        slots=head.slots,
        seed=head.seed,
        policy_version=head.policy_version,
        price_version=head.price_version,
        predictor_version=head.predictor_version,
        personalised=head.personalised,
        arm=head.arm,
        degraded=head.degraded,
        gate=head.gate,
        candidate=candidate,
        reason=reason,
        pool=Pool(**columns),
        choice=Choice(
            pool_index=np.array(head.pool_index, np.int64),
            explored_slot=head.explored_slot,
            draw_propensity=head.draw_propensity,
            slate_propensity=head.slate_propensity,
            propensity=np.array(head.propensity, np.float64),
            objective=head.objective,
            bound=head.bound,
            exact=head.exact,
            author_max=head.author_max,
            author_gap=head.author_gap,
        ),
        chain=head.chain,
        state_offset=head.state_offset,
        slate_rules=head.slate_rules,
        last=head.last,
        pinned=head.pinned,
        paid=None if head.paid is None else restored(head.paid),
    )


def encode_who(person: int, sealed: bytes) -> bytes:
    """Write the part of a receipt that can be dropped: the ordinal and the sealed position."""
    return person.to_bytes(8, "little", signed=True) + sealed


def person_of(who: bytes) -> int:
    """Return the viewer's ordinal of that part, -1 where it was dropped.

    >>> person_of(encode_who(7, b"")), person_of(b"")
    (7, -1)
    """
    return decode_who(who)[0] if who else -1


def decode_who(who: bytes) -> tuple[int, bytes]:
    """Read that part back. Raises CorruptError."""
    if len(who) < 8:
        raise CorruptError("receipt_corrupt", "a receipt's personal part is too short")
    return int.from_bytes(who[:8], "little", signed=True), who[8:]
