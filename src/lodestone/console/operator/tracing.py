"""A post's trace in words and as bars: where it was served and seen, and why it was not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lodestone.console.charts import percent, whole
from lodestone.console.operator.receipts import drop_name
from lodestone.console.speech import Speech
from lodestone.services.receipts.trace import Places, TraceOut

_DOMAINS: Final = ("public", "middle", "private")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, figure, and how far it reaches in per cent."""

    look: str
    """A domain's word, else empty."""
    name: str
    figure: str
    width: float


@dataclass(frozen=True, slots=True)
class TraceView:
    """A trace as the page shows it."""

    title: str
    foot: str
    served: tuple[Bar, ...]
    seen: tuple[Bar, ...]
    sources: tuple[tuple[str, str, str], ...]
    """Source, slots served, impressions."""
    dropped: tuple[Bar, ...]


def trace_view(trace: TraceOut, speech: Speech) -> TraceView:
    """Tell a trace."""
    words = speech.words
    most = max(trace.served.total, trace.impressions.total, 1)
    return TraceView(
        title=_title(trace, speech),
        foot=words.say(
            "Over the latest {n} decisions of {all}.",
            {"n": whole(trace.receipts), "all": whole(trace.receipts_in_all)},
        ),
        served=_domains(trace.served, most, speech),
        seen=_domains(trace.impressions, most, speech),
        sources=tuple(
            (source_name(name, speech), whole(count), whole(trace.impressions.by_source.get(name, 0)))
            for name, count in _ranked(trace.served.by_source)
        ),
        dropped=tuple(
            Bar("", drop_name(reason, speech), whole(count), 100 * count / max(trace.considered, 1))
            for reason, count in _ranked(trace.by_reason)
        ),
    )  # fmt: skip


def _title(trace: TraceOut, speech: Speech) -> str:
    """State the finding: how often it could have been shown, was, and was looked at."""
    words = speech.words
    if not trace.considered:
        return words.say("It has not been a candidate lately")
    if not trace.served.total:
        return words.count(
            "It was a candidate {n} time and never served", "It was a candidate {n} times and never served",
            trace.considered, {"n": whole(trace.considered)},
        )  # fmt: skip
    share = percent(trace.served.total / trace.considered, 2)
    return words.count(
        "Served in {served} of the {considered} decisions it was a candidate in ({share}), seen once",
        "Served in {served} of the {considered} decisions it was a candidate in ({share}), seen {n} times",
        trace.impressions.total,
        {
            "served": whole(trace.served.total), "considered": whole(trace.considered), "share": share,
            "n": whole(trace.impressions.total),
        },
    )  # fmt: skip


def _domains(places: Places, most: int, speech: Speech) -> tuple[Bar, ...]:
    return tuple(
        Bar(word, speech.domain(word), whole(places.by_domain.get(word, 0)), 100 * places.by_domain.get(word, 0) / most)
        for word in _DOMAINS
    )  # fmt: skip


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def source_name(name: str, speech: Speech) -> str:
    """Name where candidates come from."""
    say = speech.words.say
    return {
        "taste": say("the viewer's taste"), "trending": say("what many look at"), "new": say("new posts"),
        "neighbours": say("the neighbourhood"), "channel": say("a channel"), "profession": say("a trade"),
        "followed": say("people followed"), "live": say("live rooms"), "exploration": say("a random draw"),
        "alike": say("people alike"),
    }.get(name, name)  # fmt: skip
