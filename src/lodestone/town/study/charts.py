"""Draw charts as SVG in the pages' visual language: quiet paper, ink, the one that matters in full ink.

Colour means a domain there and nothing else, so policies are told apart by ink, dash and a word at the line's end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

_WIDTH: Final = 720
_STYLE: Final = """
svg{background:#FBFAF7;font-family:"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif}
text{fill:#171B22;font-size:12px}.title{font-size:16px;font-weight:600}.soft{fill:#565E6B}
.line{fill:none;stroke:#565E6B;stroke-width:1.5}.ours{stroke:#171B22;stroke-width:2.5}
.band{fill:#565E6B;opacity:.12}.grid{stroke:#E3E0D8}.dot{fill:#FBFAF7;stroke:#565E6B;stroke-width:1.5}.dot.ours{fill:#171B22;stroke:#171B22}
.reach{stroke:#565E6B;stroke-width:1.5}.reach.ours{stroke:#171B22;stroke-width:2.5}
@media (prefers-color-scheme:dark){svg{background:#12151B}text{fill:#EEF0F3}.soft{fill:#A3ACBA}.line,.reach{stroke:#A3ACBA}
.ours,.reach.ours{stroke:#EEF0F3}.band{fill:#A3ACBA}.grid{stroke:#2A313D}.dot{fill:#12151B;stroke:#A3ACBA}.dot.ours{fill:#EEF0F3;stroke:#EEF0F3}}
"""
_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Band:
    """A line with the range over seeds about it."""

    name: str
    ours: bool
    at: list[float] | list[int]
    middle: list[float]
    low: list[float]
    high: list[float]


@dataclass(frozen=True, slots=True)
class Dots:
    """One measure: (name, ours, mean, low, high) of each policy."""

    name: str
    of: list[tuple[str, bool, float, float, float]]
    digits: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with a title that states the finding, and its axes' words."""

    title: str
    across: str
    up: str

    def lines(self, bands: Sequence[Band]) -> str:
        """Draw lines over a common axis, each named at its end."""
        left, top, right, bottom, height = 56, 64, 190, 48, 380
        wide, high = _WIDTH - left - right, height - top - bottom
        x_last = max(max(band.at) for band in bands) or 1
        y_last = _nice(max(max(band.high) for band in bands))

        def x(value: float) -> float:
            return left + wide * value / x_last

        def y(value: float) -> float:
            return top + high * (1 - value / y_last)

        parts = [self._head(height)]
        for step in range(5):
            value = y_last * step / 4
            parts.append(
                f'<line class="grid" x1="{left}" x2="{left + wide}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
            )
            parts.append(
                f'<text class="soft" x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{_figure(value)}</text>'
            )
            parts.append(
                f'<text class="soft" x="{x(x_last * step / 4):.1f}" y="{top + high + 18}" text-anchor="middle">{_figure(x_last * step / 4)}</text>'
            )
        parts.append(f'<text class="soft" x="{left}" y="{top - 10}">{escape(self.up)}</text>')
        parts.append(
            f'<text class="soft" x="{left + wide / 2:.0f}" y="{height - 10}" text-anchor="middle">{escape(self.across)}</text>'
        )
        ends = _apart([y(band.middle[-1]) for band in bands])
        for number, (band, end) in enumerate(zip(bands, ends, strict=True)):
            reach = [f"{x(a):.1f},{y(v):.1f}" for a, v in zip(band.at, band.high, strict=True)]
            reach += [
                f"{x(a):.1f},{y(v):.1f}"
                for a, v in reversed(list(zip(band.at, band.low, strict=True)))
            ]
            path = " ".join(
                f"{x(a):.1f},{y(v):.1f}" for a, v in zip(band.at, band.middle, strict=True)
            )
            ours = " ours" if band.ours else ""
            parts.append(f'<polygon class="band" points="{" ".join(reach)}"/>')
            parts.append(
                f'<polyline class="line{ours}" stroke-dasharray="{"" if band.ours else _DASHES[number % 4]}" points="{path}"/>'
            )
            parts.append(
                f'<text x="{left + wide + 8}" y="{end + 4:.1f}">{escape(band.name)} {_figure(band.middle[-1])}</text>'
            )
        return "".join([*parts, "</svg>"])

    def dots(self, groups: Sequence[Dots]) -> str:
        """Draw one row of axes for each measure, a dot with its interval for each policy."""
        left, row, gap = 210, 22, 34
        height = 56 + sum(gap + row * len(group.of) for group in groups) + 16
        parts, y = [self._head(height)], 56.0
        for group in groups:
            low = min(one[3] for one in group.of)
            high = max(one[4] for one in group.of)
            span = (high - low) or max(abs(high), 1e-9)
            low, high = low - 0.08 * span, high + 0.08 * span
            wide = _WIDTH - left - 130
            parts.append(
                f'<text x="16" y="{y + 12:.0f}" font-weight="600">{escape(group.name)}</text>'
            )
            y += gap - 10
            for name, is_ours, mean, least, most in group.of:
                at = [left + wide * (value - low) / (high - low) for value in (least, mean, most)]
                ours = " ours" if is_ours else ""
                parts.append(
                    f'<line class="grid" x1="{left}" x2="{left + wide}" y1="{y:.0f}" y2="{y:.0f}"/>'
                )
                parts.append(
                    f'<line class="reach{ours}" x1="{at[0]:.1f}" x2="{at[2]:.1f}" y1="{y:.0f}" y2="{y:.0f}"/>'
                )
                parts.append(f'<circle class="dot{ours}" cx="{at[1]:.1f}" cy="{y:.0f}" r="5"/>')
                parts.append(
                    f'<text x="{left - 12}" y="{y + 4:.0f}" text-anchor="end">{escape(name)}</text>'
                )
                parts.append(
                    f'<text x="{left + wide + 12}" y="{y + 4:.0f}">{mean:,.{group.digits}f}</text>'
                )
                y += row
            y += 10
        return "".join([*parts, "</svg>"])

    def _head(self, height: float) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" '
            f'aria-label="{escape(self.title)}"><style>{_STYLE}</style>'
            f'<text class="title" x="16" y="28">{escape(self.title)}</text>'
        )


def _nice(value: float) -> float:
    """Return a round number at least as large.

    >>> _nice(337)
    400.0
    """
    if value <= 0:
        return 1.0
    scale = 10.0 ** np.floor(np.log10(value))
    return float(next(step * scale for step in (1, 2, 4, 5, 8, 10) if step * scale >= value))


def _apart(heights: list[float], least: float = 16.0) -> list[float]:
    """Move labels apart so that none covers another, keeping their order."""
    order = np.argsort(heights, kind="stable")
    found = list(heights)
    for before, after in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        found[after] = max(found[after], found[before] + least)
    return found


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.2f}"
