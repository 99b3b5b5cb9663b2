"""What a life is to be, and who is told how it goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.town.truth import Truth

Tell = Callable[[int, int, str], None]
"""Is told (steps done, steps in all, what)."""
After = Callable[[int], Awaitable[None]]
"""Is called with each day that has ended."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a life is to be; the same plan is the same life, given the same engine."""

    seed: int
    people: int
    start: Instant
    """Midnight at the beginning of day 0, in the town."""
    ring: bool = True
    """Whether a ring of paid accounts comes."""
    personal: bool = True
    """False: nobody lets themselves be known, so that the engine shows everybody what is popular."""
    sampled: int = 10
    """Decisions a day that are judged against the truth as they are taken."""
    trade: bool = True
    """Whether an order is bought, paid, fetched and perhaps complained of; False: it is told as an event."""
    ads: bool = False
    """Whether shops and creators advertise."""
    orders: bool = False
    """Whether shops order films from creators; they sell, or there are none who could."""
    kept_every: int = 1
    """Steps after which the life is kept, besides every midnight."""


async def nothing(_day: int) -> None:
    """Do nothing at the end of a day."""


def unheard(_stretch: str) -> None:
    """Tell nobody that a life was kept."""


def stretch_of(truth: Truth | None) -> str:
    """Name where a life stands.

    >>> stretch_of(None)
    'begin'
    """
    return "begin" if truth is None else f"{truth.day}-{truth.step}"
