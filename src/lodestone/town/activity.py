"""What people of the town do beside looking at posts, buying and selling, and when a life asks for it."""

from collections.abc import Sequence
from typing import ClassVar

from lodestone.base.clock import Instant
from lodestone.client import Verdicts
from lodestone.town.looking import Page
from lodestone.town.payloads import Json
from lodestone.town.truth import Truth


class Activity:
    """One of them; a life without it does not have one. Whatever a kind does not say, it does nothing at."""

    name: ClassVar[str]
    """Under which it is kept on the life's shelf."""

    def take_up(self, text: bytes) -> None:
        """Go on from where it stood, as `packed` wrote it."""
        raise NotImplementedError

    def packed(self) -> bytes:
        """Write down where it stands."""
        raise NotImplementedError

    async def begin(self, truth: Truth, now: Instant, shops: frozenset[int]) -> None:
        """Do what is done when a step begins.

        Args:
            truth: The town.
            now: The engine's present.
            shops: Makers whose shop is approved.
        """

    def shown(self, truth: Truth, pages: Sequence[Page]) -> None:
        """Take in pages before they are looked at."""

    def heard(self, truth: Truth, events: Sequence[Json]) -> None:
        """Count what comes of events that were told together."""

    async def cheat(self, truth: Truth, now: Instant) -> list[Verdicts]:  # noqa: ARG002
        """Let those come who are paid or asked to look; return what the engine said to what they told."""
        return []

    def bought(self, orders: Sequence[tuple[int, int]], now: Instant) -> None:
        """Count what comes of orders that were paid.

        Args:
            orders: Person and maker of the shop, in the order in which they were paid.
            now: When.
        """

    def end_step(self) -> None:
        """Forget the step's pages."""

    async def night(self, start: Instant) -> None:
        """Do what is done when a day is over.

        Args:
            start: The day's first microsecond.
        """
