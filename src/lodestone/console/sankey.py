"""Flow as bands between two columns, in per cent of a plot that a template draws as SVG: no script, any width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.console.charts import Table

_GAP: Final = 14.0
"""Between two ends of one side, in per cent of the height: room for a line of words."""
_LEAST: Final = 1.2
"""The thinnest band that is still seen, in per cent of the height."""


@dataclass(frozen=True, slots=True)
class Stream:
    """So much goes from one place to another; each place is a domain's word."""

    source: str
    target: str
    amount: float
    text: str
    """Said when it is pointed at."""


@dataclass(frozen=True, slots=True)
class End:
    """Where bands begin or end: its look, from where to where it reaches, its words."""

    look: str
    top: float
    bottom: float
    label: str

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round((self.top + self.bottom) / 2, 2)


@dataclass(frozen=True, slots=True)
class Band:
    """One stream: its look, its outline and what it says when pointed at."""

    look: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Sankey:
    """A flow whose title states what it found."""

    id: str
    title: str
    left_title: str
    right_title: str
    left: tuple[End, ...]
    right: tuple[End, ...]
    bands: tuple[Band, ...]
    table: Table
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """What `laid_out` places: the ends of either side, and the bands between them."""

    left: tuple[End, ...]
    right: tuple[End, ...]
    bands: tuple[Band, ...]


def laid_out(
    streams: Sequence[Stream],
    order: Sequence[str],
    labels: tuple[dict[str, str], dict[str, str]],
) -> Sides:
    """Place streams between two columns, each in the same order from top to bottom.

    Args:
        streams: At least one; amounts above 0.
        order: The places, top first.
        labels: The words of each place on the left, and on the right.
    """
    total = sum(stream.amount for stream in streams)
    thick = [max(_LEAST, 100 * stream.amount / total) for stream in streams]
    sides = [
        [name for name in order if any(getattr(stream, side) == name for stream in streams)]
        for side in ("source", "target")
    ]
    room = 100 - _GAP * (max(map(len, sides)) - 1)
    thick = [room * part / sum(thick) for part in thick]
    ends, places = [], []
    for side, names, words in zip(("source", "target"), sides, labels, strict=True):
        made, tops = _column(streams, thick, side, names, order)
        ends.append(
            tuple(
                End(name, round(top, 2), round(bottom, 2), words[name])
                for name, top, bottom in made
            )
        )
        places.append(tops)
    bands = tuple(
        Band(stream.source, _outline(left, right, height), stream.text)
        for stream, left, right, height in zip(streams, *places, thick, strict=True)
    )
    return Sides(ends[0], ends[1], bands)


def _column(
    streams: Sequence[Stream],
    thick: Sequence[float],
    side: str,
    names: Sequence[str],
    order: Sequence[str],
) -> tuple[list[tuple[str, float, float]], list[float]]:
    """Return (place, top, bottom) of each end of one side, and the top of each stream there."""
    other = "target" if side == "source" else "source"
    used = 100 - _GAP * (len(names) - 1)
    at = (used - sum(thick)) / 2
    ends, tops = [], [0.0] * len(streams)
    for name in names:
        top = at
        mine = [n for n, stream in enumerate(streams) if getattr(stream, side) == name]
        for n in sorted(mine, key=lambda n: order.index(getattr(streams[n], other))):
            tops[n] = at
            at += thick[n]
        ends.append((name, top, at))
        at += _GAP
    return ends, tops


def _outline(left: float, right: float, height: float) -> str:
    """Draw a band from one height on the left to another on the right.

    >>> _outline(0, 50, 10)
    'M0 0C50 0 50 50 100 50V60C50 60 50 10 0 10Z'
    """
    a, b = (f"{round(value, 2):g}" for value in (left, right))
    c, d = (f"{round(value + height, 2):g}" for value in (left, right))
    return f"M0 {a}C50 {a} 50 {b} 100 {b}V{d}C50 {d} 50 {c} 0 {c}Z"
