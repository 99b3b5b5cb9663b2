"""Vouchers: redeemed at most `count` times, until they expire; the unused part can be refunded.

A code is 130 bits from the numbers handed in, so that nobody guesses one, in letters and digits that a
person can type (Crockford's alphabet: no I, L, O or U).
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lodestone.base.clock import HOUR_MICROS, Instant

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 26
"""Letters of 5 bits: 130 bits."""
_GROUPS: Final = (5, 5, 5, 5, 6)
REVERSE_MICROS: Final = HOUR_MICROS
"""How long a redemption can be reversed: one hour."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """How far a voucher is used; `used + refunded <= count`."""

    count: int
    used: int
    refunded: int
    expires: Instant

    @property
    def left(self) -> int:
        """Return how many times it may still be redeemed."""
        return self.count - self.used - self.refunded


class VoucherRefusal(Enum):
    """Why a voucher is not redeemed, in order of precedence."""

    VOUCHER_EXPIRED = auto()
    VOUCHER_REFUNDED = auto()
    VOUCHER_USED_UP = auto()
    COUNT_BEYOND_LEFT = auto()


def judge(voucher: Voucher, count: int, now: Instant) -> VoucherRefusal | None:
    """Judge one redemption of `count` (at least 1) units."""
    assert count >= 1
    if now >= voucher.expires:
        return VoucherRefusal.VOUCHER_EXPIRED
    if voucher.left == 0 and voucher.refunded > 0:
        return VoucherRefusal.VOUCHER_REFUNDED
    if voucher.left == 0:
        return VoucherRefusal.VOUCHER_USED_UP
    if count > voucher.left:
        return VoucherRefusal.COUNT_BEYOND_LEFT
    return None


def write_code(chance: bytes) -> str:
    """Write 17 random bytes (of which 130 bits are used) as a code.

    >>> write_code(bytes(17))
    '00000-00000-00000-00000-000000'
    """
    assert len(chance) == 17
    number = int.from_bytes(chance, "big") >> 6
    letters = "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(CODE_LENGTH)))
    return "-".join(letters[sum(_GROUPS[:i]) : sum(_GROUPS[: i + 1])] for i in range(len(_GROUPS)))


def read_code(typed: str) -> str | None:
    """Bring a typed code into the form it was written in, None when it can be none.

    >>> read_code("ooooo00000 00000 00000 00000i") == read_code("00000-00000-00000-00000-000001")
    True
    >>> read_code(" o0000-00000-00000-00000-00000l ")
    '00000-00000-00000-00000-000001'
    """
    plain = plain_letters(typed)
    if len(plain) != CODE_LENGTH or set(plain) - set(ALPHABET):
        return None
    return "-".join(plain[sum(_GROUPS[:i]) : sum(_GROUPS[: i + 1])] for i in range(len(_GROUPS)))


def plain_letters(typed: str) -> str:
    """Take out of a typed code what does not matter: case, spaces, dashes, and letters for the digits they look like.

    >>> plain_letters("ab-oi l")
    'AB011'
    """
    plain = typed.upper().replace("-", "").replace(" ", "")
    return plain.replace("O", "0").replace("I", "1").replace("L", "1")
