"""Ad load: what share of the slots that people were shown was paid for, by day and surface."""

import msgspec
import numpy as np

from lodestone.events.facts import FLAG_DECISION, FLAG_PAID, SURFACES, Facts
from lodestone.events.outcomes import FactKind
from lodestone.insight.window import Span, day_text


class AdLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What one surface showed on one day."""

    day: str
    surface: str
    shown: int
    """Slots of decisions that were looked at."""
    paid: int
    """Of those, ads."""


def ad_load(facts: Facts, span: Span) -> list[AdLoad]:
    """Count the slots that people were shown; a surface and day without any are left out.

    Args:
        facts: Shape (facts,). Those of the span, others are passed over.
        span: The days.
    """
    seen = facts[
        (facts["kind"] == FactKind.IMPRESSION)
        & ((facts["flags"] & FLAG_DECISION) != 0)
        & span.holds(facts["day"])
    ]
    keys = np.stack([seen["day"].astype(np.int64), seen["surface"].astype(np.int64)], axis=1)
    groups, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    shown = np.bincount(group, minlength=len(groups))
    paid = np.bincount(group, (seen["flags"] & FLAG_PAID) != 0, minlength=len(groups))
    return [
        AdLoad(day=day_text(day), surface=SURFACES[surface], shown=int(count), paid=int(ads))
        for (day, surface), count, ads in zip(groups.tolist(), shown, paid, strict=True)
        if surface < len(SURFACES)
    ]
