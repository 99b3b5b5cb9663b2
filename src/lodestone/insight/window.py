"""The facts of a span of days, as one table that every report reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import (
    FACT,
    FLAG_DECISION,
    Facts,
    organic_impressions,
)
from lodestone.events.outcomes import OUTCOME_COUNT, DomainKind, FactKind

Day: TypeAlias = int
LATE_DAYS: Final = 7
"""A day's totals may still change for this many days."""
DOMAIN_WORDS: Final = ("public", "middle", "private")


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day, both included, as days since the epoch in the community's zone."""

    first: Day
    last: Day

    def holds(self, days: Ints) -> Bools:
        """Say which days lie within."""
        return (days >= self.first) & (days <= self.last)


def table(batches: Iterable[Facts]) -> Facts:
    """Join batches of facts into one array, in log order."""
    parts = [batch for batch in batches if batch.size]
    joined = np.empty(sum(part.size for part in parts), FACT)
    at = 0
    for (
        part
    ) in parts:  # `np.concatenate` compares the fields of each part with those before, by name
        joined[at : at + part.size] = part
        at += part.size
    return joined


def day_text(day: int) -> str:
    """Write a day number as a date.

    >>> day_text(19000)
    '2022-01-08'
    """
    return str(np.datetime64(day, "D"))


def once(facts: Facts) -> Bools:
    """Say which facts count once: of each cumulative watch only the largest, every other fact as it is; shape (facts,).

    Watch of one slot comes again and again with a growing figure; its largest counts, on the day when it was first said.
    """
    index = np.flatnonzero(facts["kind"] == FactKind.WATCH)
    rows = facts[index]
    named = rows["receipt"] >= 0
    first = np.where(named, rows["receipt"], rows["person"])
    second = np.where(named, rows["slot"], rows["item"])
    third = np.where(named, -1, rows["day"])
    order = np.lexsort((rows["key"], -rows["time"], rows["value"], third, second, first))
    keys = np.stack([first, second, third], axis=1)[order]
    last = np.ones(order.size, dtype=bool)
    last[:-1] = np.any(keys[1:] != keys[:-1], axis=1)
    keep = np.ones(facts.size, dtype=bool)
    keep[index[order[~last]]] = False
    return keep


def impressions(facts: Facts) -> Bools:
    """Say which facts are organic impressions of decisions."""
    return organic_impressions(facts)


def outcomes(facts: Facts) -> Bools:
    """Say which facts are outcomes of decisions."""
    done: Bools = (facts["kind"] < OUTCOME_COUNT) & ((facts["flags"] & FLAG_DECISION) != 0)
    return done


def word_of(domain_kind: Ints) -> Ints:
    """Turn `DomainKind` into 0 public, 1 middle, 2 private; same shape."""
    words = np.ones(len(DomainKind), dtype=np.int64)
    words[DomainKind.PUBLIC], words[DomainKind.PRIVATE] = 0, 2
    word: Ints = words[domain_kind]
    return word
