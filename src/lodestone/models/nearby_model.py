"""What the terms of `models.nearby` weigh: learned with the item lists, or defaults."""

from typing import Final

import msgspec

TERMS: Final = ("distance", "popular", "haunts", "next", "hour", "weekday")
"""Terms besides likeness, in the order of their weights."""
DEFAULTS: Final = (0.5, 0.5, 0.2, 0.5, 0.3, 0.1)
"""What a term weighs where the log says nothing: nearer first, then what is liked here."""
SHOWN_DEFAULTS: Final = (0.2, 0.0, 0.1, 0.5, 0.3, 0.1)
"""The same where impressions teach what is liked, and popularity is in the rates: a post's place says less of it."""
LIKENESS: Final = 1.0
"""What likeness weighs here by default, where the log holds positives alone."""


class NearbyModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the terms weigh around a viewer."""

    likeness: float | None = None
    """Logits per unit of likeness for what is welcome; None: what it weighs elsewhere, outcome by outcome."""
    weights: tuple[float, ...] = DEFAULTS
    """Shape (terms,), in the order of `TERMS`."""
    visits: bool = False
    """Where the log has impressions, only visits, redemptions and orders say where somebody was."""
    newest: int = 0
    """Microseconds of the newest deed that taught hours and weekdays."""
    choices: int = 0
    """Held-out deeds that taught the weights; 0: they are the defaults."""
