"""An operator's own promises: which items consume which."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.features.layout import KINDS
from lodestone.features.view import DirectoryView
from lodestone.traffic.filters import Records
from lodestone.traffic.policy import PROMISE_CUSTOM, Policy, Promise
from lodestone.traffic.pricer import bits_of


def has_own(policy: Policy) -> bool:
    """Say whether a policy has a promise of its own, beside those that every policy may have."""
    return any(bit >= PROMISE_CUSTOM for bit in bits_of(policy))


def own_bits(items: Records, policy: Policy, directory: DirectoryView) -> NDArray[np.uint64]:
    """Return each item's promise bits from 8 on; shape (items,)."""
    bits = np.zeros(items.size, np.uint64)
    for bit, promise in bits_of(policy).items():
        if bit >= PROMISE_CUSTOM:
            bits[_selected(items, promise, directory)] |= np.uint64(1 << bit)
    return bits


def _selected(items: Records, promise: Promise, directory: DirectoryView) -> Bools:
    wanted = promise.equals or ""
    matching: Bools
    match promise.field:
        case "kind":
            matching = items["kind"] == (KINDS.index(wanted) if wanted in KINDS else -1)
        case "channel":
            matching = np.any(items["channels"] == _code(directory.domain_codes, wanted), axis=1)
        case "profession":
            matching = np.any(items["professions"] == _code(directory.domain_codes, wanted), axis=1)
        case "language":
            matching = items["language"] == _code(directory.language_codes, wanted)
        case "tag":
            matching = items["topic"] == _code(directory.tag_codes, wanted)
        case _:
            row = directory.person_row(wanted)
            matching = (items["owner"] == row) & (row >= 0)
    return matching


def _code(codes: Mapping[str, int], name: str) -> int:
    """Return a name's code, or one that nothing has."""
    return codes.get(name, -2)
