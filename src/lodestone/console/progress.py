"""How far something long is that a page waits for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_SURE_FROM: Final = 0.03
"""Share of the work after which the rest is told in seconds."""


@dataclass(slots=True)
class Progress:
    """How far something long is."""

    monotonic: Callable[[], float]
    """Seconds that never run back."""
    done: int = 0
    whole: int = 0
    """0 while nothing has begun."""
    began: float = 0.0
    """Seconds of that clock when it was begun."""

    def tell(self, done: int, whole: int, _what: str) -> None:
        """Take down that so many of so many steps are done."""
        if not self.whole:
            self.began = self.monotonic()
        self.done, self.whole = done, whole

    @property
    def share(self) -> float:
        """Return how much is done, from 0 to 1."""
        return self.done / self.whole if self.whole else 0.0

    def seconds_left(self) -> int | None:
        """Return how long it will take still, to five seconds; None while that cannot be told."""
        if self.share < _SURE_FROM:
            return None
        left = (self.monotonic() - self.began) * (1 - self.share) / self.share
        return max(5, 5 * round(left / 5))
