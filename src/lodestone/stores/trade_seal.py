"""A voucher's code: stored as a digest to find it by, and sealed for its buyer to read."""

import hashlib

from lodestone.stores.records_seal import Seal
from lodestone.stores.trade_rows import CODE
from lodestone.stores.trade_types import Party


def code_digest(code: str) -> bytes:
    """Return what a code is found by; from it, nobody learns the code."""
    return hashlib.sha256(code.encode()).digest()


def seal_code(buyer: Party, code: str) -> bytes:
    """Seal a code under its buyer's key."""
    return Seal(buyer.key).seal(code.encode(), what=CODE)
