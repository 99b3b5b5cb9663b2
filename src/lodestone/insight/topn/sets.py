"""A set of items for each person, as two flat arrays (compressed rows)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints


@dataclass(frozen=True, slots=True)
class Sets:
    """Item rows of each person, ascending, each once.

    >>> pairs = Sets.of_pairs(np.array([1, 0, 1, 1]), np.array([2, 0, 0, 2]), people=3)
    >>> [pairs.of(person).tolist() for person in range(3)]
    [[0], [0, 2], []]
    """

    start: NDArray[np.int64]
    """Shape (people + 1,)."""
    item: NDArray[np.int64]
    """Shape (pairs,)."""

    @classmethod
    def of_pairs(cls, person: Ints, item: Ints, *, people: int) -> "Sets":
        """Gather pairs, each of them once however often it comes."""
        width = int(item.max(initial=0)) + 1
        key = np.unique(person.astype(np.int64) * width + item)
        counts = np.bincount(key // width, minlength=people)
        return cls(np.concatenate([[0], np.cumsum(counts)]), key % width)

    @property
    def people(self) -> int:
        """Return for how many people there is a set."""
        return self.start.size - 1

    @property
    def person(self) -> NDArray[np.int64]:
        """Return whose each pair is, shape (pairs,)."""
        return np.repeat(np.arange(self.people), self.sizes)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return how many items each person has, shape (people,)."""
        return np.diff(self.start)

    def of(self, person: int) -> NDArray[np.int64]:
        """Return one person's items."""
        return self.item[self.start[person] : self.start[person + 1]]

    def transposed(self, items: int) -> "Sets":
        """Return the people of each item."""
        return Sets.of_pairs(self.item, self.person, people=items)

    def without(self, others: "Sets") -> "Sets":
        """Return what these have and others have not."""
        width = 1 + max(int(self.item.max(initial=0)), int(others.item.max(initial=0)))
        mine, theirs = self.person * width + self.item, others.person * width + others.item
        left = ~np.isin(mine, theirs)
        return Sets.of_pairs(self.person[left], self.item[left], people=self.people)

    def among(self, allowed: NDArray[np.bool_]) -> "Sets":
        """Return what of these is allowed, by item row."""
        left = allowed[self.item]
        return Sets.of_pairs(self.person[left], self.item[left], people=self.people)
