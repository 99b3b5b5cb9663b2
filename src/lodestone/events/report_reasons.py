"""Why somebody reports a post: one of a few words, which the fact of the report holds beside nothing else.

`value` of a fact of kind `REPORT` is minus the reason's number. Other facts, and reports of before reasons were asked
for, hold milliseconds there, which are never negative.
"""

from enum import IntEnum
from typing import Literal

import numpy as np

from lodestone.events.facts import FLAG_HISTORY, Facts
from lodestone.events.outcomes import FactKind


class ReportReason(IntEnum):
    """A reason's number in facts and records; it grows at its end and never changes."""

    UNSTATED = 0
    SPAM = 1
    FRAUD = 2
    FALSE = 3
    HARASSMENT = 4
    VIOLENCE = 5
    SEXUAL = 6
    MINORS = 7
    PRIVACY = 8
    OTHER = 9

    @property
    def word(self) -> str:
        """Return its name as events and answers write it."""
        return self.name.lower()


ReasonWord = Literal[
    "spam", "fraud", "false", "harassment", "violence", "sexual", "minors", "privacy", "other"
]
"""What an event may state."""


def reason_value(reason: ReasonWord) -> int:
    """Return what a report's fact holds for a reason.

    >>> reason_value("spam")
    -1
    """
    return -ReportReason[reason.upper()]


def reason_of(value: int) -> ReportReason:
    """Return the reason that a report's fact holds; `UNSTATED` for one of before reasons were asked for.

    >>> reason_of(-2), reason_of(3_000)
    (<ReportReason.FRAUD: 2>, <ReportReason.UNSTATED: 0>)
    """
    return ReportReason(-value) if -len(ReportReason) < value < 0 else ReportReason.UNSTATED


def reason_word(fact: Facts) -> str | None:
    """Return the word of the reason that one fact holds, None for what is no report or states none."""
    reason = reason_of(int(fact["value"]))
    stated = int(fact["kind"]) == FactKind.REPORT and reason is not ReportReason.UNSTATED
    return reason.word if stated else None


def reports_in(facts: Facts) -> Facts:
    """Return those of some facts that report a post here; what an import brings was dealt with elsewhere."""
    lives = (facts["flags"] & FLAG_HISTORY) == 0
    reports: Facts = facts[
        (facts["kind"] == np.uint8(FactKind.REPORT)) & lives & (facts["item"] >= 0)
    ]
    return reports
