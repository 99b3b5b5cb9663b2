"""What an outcome is worth in the policy under which its slot was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import OUTCOME_COUNT, WATCH_UNIT_SECONDS, FactKind
from lodestone.traffic.policy import WATCH_KINDS, watch_kind_codes

WORTH_OF: Final = np.arange(256)
"""By kind of fact, the outcome whose worth it has: a member is won as a follower is."""
WORTH_OF[FactKind.JOIN] = FactKind.FOLLOW


@dataclass(frozen=True, slots=True)
class Worths:
    """What outcomes are worth under every policy there was."""

    by_version: Mapping[int, Floats]
    """Policy version to worths, shape (outcomes,), micros; `watch` by the minute."""
    first_receipts: Ints
    """Shape (versions,), ascending. The first receipt decided under each version."""
    versions: Ints
    watch_caps: Mapping[int, Floats] = field(default_factory=dict)
    """Policy version to the most seconds of one slot's watching that count, shape (watch kinds,); 60 where none is."""

    def of(self, kind: FactKind, receipt: int) -> float:
        """Return the micros of one outcome or join that a receipt led to."""
        version = versions_in_force(np.array([receipt]), self.first_receipts, self.versions)[0]
        return float(self.by_version[int(version)][WORTH_OF[kind]])

    def caps_of(self, version: int) -> Floats:
        """Return the most seconds that count by kind of item, shape (watch kinds,)."""
        return self.watch_caps.get(version, np.full(len(WATCH_KINDS), float(WATCH_UNIT_SECONDS)))


def versions_in_force(receipts: Ints, first_receipts: Ints, versions: Ints) -> Ints:
    """Return the policy version of each receipt, same shape.

    Args:
        receipts: Sequence numbers.
        first_receipts: Shape (versions,), ascending. The first receipt decided under each version.
        versions: Shape (versions,).
    """
    index = np.searchsorted(first_receipts, receipts, side="right") - 1
    in_force: Ints = versions[np.maximum(index, 0)]
    return in_force


def values_of(facts: Facts, worths: Worths, item_kind: Ints, item_duration: Floats) -> Floats:
    """Return the value in micros of outcomes and joins of decisions, shape (facts,).

    Args:
        facts: Each with the receipt that led to it.
        worths: What they are worth.
        item_kind: Shape (facts,). Code of the kind of each fact's item, see `features.layout.KINDS`.
        item_duration: Shape (facts,). Seconds, NaN when unknown.
    """
    versions = versions_in_force(facts["receipt"], worths.first_receipts, worths.versions)
    outcome = WORTH_OF[facts["kind"]]
    assert facts.size == 0 or int(outcome.max()) < OUTCOME_COUNT
    watch = np.flatnonzero(facts["kind"] == FactKind.WATCH)
    kinds = watch_kind_codes(item_kind[watch], item_duration[watch])
    units, value = np.ones(facts.size), np.zeros(facts.size)
    for version in np.unique(versions).tolist():
        here = versions[watch] == version
        seconds = facts["value"][watch[here]] / 1000
        units[watch[here]] = (
            np.minimum(seconds, worths.caps_of(version)[kinds[here]]) / WATCH_UNIT_SECONDS
        )
        chosen = versions == version
        value[chosen] = worths.by_version[version][outcome[chosen]]
    return value * units
