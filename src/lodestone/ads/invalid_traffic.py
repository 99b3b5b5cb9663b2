"""Invalid traffic: by which rules an event is not paid for. The rules are data with a version; verdicts are pure.

The order of `Invalid` is the order of precedence: of two reasons the earlier is given. A rule that becomes stricter is a
new version; what was judged by another keeps that one's number, in the fact that says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final

from crawleruseragents import is_crawler

from lodestone.base.clock import HOUR_MICROS, SECOND_MICROS

_MILLIS: Final = 1_000
AGENT_MAX: Final = 512
AGENTS_KEPT: Final = 1_024
"""Programs whose verdict is remembered: looking through the whole list takes a tenth of a millisecond."""


class Invalid(IntEnum):
    """Why something is not paid for. Numbers are stored and never given anew."""

    BOT = 1
    """Sent by a program that says it is one."""
    OWN = 2
    """The author of what is shown, on their own ad."""
    RING = 3
    """Somebody of a ring of authors who click each other's ads."""
    TRAVEL = 4
    """Whoever it was could not have come from where they were before."""
    RATE = 5
    """More clicks on ads by one person than people make."""
    DUPLICATE = 6
    """Another click of the same person on the same campaign shortly before or after."""
    TOO_FAST = 7
    """Sooner after the impression than a hand can be."""


@dataclass(frozen=True, slots=True)
class InvalidRules:
    """One version of the rules."""

    version: int = 2
    bots: tuple[str, ...] = (
        "adsbot", "apachebench", "applebot", "baiduspider", "bingbot", "bot/", "bytespider", "crawler", "curl/",
        "facebookexternalhit", "googlebot", "headlesschrome", "phantomjs", "petalbot", "python-requests", "scrapy",
        "semrushbot", "slurp", "spider", "wget/", "yandexbot",
    )  # fmt: skip
    """Parts of the names by which programs introduce themselves, lower case, besides those of the published list."""
    fast_ms: int = 300
    """A click sooner after its impression is no person's."""
    duplicate_seconds: int = 30
    """Of clicks on one campaign by one person so near each other one counts."""
    hour_most: int = 30
    """Clicks on ads by one person within an hour, at most."""
    ring_clicks: int = 3
    """Clicks each way by which two authors form a ring."""
    ring_share: float = field(default=0.5)
    """The part of their clicks on ads that both must have given each other."""
    ring_days: int = 7
    """Clicks of so many days make a ring."""


RULES: Final = InvalidRules()
"""The version in force."""


@dataclass(frozen=True, slots=True)
class ClickEvidence:
    """What is known of one click; times in microseconds."""

    time: int
    impression: int
    bot: bool = False
    own: bool = False
    ring: bool = False
    travelled: bool = False
    """Their positions contradict each other, see `commerce.place.impossible`."""
    others: Sequence[int] = ()
    """Times of the person's other clicks on ads, of any campaign."""
    same: Sequence[int] = ()
    """Those among them on this campaign."""


@lru_cache(maxsize=AGENTS_KEPT)
def is_bot(agent: str | None, rules: InvalidRules = RULES) -> bool:
    """Say whether a program introduces itself as none that a person looks through.

    By the list of known crawlers that `crawler-user-agents` keeps, and by `InvalidRules.bots`; of what a program says no more
    is read than `AGENT_MAX` characters. The first answer compiles the list, some 30 ms.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1)"), is_bot("Mozilla/5.0 (X11; Linux)"), is_bot(None)
    (True, False, False)
    """
    said = (agent or "")[:AGENT_MAX]
    lower = said.lower()
    return any(name in lower for name in rules.bots) or is_crawler(said)


def judge_click(click: ClickEvidence, rules: InvalidRules = RULES) -> Invalid | None:
    """Return why a click is not paid for, None where nothing speaks against it.

    >>> judge_click(ClickEvidence(time=1_200_000, impression=1_000_000))
    <Invalid.TOO_FAST: 7>
    """
    hour = sum(click.time - HOUR_MICROS < time <= click.time for time in click.others)
    near = rules.duplicate_seconds * SECOND_MICROS
    reasons = {
        Invalid.BOT: click.bot,
        Invalid.OWN: click.own,
        Invalid.RING: click.ring,
        Invalid.TRAVEL: click.travelled,
        Invalid.RATE: hour >= rules.hour_most,
        Invalid.DUPLICATE: any(abs(click.time - time) <= near for time in click.same),
        Invalid.TOO_FAST: click.time - click.impression < rules.fast_ms * _MILLIS,
    }
    return next((reason for reason, met in reasons.items() if met), None)


def rings(
    clicks: Iterable[tuple[int, int]], rules: InvalidRules = RULES
) -> frozenset[tuple[int, int]]:
    """Find authors who click each other's ads and hardly anybody else's.

    Args:
        clicks: Who clicked and whose ad it was, both as authors, one a click; those of others may be among them.
        rules: See `ring_clicks` and `ring_share`.

    Returns:
        (who clicked, whose ad) both ways for every such pair: those clicks are the ring's.

    >>> sorted(rings([(1, 2)] * 3 + [(2, 1)] * 3 + [(3, 1)] * 9))
    [(1, 2), (2, 1)]
    """
    by: dict[tuple[int, int], int] = {}
    total: dict[int, int] = {}
    for who, whose in clicks:
        by[who, whose] = by.get((who, whose), 0) + 1
        total[who] = total.get(who, 0) + 1

    def given(who: int, whose: int) -> bool:
        count = by.get((who, whose), 0)
        return count >= rules.ring_clicks and count >= rules.ring_share * total[who]

    return frozenset(
        (who, whose)
        for who, whose in by
        if who != whose and given(who, whose) and given(whose, who)
    )
