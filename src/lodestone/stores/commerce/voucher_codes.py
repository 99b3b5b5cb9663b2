"""A voucher's code: stored as a digest to find it by, and sealed for its buyer to read."""

import hashlib

from lodestone.stores.commerce.rows import CODE
from lodestone.stores.commerce.types import Party
from lodestone.stores.sql.encryption import Seal


def code_digest(code: str) -> bytes:
    """Return what a code is found by; from it, nobody learns the code."""
    return hashlib.sha256(code.encode()).digest()


def seal_code(buyer: Party, code: str) -> bytes:
    """Seal a code under its buyer's key."""
    return Seal(buyer.key).seal(code.encode(), what=CODE)
