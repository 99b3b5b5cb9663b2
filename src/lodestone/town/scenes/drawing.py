"""What scenes are drawn with: a harmony of colours and a canvas measured in shares of its size."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import pi

import numpy as np
from PIL import ImageColor

from lodestone.town.scenes.surfaces import Motion, Move, Point, Rgb, Surface


@dataclass(frozen=True, slots=True)
class Palette:
    """Eleven colours that go together."""

    sky: str
    horizon: str
    far: str
    middle: str
    near: str
    leaf: str
    water: str
    wood: str
    cloth: str
    accent: str
    light: str

    def rgb(self, name: str) -> Rgb:
        """Return a colour by its name, or by its value where it begins with #."""
        return ImageColor.getrgb(name if name.startswith("#") else getattr(self, name))


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a scene is drawn, and with what. `x` and `y` are shares of width and height."""

    surface: Surface
    colours: Palette
    chance: np.random.Generator
    variant: int
    band: float = 1.0
    """Share of the height that scenes are drawn in, about its middle; what touches an edge still reaches it."""
    asked: frozenset[str] | None = None
    """The parts that the picture must show; None leaves each scene to what it usually shows."""
    night: bool = False

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return self.surface.size[0]

    def at(self, x: float, y: float) -> Point:
        """Return the pixel of a place given in shares."""
        if y not in (0, 1):
            y = 0.5 + (y - 0.5) * self.band
        return x * self.width, y * self.surface.size[1]

    def tone(self, name: str, other: str = "light", share: float = 0.0, alpha: int = 255) -> Rgb:
        """Mix two colours of the palette; alpha from 0, clear, to 255."""
        first, second = self.colours.rgb(name), self.colours.rgb(other)
        mixed = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
        return (*mixed, alpha)

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.chance.uniform(low, high))

    def pick(self, *names: str) -> str:
        """Draw one of some names."""
        return names[int(self.chance.integers(len(names)))]

    def wants(self, part: str, *, usual: bool = True) -> bool:
        """Say whether a part that a scene may have is to be drawn; `usual` holds where nobody asks for parts."""
        return usual if self.asked is None else part in self.asked

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Let what is drawn within be a named part; names are written only where parts are asked for."""
        if self.asked is None:
            yield
            return
        self.surface.begin_part(name)
        yield
        self.surface.end()

    @contextmanager
    def moving(
        self,
        move: Move,
        *,
        by: Point = (0.0, 0.0),
        about: Point = (0.5, 0.5),
        share: float = 0.0,
        seconds: float = 4.0,
        late: float = 0.0,
    ) -> Iterator[None]:
        """Let what is drawn within move together, where the surface can; see `Motion`.

        Args:
            move: How.
            by: How far, in shares of width and height; for `beat` and `blink` how many times its size.
            about: The place it leans, turns or swells about.
            share: Degrees for `sway`, what stays of the light for `glint`.
            seconds: Of one round.
            late: So many seconds after the others.
        """
        pixels = by if move in ("beat", "blink") else self._far(*by)
        self.surface.begin(Motion(move, seconds, late, pixels, self.at(*about), share))
        yield
        self.surface.end()

    def _far(self, across: float, down: float) -> Point:
        return across * self.width, down * self.band * self.surface.size[1]

    def shape(self, points: list[Point], colour: Rgb, below: Rgb | None = None) -> None:
        """Fill a polygon, from its colour above to another below where one is given."""
        self.surface.polygon([self.at(x, y) for x, y in points], colour, below)

    def blob(self, points: list[Point], colour: Rgb, below: Rgb | None = None) -> None:
        """Fill a soft shape that runs smoothly through all points."""
        self.shape(smooth(points), colour, below)

    def disc(self, x: float, y: float, radius: float, colour: Rgb, *, flat: float = 1.0) -> None:
        """Fill a circle, or an ellipse `flat` times as high; the radius is a share of the width."""
        across, down = radius * self.width, radius * self.width * flat
        cx, cy = self.at(x, y)
        self.surface.ellipse((cx - across, cy - down, cx + across, cy + down), colour)

    def ring(
        self, x: float, y: float, radius: float, colour: Rgb, thick: float, *, flat: float = 1.0
    ) -> None:
        """Draw a circle's line."""
        across, down = radius * self.width, radius * self.width * flat
        cx, cy = self.at(x, y)
        box = (cx - across, cy - down, cx + across, cy + down)
        self.surface.ring(box, colour, thick * self.width)

    def box(
        self, x: float, y: float, x2: float, y2: float, colour: Rgb, *, corner: float = 0.0
    ) -> None:
        """Fill a rectangle."""
        self.surface.rectangle((*self.at(x, y), *self.at(x2, y2)), colour, corner * self.width)

    def line(self, points: list[Point], colour: Rgb, thick: float) -> None:
        """Draw a line; its thickness is a share of the width."""
        self.surface.line([self.at(x, y) for x, y in points], colour, thick * self.width)

    def curve(self, points: list[Point], colour: Rgb, thick: float) -> None:
        """Draw a line that runs smoothly through all points, round at its ends."""
        self.line(smooth(points, closed=False), colour, thick)
        for x, y in (points[0], points[-1]):
            self.disc(x, y, thick / 2, colour)

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float) -> None:
        """Lay soft light around a place; strength from 0 to 1."""
        self.surface.glow(*self.at(x, y), radius * self.width, colour, strength)


def path(text: str) -> list[Point]:
    """Read points written as pairs.

    >>> path("0,0.5 -0.1,1")
    [(0.0, 0.5), (-0.1, 1.0)]
    """
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def smooth(points: list[Point], *, closed: bool = True) -> list[Point]:
    """Return points of a Catmull-Rom curve through the given ones."""
    given = np.array(points)
    ends = (given[-1:], given[:2]) if closed else (given[:1], given[-1:])
    whole = np.concatenate([ends[0], given, ends[1]])
    if not closed:
        whole = np.concatenate([whole, given[-1:]])
    step = np.linspace(0, 1, 9)[:-1, None]
    a, b, c, d = (whole[first : len(whole) - 3 + first, None] for first in range(4))
    bend = (2 * a - 5 * b + 4 * c - d) * step**2 + (3 * b - a - 3 * c + d) * step**3
    curve = (0.5 * (2 * b + (c - a) * step + bend)).reshape(-1, 2).tolist()
    if not closed:
        curve += given[-1:].tolist()
    return [(x, y) for x, y in curve]


def ridge(
    c: Canvas,
    base: float,
    rise: float,
    colour: Rgb,
    below: Rgb | None = None,
    *,
    rough: float = 1.0,
) -> None:
    """Fill everything below a line of hills, fading into another colour where one is given."""
    xs = np.linspace(0, 1, 80)
    phases = c.chance.uniform(0, 2 * pi, 4)
    line = sum(
        np.sin(xs * pi * (1.3 + 1.7 * k * rough) + phases[k]) / (k + 1) ** 1.2 for k in range(4)
    )
    ys = base - rise * (np.asarray(line) * 0.5 + 0.5)
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    foot = min(1.0, base + 0.2) if below is not None else 1.0
    c.shape([*points, (1, foot), (0, foot)], colour, below)
    if below is not None:
        c.box(0, foot, 1, 1, below)


def sun(c: Canvas, x: float, y: float, radius: float) -> None:
    """Draw sun or moon in its haze."""
    with c.part("moon" if c.night else "sun"):
        c.glow(x, y, radius * 4, c.tone("light"), 0.4 if c.night else 0.75)
        c.disc(x, y, radius, c.tone("light"))
    if c.night:
        stars(c, 0.4)


def stars(c: Canvas, low: float) -> None:
    """Draw a clear night's stars down to a height."""
    with c.part("stars"):
        for n in range(45):
            x, y, size = c.between(0, 1), c.between(0, low), c.between(0.0008, 0.0022)
            with c.moving("glint", share=0.25, seconds=2.0 + 0.5 * (n % 5), late=0.5 * (n % 4)):
                c.disc(x, y, size, c.tone("light", alpha=190))


def mountains(c: Canvas, base: float) -> None:
    """Draw two ranges behind each other, the farther one paler, with mist at their feet."""
    ridge(c, base - 0.06, 0.26, c.tone("far", "horizon", 0.45), c.tone("horizon", "far", 0.2))
    ridge(c, base, 0.17, c.tone("far"), c.tone("far", "horizon", 0.6))


def clouds(c: Canvas, count: int) -> None:
    """Draw flat-bottomed clouds."""
    for n in range(count):
        x, y, size = c.between(0.05, 0.85), c.between(0.06, 0.26), c.between(0.02, 0.035)
        white = c.tone("light", alpha=170)
        with c.moving("drift", by=(0.09, 0), seconds=9.0 + 2 * n):
            c.box(x - size * 2, y, x + size * 2.4, y + size, white, corner=size / 2)
            c.box(
                x - size * 0.8,
                y - size * 0.75,
                x + size * 1.3,
                y + size * 0.6,
                white,
                corner=size / 2,
            )


def house(c: Canvas, x: float, ground: float, size: float, *, lit: bool = False) -> None:
    """Draw a wooden house on stilts with a wide roof; x is its left edge. After dark its windows are lit."""
    with c.part("houses"):
        lit = lit or c.night
        height = size * 0.95
        wall, roof = c.tone("wood", "light", 0.18), c.tone("near", "wood", 0.25)
        for n in range(4):
            post = x + size * (0.04 + 0.3 * n)
            c.box(
                post, ground - height * 0.3, post + size * 0.05, ground, c.tone("near", "wood", 0.5)
            )
        c.box(x, ground - height * 0.66, x + size, ground - height * 0.18, wall)
        pane = c.tone("#FFD98A") if lit else c.tone("near", "wood", 0.45)
        for n in range(3):
            left = x + size * (0.12 + 0.28 * n)
            c.box(left, ground - height * 0.54, left + size * 0.17, ground - height * 0.34, pane)
        lift = ground - height * 0.62
        c.shape(
            [
                (x - size * 0.2, lift),
                (x + size * 0.14, lift - height * 0.42),
                (x + size * 0.86, lift - height * 0.42),
                (x + size * 1.2, lift),
            ],
            roof,
        )


def tree(c: Canvas, x: float, ground: float, size: float, shade: float = 0.0) -> None:
    """Draw a tree of three crowns with a side in the light."""
    with c.part("trees"):
        c.box(
            x - size * 0.045,
            ground - size * 0.8,
            x + size * 0.045,
            ground,
            c.tone("wood", "near", 0.4),
        )
        crown, bright = c.tone("leaf", "near", 0.35 + shade), c.tone("leaf", "near", 0.15 + shade)
        with c.moving("sway", about=(x, ground), share=2.0, seconds=4.0 + 3 * (x % 0.5)):
            for dx, dy, r in ((0, -1.3, 0.4), (-0.24, -1.0, 0.33), (0.24, -1.0, 0.33)):
                c.disc(x + dx * size, ground + dy * size, r * size, crown)
            for dx, dy, r in ((-0.1, -1.42, 0.24), (-0.32, -1.06, 0.18)):
                c.disc(x + dx * size, ground + dy * size, r * size, bright)


def figure(
    c: Canvas,
    x: float,
    ground: float,
    size: float,
    cloth: Rgb,
    *,
    hat: bool = False,
    arms: str = "",
) -> None:
    """Draw a person seen from afar: coat, head, hair or a straw hat; arms `up`, `out` or none."""
    skin, hair = c.tone("#D9A47C"), c.tone("#2B2526")
    for side in (-1, 1):
        c.box(
            x + side * size * 0.11 - size * 0.06,
            ground - size * 0.34,
            x + side * size * 0.11 + size * 0.06,
            ground,
            c.tone("#3A3540"),
            corner=size * 0.03,
        )
        if arms:
            lift = -1.35 if arms == "up" else -0.95
            c.line(
                [
                    (x + side * size * 0.12, ground - size * 0.92),
                    (x + side * size * (0.34 if arms == "up" else 0.42), ground + size * lift),
                ],
                cloth,
                size * 0.12,
            )
    c.shape(
        [
            (x - size * 0.15, ground - size),
            (x + size * 0.15, ground - size),
            (x + size * 0.25, ground - size * 0.26),
            (x - size * 0.25, ground - size * 0.26),
        ],
        cloth,
    )
    c.disc(x, ground - size * 1.16, size * 0.15, skin)
    if hat:
        straw = c.tone("#E3C27A")
        c.shape(
            [
                (x - size * 0.34, ground - size * 1.18),
                (x, ground - size * 1.5),
                (x + size * 0.34, ground - size * 1.18),
            ],
            straw,
        )
    else:
        c.disc(x, ground - size * 1.25, size * 0.135, hair, flat=0.8)
