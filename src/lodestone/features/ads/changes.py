"""What has changed since somebody asked last."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Changes(Generic[Key]):
    """Keys of what changed, for the one who takes them; kept by no snapshot.

    Each taking gets a set of its own: one that was emptied is as slow to walk as it was full.

    >>> changes = Changes[str]()
    >>> changes.add("lunch")
    >>> changes.take(), changes.take()
    ({'lunch'}, set())
    """

    def __init__(self) -> None:
        self._keys: set[Key] = set()

    def add(self, key: Key) -> None:
        """Say that something has changed."""
        self._keys.add(key)

    def update(self, keys: Iterable[Key]) -> None:
        """Say so of several."""
        self._keys.update(keys)

    def take(self) -> set[Key]:
        """Return what has changed since this was asked last."""
        keys = self._keys
        if keys:
            self._keys = set()
        return keys
