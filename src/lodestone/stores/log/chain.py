"""The chain that makes a log tamper-evident: salted digests, links, tags, segments and one root.

A receipt's leaf commits to its two parts by salted digests, so that a part can be dropped and the
leaf still stands; without its salt a dropped part cannot be guessed from the digest. Each leaf is
linked to the one before: `h_k = H(h_{k-1} | number | leaf)`, and a tag under the community's secret
vouches for the link, so that a broken chain names the row at fault rather than its neighbour. The
link that ends every 1,024 numbers is that segment's root; the roots form a Merkle tree (RFC 6962's
shape) whose root is kept elsewhere. Batches of facts are linked in the same way.

H is SHA-256 rather than BLAKE2b: where the processor has SHA instructions the two cost the same
(4.5 microseconds a receipt), and whoever doubts us finds SHA-256 in every toolbox. Tags are keyed
BLAKE2b, a single pass.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.signed import derived_key, keyed_tag

GENESIS: Final = hashlib.sha256(b"lodestone chain").digest()
"""What the first link is linked to."""
SALT_BYTES: Final = 16
DROPPED_SALT: Final = bytes(SALT_BYTES)
"""What stands for the salt of a part that was dropped."""
SEGMENT_BITS: Final = 10
"""A segment is 1,024 consecutive numbers."""

# The first byte says what is hashed, so that no hash of one kind passes as another.
_PART, _LEAF, _LINK, _BATCH, _NODE, _TIP = (bytes([kind]) for kind in range(6))
_ROOT_HEX: Final = 160


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a log ends: the next number and the last link, of receipts and of facts."""

    sequence_next: int = 0
    receipts: bytes = GENESIS
    offset_next: int = 0
    facts: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed segment: its last receipt and the link there."""

    last: int
    root: bytes

    @property
    def number(self) -> int:
        """Segments count from 0; one in which nothing was recorded is absent."""
        return self.last >> SEGMENT_BITS


@dataclass(frozen=True, slots=True)
class Root:
    """A root as kept elsewhere: how long the log was, and what it held."""

    sequence_next: int
    offset_next: int
    receipts: bytes
    facts: bytes

    def text(self) -> str:
        """Write as 160 hexadecimal digits."""
        counts = self.sequence_next.to_bytes(8, "big") + self.offset_next.to_bytes(8, "big")
        return (counts + self.receipts + self.facts).hex()


def part_digest(salt: bytes, part: bytes) -> bytes:
    """Commit to one part of a receipt."""
    return hashlib.sha256(_PART + salt + part).digest()


def receipt_leaf(who_digest: bytes, what_digest: bytes) -> bytes:
    """Commit to a receipt by the digests of its parts."""
    return hashlib.sha256(_LEAF + who_digest + what_digest).digest()


def batch_leaf(first: int, count: int, time: int, payload: bytes, sealed: bytes) -> bytes:
    """Commit to a batch of facts as stored.

    Args:
        first: Offset of its first fact.
        count: Number of facts.
        time: Time of its last fact, microseconds since the epoch.
        payload: The packed facts.
        sealed: The packed private parts, empty when none.
    """
    digest = hashlib.sha256(_BATCH)
    for number in (first, count, time, len(payload)):
        digest.update(number.to_bytes(8, "big", signed=True))
    digest.update(payload)
    digest.update(sealed)
    return digest.digest()


def link(previous: bytes, number: int, leaf: bytes) -> bytes:
    """Link a leaf to the value before it, under its own number."""
    return hashlib.sha256(_LINK + previous + number.to_bytes(8, "big") + leaf).digest()


def tag_key(secret: bytes, purpose: bytes) -> bytes:
    """Derive the key of a log's tags from the community's secret."""
    return derived_key(secret, size=32, purpose=purpose)


def tag_of(key: bytes, number: int, leaf: bytes, value: bytes) -> bytes:
    """Vouch for a link: 16 bytes that nobody makes without the key."""
    return keyed_tag(key, number.to_bytes(8, "big") + leaf + value, size=16)


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Hash leaves pairwise up to one root; a lone one rises unchanged. `GENESIS` when there is none.

    >>> merkle_root([b"a"]) == b"a"
    True
    """
    level = list(leaves) or [GENESIS]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(_NODE + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def root_of(tip: Tip, segment_roots: Sequence[bytes]) -> Root:
    """Make the root of a log that ends at `tip`.

    Args:
        tip: The log's end.
        segment_roots: Roots of the closed segments, in order.
    """
    leaves = [*segment_roots, tip.receipts] if tip.sequence_next else []
    receipts = hashlib.sha256(_TIP + merkle_root(leaves)).digest()
    return Root(tip.sequence_next, tip.offset_next, receipts, tip.facts)


def parse_root(text: str) -> Root:
    """Read a root as `Root.text` writes it.

    Raises:
        InvalidError: It is not 160 hexadecimal digits.
    """
    cure = f"a root is {_ROOT_HEX} hexadecimal digits, as this command printed it"
    text = text.strip().lower()
    if len(text) != _ROOT_HEX or any(digit not in "0123456789abcdef" for digit in text):
        raise InvalidError("root_malformed", f"root: {cure}", (Problem("root", cure),))
    data = bytes.fromhex(text)
    counts = int.from_bytes(data[:8], "big"), int.from_bytes(data[8:16], "big")
    return Root(*counts, data[16:48], data[48:])
