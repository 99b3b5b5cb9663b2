"""The clock of one community: the wall's, or one that is only ever advanced."""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import MINUTE_MICROS, Clock, Instant
from lodestone.base.errors import ConflictError

_EPOCH: Final = Instant(0)
RELEASE_MICROS: Final = MINUTE_MICROS


@dataclass(slots=True)
class CommunityClock:
    """Reads the wall, or stands at `driven` until advanced. It never runs backwards."""

    wall: Clock
    driven: Instant | None
    last: Instant = _EPOCH

    def now(self) -> Instant:
        """Return the community's present instant."""
        now = self.driven if self.driven is not None else self.wall.now()
        self.last = max(self.last, now)
        return self.last

    def advance(self, to: Instant) -> None:
        """Move a driven clock forward.

        Raises:
            ConflictError: It runs with the wall, or would go back.
        """
        if self.driven is None:
            raise ConflictError("clock_not_driven", "this community's clock runs with the wall")
        if to < self.driven:
            raise ConflictError("clock_backwards", "a clock is only advanced; send a later time")
        self.driven = to

    def release(self) -> None:
        """Let a driven clock run with the wall from now on.

        Raises:
            ConflictError: It is not within a minute of the wall.
        """
        if self.driven is None:
            raise ConflictError("clock_not_driven", "this community's clock runs with the wall")
        if abs(self.wall.now() - self.driven) > RELEASE_MICROS:
            raise ConflictError(
                "clock_apart", "advance the clock to within a minute of the wall, then release it"
            )
        self.driven = None
