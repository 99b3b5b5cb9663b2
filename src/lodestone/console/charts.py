"""Charts as places in per cent, which a template draws as SVG: no script, any width, both themes.

A plot's x and y run from 0 to 100 with y downwards. Lines stretch with the page; words, marks and
strokes keep their size, since they are placed by per cent and never scaled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Final

LABEL_GAP: Final = 8.0
"""The least distance between two labels at a plot's edge, in per cent of its height."""
_APART: Final = 1e-9
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis. `minor` ones are left out where there is little room."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its interval and what it says when pointed at."""

    x: float
    y: float
    text: str
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    """Its figure may still change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its look (a domain's word, or `ink`, `soft`, `faint`), path, marks and label."""

    look: str
    path: str
    label: str
    label_y: float
    end_y: float
    marks: tuple[Mark, ...] = ()
    band: str = ""
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A level to compare with: a target, a cap, what chance alone would show."""

    at: float
    label: str
    look: str = "soft"


@dataclass(frozen=True, slots=True)
class Note:
    """Words at a place within the plot; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    look: str = "soft"
    row: int = 0
    """Lines of words below the place."""


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures in rows; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()
    """What stands in a file in place of the first column, a date with its year; empty where the words will do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a chart says where it is pointed at: a stretch of its width, in per cent, and words."""

    start: float
    width: float
    at: float
    """Where the value itself stands."""
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart whose title states what it found."""

    id: str
    title: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    table: Table | None
    """None where the same rows stand beside it already."""
    rules: tuple[Rule, ...] = ()
    notes: tuple[Note, ...] = ()
    marks_at: tuple[tuple[float, float], ...] = ()
    """Points to look at, in per cent."""
    shade_from: float | None = None
    """From here to the right figures may still change."""
    foot: str = ""
    kind: str = ""
    """How it is laid out: empty for wide, `small`, `square`."""
    readings: tuple[Reading, ...] = ()
    """From left to right."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a place, with its interval; `value` None leaves a gap."""

    x: float
    value: float | None
    text: str = ""
    low: float | None = None
    high: float | None = None
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """What a line is made of."""

    look: str
    label: str
    points: tuple[Point, ...]
    dash: str = ""
    steps: bool = False
    """Holds its value until the next point, as a price does."""
    whiskers: bool = True
    """Draw intervals as whiskers; else as a band."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps a value to a place: `low` to `start`, `high` to `end`."""

    low: float
    high: float
    start: float = 0.0
    end: float = 100.0
    ticks: tuple[float, ...] = field(default=())

    def __call__(self, value: float) -> float:
        """Return the place, rounded to a hundredth of a per cent and kept within the plot.

        >>> Scale(0, 10)(5)
        50.0
        """
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        share = min(1.0, max(0.0, share))
        return round(self.start + share * (self.end - self.start), 2)


def levels(values: Sequence[float], count: int = 4, *, least: float | None = 0.0) -> Scale:
    """Make an upright scale with round ticks around values.

    Args:
        values: What must fit; not finite ones are left out.
        count: About how many ticks.
        least: A level that must be on the scale, such as zero; None for none.

    >>> levels([1.0, 9.0]).ticks
    (0.0, 2.5, 5.0, 7.5, 10.0)
    >>> levels([]).ticks
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    known = [value for value in values if isfinite(value)]
    if least is not None:
        known.append(least)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high - low < _APART:
        high = low + max(abs(low), 1.0)
    step = _step((high - low) / count)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    ticks = tuple(round(step * k, 10) for k in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], 100.0, 0.0, ticks)


def _step(rough: float) -> float:
    size = 10.0 ** floor(log10(rough))
    return next(size * step for step in _STEPS if size * step >= rough * (1 - 1e-9))


def draw(series: Series, x: Scale, y: Scale) -> Line:
    """Place a series on a plot; its label stands beside its last point."""
    known = [(x(p.x), y(p.value), p) for p in series.points if p.value is not None]
    marks = tuple(
        Mark(
            at,
            level,
            p.text,
            y(p.low) if p.low is not None and series.whiskers else None,
            y(p.high) if p.high is not None and series.whiskers else None,
            p.hollow,
        )
        for at, level, p in known
    )
    end = known[-1][1] if known else 0.0
    band = "" if series.whiskers else _band(series, x, y)
    return Line(
        series.look,
        _path(series, x, y),
        series.label if known else "",
        end,
        end,
        marks,
        band,
        series.dash,
    )


def _path(series: Series, x: Scale, y: Scale) -> str:
    parts: list[str] = []
    pen = "M"
    for point in series.points:
        if point.value is None:
            pen = "M"
            continue
        at, level = x(point.x), y(point.value)
        if series.steps and pen == "L":
            parts.append(f"H{at:g}V{level:g}")
        else:
            parts.append(f"{pen}{at:g} {level:g}")
        pen = "L"
    return "".join(parts)


def _band(series: Series, x: Scale, y: Scale) -> str:
    known = [(x(p.x), p.low, p.high) for p in series.points if p.value is not None]
    upper = [f"{at:g} {y(high):g}" for at, _, high in known if high is not None]
    lower = [f"{at:g} {y(low):g}" for at, low, _ in known if low is not None]
    return f"M{'L'.join(upper + lower[::-1])}Z" if len(upper) > 1 else ""


def spread_labels(lines: Sequence[Line], gap: float = LABEL_GAP) -> tuple[Line, ...]:
    """Move the labels at a plot's edge apart, keeping their order, none below the axis."""
    order = sorted((line for line in lines if line.label), key=lambda line: line.end_y)
    places: list[float] = []
    for line in order:
        places.append(max(line.end_y, places[-1] + gap) if places else line.end_y)
    limit = 100.0
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], limit)
        limit = places[index] - gap
    moved = {id(line): round(place, 2) for line, place in zip(order, places, strict=True)}
    return tuple(
        Line(
            line.look,
            line.path,
            line.label,
            moved.get(id(line), line.label_y),
            line.end_y,
            line.marks,
            line.band,
            line.dash,
        )
        for line in lines
    )


def sparse(texts: Sequence[str], x: Scale, most: int = 8) -> tuple[Tick, ...]:
    """Label places 0, 1, 2, ... on an axis, at most `most` of them; every other is minor.

    >>> [tick.text for tick in sparse("abcdefghij", Scale(0, 9), 5)]
    ['b', 'd', 'f', 'h', 'j']
    """
    every = max(1, -(-len(texts) // most))
    kept = [n for n in range(len(texts)) if (len(texts) - 1 - n) % every == 0]
    few = len(kept) <= 4
    return tuple(
        Tick(x(n), texts[n], minor=not few and (len(kept) - 1 - order) % 2 == 1)
        for order, n in enumerate(kept)
    )


def number(value: float, digits: int = 3) -> str:
    """Write a figure to some significant digits, thousands parted by a thin space that does not break.

    >>> number(1234.5), number(0.04567), number(12.0), number(-3.14159)
    ('1\u202f230', '0.0457', '12', '\u22123.14')
    """
    if not isfinite(value):
        return "\u2013"
    if value == 0:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    rounded = round(value, places)
    text = f"{rounded:,.{max(0, places)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u202f").replace("-", "\u2212")


def whole(value: int) -> str:
    """Write a count in full, thousands parted by a thin space that does not break.

    >>> whole(1234567)
    '1\u202f234\u202f567'
    """
    return f"{value:,}".replace(",", "\u202f").replace("-", "\u2212")


def percent(share: float, digits: int = 3) -> str:
    """Write a share in per cent.

    >>> percent(0.1234), percent(1.0), percent(0.6)
    ('12.3\u202f%', '100\u202f%', '60\u202f%')
    """
    return f"{number(100 * share, digits)}\u202f%"


def wilson(done: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share of people (Wilson's score interval).

    >>> [round(bound, 3) for bound in wilson(5, 10)]
    [0.237, 0.763]
    """
    assert 0 <= done <= count
    assert count > 0
    share, spare = done / count, z * z / count
    middle = (share + spare / 2) / (1 + spare)
    half = z * ((share * (1 - share) + spare / 4) / count) ** 0.5 / (1 + spare)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def readings_of(texts: Sequence[tuple[float, str]]) -> tuple[Reading, ...]:
    """Divide a plot's width among places: each has the stretch that lies nearest to it.

    Args:
        texts: Places in per cent with what is said there; several at one place are said together.

    >>> [(one.start, one.width, one.text) for one in readings_of([(0, "a"), (50, "b"), (50, "c")])]
    [(0.0, 25.0, 'a'), (25.0, 75.0, 'b; c')]
    """
    said: dict[float, list[str]] = {}
    for at, text in texts:
        if text:
            said.setdefault(at, []).append(text)
    places = sorted(said)
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(places)), 100.0]
    return tuple(
        Reading(round(low, 3), round(high - low, 3), at, "; ".join(said[at]))
        for at, (low, high) in zip(places, pairwise(edges), strict=False)
    )


def readings(lines: Sequence[Line]) -> tuple[Reading, ...]:
    """Return what a chart's own marks say, from left to right."""
    return readings_of([(mark.x, mark.text) for line in lines for mark in line.marks])
