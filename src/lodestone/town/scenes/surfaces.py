"""What a scene is drawn onto: pixels of a still picture, or the shapes of a clip that moves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, Protocol

import numpy as np
from PIL import Image, ImageDraw

Rgb = tuple[int, ...]
"""Red, green, blue and, where it is not whole, how much it covers; each 0 to 255."""
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Move = Literal["drift", "sway", "rise", "beat", "blink", "glint", "turn", "cross"]
_MOVES: Final = '<g class="'
_GLOW_SIZE: Final = 128
_GLOW_FALL: Final = 2.2
_GLOW_STOPS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Motion:
    """How a part of a scene moves, from where the still has it and back to there."""

    move: Move
    """`drift` goes and comes back, `sway` leans to both sides, `rise` leaves and fades, `beat` swells, `blink` shuts
    for a moment, `glint` dims, `turn` turns round, `cross` leaves at one side and comes in at the other."""
    seconds: float
    late: float
    """So many seconds it stands still first, once."""
    by: Point
    """Pixels for `drift`, `rise` and `cross`; shares of its size for `beat` and `blink`."""
    round: Point
    """The pixel about which it leans, turns or swells."""
    share: float
    """Degrees for `sway`, what stays of the light for `glint`."""


class Surface(Protocol):
    """Takes shapes in pixels, the later ones over the earlier."""

    size: tuple[int, int]

    def polygon(self, points: Sequence[Point], colour: Rgb, below: Rgb | None) -> None:
        """Fill a polygon, from its colour above to another below where one is given."""

    def ellipse(self, box: Box, colour: Rgb) -> None:
        """Fill an ellipse."""

    def ring(self, box: Box, colour: Rgb, thick: float) -> None:
        """Draw an ellipse's line, inside its box."""

    def rectangle(self, box: Box, colour: Rgb, corner: float) -> None:
        """Fill a rectangle with round corners."""

    def line(self, points: Sequence[Point], colour: Rgb, thick: float) -> None:
        """Draw a line through points."""

    def glow(self, x: float, y: float, reach: float, colour: Rgb, strength: float) -> None:
        """Lay soft light around a pixel; strength from 0 to 1."""

    def begin(self, motion: Motion) -> None:
        """Let all that is drawn until `end` move together."""

    def end(self) -> None:
        """End what was begun last."""

    def begin_part(self, name: str) -> None:
        """Let all that is drawn until `end` be one named part of the picture."""


class Still:
    """Pixels. Nothing moves in them."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.size = image.size
        self._draw = ImageDraw.Draw(image, "RGBA")

    def polygon(self, points: Sequence[Point], colour: Rgb, below: Rgb | None) -> None:
        """See `Surface.polygon`."""
        if below is None:
            self._draw.polygon(points, fill=colour)
            return
        box = _covered(points, self.size)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in points], fill=255)
        self.image.paste(fall(colour, below, size), box, mask)

    def ellipse(self, box: Box, colour: Rgb) -> None:
        """See `Surface.ellipse`."""
        self._draw.ellipse(box, fill=colour)

    def ring(self, box: Box, colour: Rgb, thick: float) -> None:
        """See `Surface.ring`."""
        self._draw.ellipse(box, outline=colour, width=max(1, round(thick)))

    def rectangle(self, box: Box, colour: Rgb, corner: float) -> None:
        """See `Surface.rectangle`."""
        self._draw.rounded_rectangle(box, corner, fill=colour)

    def line(self, points: Sequence[Point], colour: Rgb, thick: float) -> None:
        """See `Surface.line`."""
        self._draw.line(points, fill=colour, width=max(1, round(thick)), joint="curve")

    def glow(self, x: float, y: float, reach: float, colour: Rgb, strength: float) -> None:
        """See `Surface.glow`."""
        half = max(2, round(reach))
        mask = _GLOW.resize((2 * half, 2 * half)).point(lambda value: int(value * strength))
        self.image.paste(colour[:3], (round(x) - half, round(y) - half), mask)

    def begin(self, motion: Motion) -> None:
        """See `Surface.begin`."""

    def end(self) -> None:
        """See `Surface.end`."""

    def begin_part(self, name: str) -> None:
        """See `Surface.begin_part`."""


class Moving:
    """The shapes of a clip: an SVG file whose parts move by its own style, for ever, without a script."""

    def __init__(self, size: tuple[int, int], above: Rgb, below: Rgb) -> None:
        """Begin with an area filled from one colour above to another below."""
        self.size = size
        self._parts: list[str] = []
        self._kept: dict[str, str] = {}
        self._moves: set[Move] = set()
        self.polygon([(0, 0), (size[0], 0), size, (0, size[1])], above, below)

    def polygon(self, points: Sequence[Point], colour: Rgb, below: Rgb | None) -> None:
        """See `Surface.polygon`."""
        paint = _fill(colour)
        if below is not None:
            box = _covered(points, self.size)
            if box is None:
                return
            ends = f'gradientUnits="userSpaceOnUse" x2="0" y1="{box[1]}" y2="{box[3]}"'
            stops = (
                f'<stop stop-color="{_hex(colour)}"/><stop offset="1" stop-color="{_hex(below)}"/>'
            )
            paint = f' fill="url(#{self._keep("linearGradient", ends, stops)})"'
        self._parts.append(f'<path d="{_path(points)}z"{paint}/>')

    def ellipse(self, box: Box, colour: Rgb) -> None:
        """See `Surface.ellipse`."""
        self._parts.append(f"<ellipse {_oval(box, 0)}{_fill(colour)}/>")

    def ring(self, box: Box, colour: Rgb, thick: float) -> None:
        """See `Surface.ring`."""
        wide = max(1, round(thick))
        self._parts.append(f'<ellipse {_oval(box, wide / 2)} fill="none"{_stroke(colour, wide)}/>')

    def rectangle(self, box: Box, colour: Rgb, corner: float) -> None:
        """See `Surface.rectangle`."""
        left, top, right, bottom = (round(edge) for edge in box)
        bend = f' rx="{round(corner)}"' if round(corner) else ""
        place = f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
        self._parts.append(f"<rect {place}{bend}{_fill(colour)}/>")

    def line(self, points: Sequence[Point], colour: Rgb, thick: float) -> None:
        """See `Surface.line`."""
        wide = max(1, round(thick))
        self._parts.append(f'<path d="{_path(points)}" fill="none"{_stroke(colour, wide)}/>')

    def glow(self, x: float, y: float, reach: float, colour: Rgb, strength: float) -> None:
        """See `Surface.glow`."""
        stops = "".join(
            f'<stop offset="{at:g}" stop-color="{_hex(colour)}" stop-opacity="{strength * (1 - at) ** _GLOW_FALL:.2g}"/>'
            for at in _GLOW_STOPS
        )
        kept = self._keep("radialGradient", "", stops)
        place = f'cx="{round(x)}" cy="{round(y)}" r="{max(2, round(reach))}"'
        self._parts.append(f'<circle {place} fill="url(#{kept})"/>')

    def begin(self, motion: Motion) -> None:
        """See `Surface.begin`."""
        self._moves.add(motion.move)
        late = f";animation-delay:{motion.late:g}s" if motion.late else ""
        told = f"animation-duration:{motion.seconds:g}s{late}{_amount(motion)}"
        self._parts.append(f'{_MOVES}{motion.move}" style="{told}">')

    def end(self) -> None:
        """See `Surface.end`."""
        self._parts.append("</g>")

    def begin_part(self, name: str) -> None:
        """See `Surface.begin_part`."""
        self._parts.append(f'<g data-part="{name}">')

    def still(self, shown: tuple[int, int]) -> bytes:
        """Return the file of the first moment, in which nothing moves; see `file`."""
        body = "".join("<g>" if part.startswith(_MOVES) else part for part in self._parts)
        return f"{self._head(shown)}{body}</svg>".encode()

    def file(self, shown: tuple[int, int]) -> bytes:
        """Return the file; `shown` is the size in pixels at which it stands by itself."""
        frames = "".join(f"@keyframes {move}{{{_FRAMES[move]}}}" for move in sorted(self._moves))
        names = "".join(f".{move}{{animation-name:{move}}}" for move in sorted(self._moves))
        style = (
            f"g{{animation-timing-function:ease-in-out;animation-iteration-count:infinite}}"
            f".turn,.cross,.rise{{animation-timing-function:linear}}{names}{frames}"
            "@media (prefers-reduced-motion:reduce){g{animation:none!important}}"
        )
        body = "".join(self._parts)
        return f"{self._head(shown, f'<style>{style}</style>')}{body}</svg>".encode()

    def _head(self, shown: tuple[int, int], style: str = "") -> str:
        size = f'width="{shown[0]}" height="{shown[1]}" viewBox="0 0 {self.size[0]} {self.size[1]}"'
        definitions = "".join(self._kept.values())
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}<defs>{definitions}</defs>'

    def _keep(self, kind: str, ends: str, stops: str) -> str:
        """Keep a fall of colour once; return its name."""
        what = f"{kind} {ends}{stops}"
        name = f"c{len(self._kept)}"
        if what in self._kept:
            return str(re.findall(r'id="(\w+)"', self._kept[what])[0])
        self._kept[what] = f'<{kind} id="{name}" {ends}>{stops}</{kind}>'
        return name


_FRAMES: Final[dict[Move, str]] = {
    "drift": "50%{transform:translate(var(--x),var(--y))}",
    "sway": "25%{transform:rotate(var(--a))}75%{transform:rotate(calc(-1*var(--a)))}",
    "rise": "70%{transform:translate(var(--x),var(--y));opacity:0}71%{transform:none;opacity:0}",
    "beat": "50%{transform:scale(var(--x),var(--y))}",
    "blink": "90%{transform:none}95%{transform:scale(var(--x),var(--y))}",
    "glint": "50%{opacity:var(--o)}",
    "turn": "to{transform:rotate(360deg)}",
    "cross": "50%{transform:translate(var(--x),var(--y))}50.01%{transform:translate(calc(-1*var(--x)),calc(-1*var(--y)))}",
}
"""Every motion begins and ends where the still has the part, so that the still is the clip's first moment."""


def _amount(motion: Motion) -> str:
    """Say in style how far a motion goes and about what."""
    origin = f";transform-origin:{round(motion.round[0])}px {round(motion.round[1])}px"
    if motion.move in ("drift", "rise", "cross"):
        return f";--x:{round(motion.by[0])}px;--y:{round(motion.by[1])}px"
    if motion.move in ("beat", "blink"):
        return f";--x:{motion.by[0]:g};--y:{motion.by[1]:g}{origin}"
    if motion.move == "glint":
        return f";--o:{motion.share:g}"
    return origin if motion.move == "turn" else f";--a:{motion.share:g}deg{origin}"


def _covered(points: Sequence[Point], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the part of the surface in which a polygon lies; None where it lies beside it."""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    box = (max(0, int(left)), max(0, int(top)), min(size[0], int(right) + 1), min(size[1], int(bottom) + 1))  # fmt: skip
    return None if box[0] >= box[2] or box[1] >= box[3] else box


def _path(points: Sequence[Point]) -> str:
    """Write points as a path: the first as it is, each other by how far it lies from the one before."""
    whole = [(round(x), round(y)) for x, y in points]
    steps = [(x - before[0], y - before[1]) for before, (x, y) in pairwise(whole)]
    told = " ".join(f"{x} {y}" for x, y in steps if x or y).replace(" -", "-")
    return f"M{whole[0][0]} {whole[0][1]}l{told or '0 0'}"


def _oval(box: Box, inset: float) -> str:
    left, top, right, bottom = box
    across, down = (right - left) / 2 - inset, (bottom - top) / 2 - inset
    middle = f'cx="{(left + right) / 2:.0f}" cy="{(top + bottom) / 2:.0f}"'
    return f'{middle} rx="{_short(across)}" ry="{_short(down)}"'


def _short(length: float) -> str:
    return f"{length:.0f}" if length >= 10 else f"{length:.1f}".removesuffix(".0")


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour[:3])


def _covers(colour: Rgb) -> float:
    return colour[3] / 255 if len(colour) > 3 else 1.0


def _fill(colour: Rgb) -> str:
    covers = _covers(colour)
    share = "" if covers == 1 else f' fill-opacity="{covers:.2g}"'
    return f' fill="{_hex(colour)}"{share}'


def _stroke(colour: Rgb, wide: int) -> str:
    covers = _covers(colour)
    share = "" if covers == 1 else f' stroke-opacity="{covers:.2g}"'
    return f' stroke="{_hex(colour)}" stroke-width="{wide}" stroke-linejoin="round"{share}'


def fall(above: Rgb, below: Rgb, size: tuple[int, int]) -> Image.Image:
    """Return an area filled from one colour above to another below."""
    ends = [np.array(colour[:3], np.float32) for colour in (above, below)]
    share = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    column = ends[0] * (1 - share) + ends[1] * share
    return Image.fromarray(column.astype(np.uint8)[:, None, :], "RGB").resize(size)


def _glow() -> Image.Image:
    """Return light that falls off softly from the middle, as a mask."""
    across = np.linspace(-1, 1, _GLOW_SIZE)
    far = np.minimum(1, np.hypot(across[:, None], across[None, :]))
    return Image.fromarray(((1 - far) ** _GLOW_FALL * 255).astype(np.uint8), "L")


_GLOW: Final = _glow()
