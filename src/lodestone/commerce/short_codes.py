"""Short codes of vouchers: eight letters that a buyer shows and somebody types, at one shop, for some minutes.

A short code stands for a voucher's long one while it is shown: it turns over with the clock, is good to the end of
the next turn, and means nothing at any other shop. `docs/decisions/show-a-short-code-beside-the-long-one.md` has the odds.
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.commerce.vouchers import ALPHABET, plain_letters

SHORT_LENGTH: Final = 8
"""Letters of 5 bits: 40 bits."""
SHORT_BYTES: Final = 5
_HALF: Final = 4
TURN_MICROS: Final = 150 * SECOND_MICROS
"""How long one code is shown before the next: two and a half minutes."""
TRIES_MAX: Final = 10
"""Wrong short codes that one shop may try within `TRIES_MICROS`; then none is looked up until they are over."""
TRIES_MICROS: Final = 600 * SECOND_MICROS


@dataclass(frozen=True, slots=True)
class Misses:
    """Wrong short codes that a shop has tried since an instant."""

    since: Instant
    count: int


def turn_of(now: Instant) -> int:
    """Return the turn that an instant lies in."""
    return now // TURN_MICROS


def turn_begins(turn: int) -> Instant:
    """Return the instant at which a turn begins."""
    return Instant(turn * TURN_MICROS)


def write_short(chance: bytes) -> str:
    """Write 5 bytes as a short code.

    >>> write_short(bytes(5)), write_short(bytes([255] * 5))
    ('0000-0000', 'ZZZZ-ZZZZ')
    """
    assert len(chance) == SHORT_BYTES
    number = int.from_bytes(chance, "big")
    letters = "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(SHORT_LENGTH)))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def read_short(typed: str) -> str | None:
    """Bring a typed short code into the form it is shown in, None when it can be none.

    >>> read_short(" abcd 0oil "), read_short("ABCD-0O1"), read_short("ABCD-UUUU")
    ('ABCD-0011', None, None)
    """
    plain = plain_letters(typed)
    if len(plain) != SHORT_LENGTH or set(plain) - set(ALPHABET):
        return None
    return f"{plain[:_HALF]}-{plain[_HALF:]}"


def paused_until(misses: Misses | None, now: Instant) -> Instant | None:
    """Return until when a shop may try no short code, None when it may."""
    if misses is None or misses.count < TRIES_MAX:
        return None
    until = Instant(misses.since + TRIES_MICROS)
    return until if now < until else None


def missed(misses: Misses | None, now: Instant) -> Misses:
    """Count one more wrong short code.

    >>> missed(Misses(Instant(0), 3), Instant(1)), missed(Misses(Instant(0), 3), Instant(TRIES_MICROS))
    (Misses(since=0, count=4), Misses(since=600000000, count=1))
    """
    if misses is None or now >= misses.since + TRIES_MICROS:
        return Misses(now, 1)
    return Misses(misses.since, misses.count + 1)
