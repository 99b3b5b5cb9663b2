"""One fact as one fixed-width row: what the log stores, counters apply and reports read.

A batch of facts is a NumPy array of `FACT`. People appear by their random ordinal only.
What is private (a position, a search's words) travels beside it, encrypted, never in a row.
"""

from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodestone.events.outcomes import FactKind

FACT: Final = np.dtype(
    [
        ("key", np.uint64),  # keyed 64-bit hash of the app's event id
        ("time", np.int64),  # when it happened, microseconds since the epoch, UTC
        ("person", np.int64),  # ordinal, -1 when nobody is signed in
        (
            "target",
            np.int64,
        ),  # author's ordinal, domain code, policy or price version, a fact's key; else -1
        ("receipt", np.int64),  # sequence number of the decision, -1 when none
        ("promises", np.uint64),  # bit j: the slot consumed promise j, from the beacon
        ("item", np.int32),  # item row, -1 when none
        (
            "value",
            np.int32,
        ),  # watch or visible time in milliseconds; of a refund, see `refund_value`; of a report, `report_reasons`
        ("served", np.int32),  # when the slot was decided, seconds since the epoch, 0 when unknown
        ("day", np.int32),  # event day in the community's zone, days since the epoch
        ("domain", np.int16),  # domain code of the slot, -1 when public or unknown
        ("kind", np.uint8),  # `FactKind`
        ("flags", np.uint8),  # `FLAG_…`
        ("surface", np.uint8),  # surface code
        ("slot", np.uint8),  # 1 is the first; 0 when unknown
        ("domain_kind", np.uint8),  # `DomainKind` of the slot
        ("source", np.uint8),  # `Source` of the slot
    ],
    align=True,
)
Facts: TypeAlias = NDArray[np.void]
Number = TypeVar("Number", int, NDArray[np.int64])

FLAG_DECISION: Final = 1
"""A fact about a decision: a valid beacon, or a receipt named by a server-side key."""
FLAG_HISTORY: Final = 2
"""Brought by an import: teaches rates, never moves promises, prices or money."""
FLAG_EXPLORED: Final = 4
"""Chance chose the slot's candidate."""
FLAG_PAID: Final = 8
FLAG_WHOLE: Final = 16
"""Of a refund: nothing is left of the order's fact that it names."""
FLAG_READ: Final = 32
"""The app's word that the item was consumed (any feedback over Gorse's routes): it keeps the item away as *read*."""

FLAG_BOT: Final = 64
"""Sent by a program that says it is one: counted as ever, and never charged for."""

SHARE_WHOLE: Final = 1_000_000
_SHARE_BITS: Final = 20

SURFACES: Final = ("discover", "following", "place", "channel", "profession")
"""Codes 0 to 4; an app's other surfaces (KuaiRand's tabs) take codes from 8 to 63 as they come."""
SURFACE_MAX: Final = 64


def refund_value(share: int, age: int) -> int:
    """Pack what a refund's fact says: its `target` is the key of the order's own fact.

    Args:
        share: Millionths of what was bought that come back with this refund.
        age: Days from the order's day to the refund's. The refund's own day is when it became known; what it
            takes back is taken from the order's.

    >>> value = refund_value(250_000, 3)
    >>> refund_share(value), refund_age(value)
    (250000, 3)
    """
    assert 0 <= share <= SHARE_WHOLE
    return share | min(max(age, 0), 2**11 - 1) << _SHARE_BITS


def refund_share(value: Number) -> Number:
    """Return the millionths that come back with a refund, or with each of many."""
    return value & (1 << _SHARE_BITS) - 1


def refund_age(value: int) -> int:
    """Return how many days after the order's own a refund's day is."""
    return value >> _SHARE_BITS


def empty_facts(count: int) -> Facts:
    """Return `count` rows with every reference absent (-1) and everything else 0."""
    facts = np.zeros(count, dtype=FACT)
    for name in ("person", "target", "receipt", "item", "domain"):
        facts[name] = -1
    return facts


def organic_impressions(facts: Facts) -> NDArray[np.bool_]:
    """Say which facts are organic impressions of decisions; shape (facts,)."""
    flags = facts["flags"]
    is_outcome: NDArray[np.bool_] = (
        (facts["kind"] == FactKind.IMPRESSION)
        & ((flags & FLAG_DECISION) != 0)
        & ((flags & (FLAG_PAID | FLAG_HISTORY)) == 0)
    )
    return is_outcome


def of_events(facts: Facts) -> NDArray[np.bool_]:
    """Say which facts are of events: what people did with items, and refunds from the day they were given.

    Returns:
        Shape (facts,). These alone move counters and are claimed against repetition.
    """
    events: NDArray[np.bool_] = (facts["kind"] < FactKind.BLOCK) | (
        facts["kind"] == FactKind.REFUND
    )
    return events
