"""Scenes: a few shapes each. Every measure is a share of the picture's width or height."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

import numpy as np
from PIL import ImageColor, ImageDraw

Rgb = tuple[int, ...]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """Seven colours that go together."""

    sky: str
    horizon: str
    far: str
    middle: str
    near: str
    accent: str
    light: str

    def rgb(self, name: str) -> Rgb:
        """Return a colour by its name."""
        return ImageColor.getrgb(getattr(self, name))


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a scene is drawn, and with what."""

    draw: ImageDraw.ImageDraw
    width: int
    height: int
    colours: Palette
    chance: np.random.Generator
    variant: int

    def at(self, x: float, y: float) -> Point:
        """Return the pixel of a place given in shares."""
        return x * self.width, y * self.height

    def tone(self, name: str, other: str = "light", share: float = 0.0, alpha: int = 255) -> Rgb:
        """Mix two colours of the palette."""
        first, second = self.colours.rgb(name), self.colours.rgb(other)
        mixed = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
        return (*mixed, alpha)

    def shape(self, points: list[Point], colour: Rgb) -> None:
        """Fill a polygon given in shares."""
        self.draw.polygon([self.at(x, y) for x, y in points], fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Rgb, *, flat: float = 1.0) -> None:
        """Fill a circle, or an ellipse `flat` times as high; the radius is a share of the width."""
        across, down = radius * self.width, radius * self.width * flat
        cx, cy = self.at(x, y)
        self.draw.ellipse((cx - across, cy - down, cx + across, cy + down), fill=colour)

    def box(
        self, x: float, y: float, x2: float, y2: float, colour: Rgb, *, corner: float = 0.0
    ) -> None:
        """Fill a rectangle."""
        left, top = self.at(x, y)
        right, bottom = self.at(x2, y2)
        self.draw.rounded_rectangle((left, top, right, bottom), corner * self.width, fill=colour)

    def line(self, points: list[Point], colour: Rgb, thick: float) -> None:
        """Draw a line; its thickness is a share of the width."""
        path = [self.at(x, y) for x, y in points]
        self.draw.line(path, fill=colour, width=max(1, round(thick * self.width)), joint="curve")

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.chance.uniform(low, high))


def ridge(c: Canvas, base: float, rise: float, colour: Rgb, *, rough: float = 1.0) -> None:
    """Fill everything below a line of hills."""
    xs = np.linspace(0, 1, 80)
    phases = c.chance.uniform(0, 2 * pi, 4)
    line = sum(
        np.sin(xs * pi * (1.3 + 1.7 * k * rough) + phases[k]) / (k + 1) ** 1.1 for k in range(4)
    )
    ys = base - rise * (np.asarray(line) * 0.5 + 0.5)
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    c.shape([*points, (1, 1), (0, 1)], colour)


def sun(c: Canvas, x: float, y: float, radius: float) -> None:
    """Draw sun or moon in its haze."""
    for ring in range(5, 0, -1):
        c.disc(x, y, radius * (1 + 0.35 * ring), c.tone("light", alpha=16))
    c.disc(x, y, radius, c.tone("light"))


def mist(c: Canvas, y: float) -> None:
    """Lay bands of mist across."""
    for _ in range(4):
        x, height = c.between(-0.2, 0.7), c.between(0.012, 0.03)
        top = y + c.between(-0.04, 0.04)
        c.box(x, top, x + c.between(0.4, 0.8), top + height, c.tone("light", alpha=70), corner=0.02)


def house(c: Canvas, x: float, ground: float, size: float, wall: Rgb, roof: Rgb) -> None:
    """Draw a wooden house on stilts with a wide roof."""
    height = size * 0.9
    c.box(x, ground - height * 0.62, x + size, ground, wall)
    for n in range(3):
        left = x + size * (0.14 + 0.28 * n)
        c.box(
            left,
            ground - height * 0.46,
            left + size * 0.15,
            ground - height * 0.26,
            c.tone("accent", "light", 0.25),
        )
    lift = ground - height * 0.6
    c.shape(
        [
            (x - size * 0.18, lift),
            (x + size * 0.1, lift - height * 0.42),
            (x + size * 0.9, lift - height * 0.42),
            (x + size * 1.18, lift),
        ],
        roof,
    )


def tree(c: Canvas, x: float, ground: float, size: float, crown: Rgb) -> None:
    """Draw a tree of three crowns."""
    c.box(x - size * 0.05, ground - size * 0.8, x + size * 0.05, ground, c.tone("near"))
    for dx, dy, r in ((0, -1.25, 0.4), (-0.3, -0.95, 0.33), (0.3, -0.95, 0.33)):
        c.disc(x + dx * size * 0.75, ground + dy * size, r * size, crown)


def hills(c: Canvas) -> None:
    """A village under mountains."""
    sun(c, c.between(0.2, 0.8), c.between(0.16, 0.26), 0.055)
    ridge(c, 0.55, 0.24, c.tone("far", "horizon", 0.45))
    ridge(c, 0.64, 0.2, c.tone("far"))
    mist(c, 0.58)
    ridge(c, 0.76, 0.14, c.tone("middle"))
    for n in range(7):
        x, ground = 0.06 + 0.13 * n + c.between(-0.02, 0.02), 0.8 + 0.05 * (n % 3)
        house(c, x, ground, c.between(0.075, 0.1), c.tone("middle", "light", 0.35), c.tone("near"))
    ridge(c, 0.95, 0.05, c.tone("near"))
    tree(c, c.between(0.05, 0.16), 0.96, 0.13, c.tone("near", "middle", 0.35))
    tree(c, c.between(0.86, 0.95), 0.98, 0.16, c.tone("near", "middle", 0.25))


def terraces(c: Canvas) -> None:
    """Fields in steps down a slope, holding the sky."""
    sun(c, c.between(0.6, 0.85), 0.17, 0.05)
    ridge(c, 0.42, 0.2, c.tone("far", "horizon", 0.5))
    ridge(c, 0.5, 0.16, c.tone("far"))
    phase, steps = c.between(0, 2 * pi), 11
    for n in range(steps):
        y = 0.44 + 0.58 * (n / steps) ** 1.15
        xs = np.linspace(0, 1, 60)
        wave = y + (0.02 + 0.018 * n / 3) * np.sin(xs * pi * (2.0 - n * 0.07) + phase + n * 0.35)
        line = list(zip(xs.tolist(), wave.tolist(), strict=True))
        water = n % 3 == 1
        colour = (
            c.tone("horizon", "sky", 0.4) if water else c.tone("middle", "far", 0.75 - 0.07 * n)
        )
        c.shape([*line, (1, 1.1), (0, 1.1)], colour)
        c.line(line, c.tone("near", alpha=150), 0.005)
    for _ in range(3):
        x = c.between(0.1, 0.9)
        c.disc(x, c.between(0.74, 0.9), 0.012, c.tone("accent"))
    tree(c, c.between(0.08, 0.2), 0.64, 0.1, c.tone("near", "middle", 0.4))


def bowl(c: Canvas) -> None:
    """A steaming bowl on a table."""
    c.box(0, 0, 1, 1, c.tone("horizon", "light", 0.3))
    c.disc(0.5, 0.5, 0.62, c.tone("light", alpha=90))
    c.box(0, 0.7, 1, 1, c.tone("middle"))
    c.box(0, 0.7, 1, 0.715, c.tone("near", alpha=120))
    x = 0.5 + c.between(-0.06, 0.06)
    c.disc(x, 0.87, 0.27, c.tone("near", alpha=90), flat=0.18)
    c.draw.pieslice((*c.at(x - 0.27, 0.3), *c.at(x + 0.27, 0.88)), 0, 180, fill=c.tone("light"))
    c.box(x - 0.1, 0.85, x + 0.1, 0.88, c.tone("light", "near", 0.2), corner=0.01)
    c.disc(x, 0.59, 0.27, c.tone("light", "near", 0.18), flat=0.27)
    c.disc(x, 0.595, 0.245, c.tone("accent", "middle", 0.15), flat=0.25)
    for _ in range(9):
        angle, far = c.between(0, 2 * pi), c.between(0.02, 0.17)
        name = ("light", "far", "near", "middle")[int(c.chance.integers(4))]
        c.disc(
            x + far * cos(angle),
            0.595 + far * 0.3 * sin(angle),
            c.between(0.012, 0.03),
            c.tone(name, "light", 0.2),
            flat=0.55,
        )
    for n in range(3):
        _steam(c, x - 0.12 + 0.12 * n, 0.5)
    c.line([(x + 0.1, 0.56), (x + 0.4, 0.33)], c.tone("near"), 0.008)
    c.line([(x + 0.13, 0.57), (x + 0.43, 0.36)], c.tone("near"), 0.008)


def _steam(c: Canvas, x: float, y: float) -> None:
    ys = np.linspace(y, y - 0.28, 24)
    xs = x + 0.022 * np.sin((ys - y) * 26 + c.between(0, 6))
    for thick, alpha in ((0.022, 50), (0.012, 80)):
        c.line(
            list(zip(xs.tolist(), ys.tolist(), strict=True)), c.tone("light", alpha=alpha), thick
        )


def stall(c: Canvas) -> None:
    """Market stalls under striped roofs, with baskets before them."""
    ridge(c, 0.5, 0.2, c.tone("far", "horizon", 0.4))
    c.box(0, 0.62, 1, 1, c.tone("horizon", "middle", 0.3))
    for n in range(3):
        left = 0.03 + 0.325 * n
        c.box(left + 0.015, 0.36, left + 0.03, 0.8, c.tone("near"))
        c.box(left + 0.265, 0.36, left + 0.28, 0.8, c.tone("near"))
        c.box(left, 0.62, left + 0.295, 0.8, c.tone("middle", "light", 0.1 + 0.1 * n), corner=0.008)
        for k in range(6):
            colour = c.tone("accent", "far", 0.3 * n) if k % 2 == 0 else c.tone("light")
            a, b = left - 0.01 + 0.0525 * k, left - 0.01 + 0.0525 * (k + 1)
            c.shape([(a + 0.02, 0.28), (b + 0.012, 0.28), (b, 0.41), (a, 0.41)], colour)
            c.disc((a + b) / 2, 0.41, 0.026, colour, flat=0.8)
        for k in range(5):
            x = left + 0.04 + 0.054 * k
            colour = c.tone(
                ("accent", "far", "light", "middle", "sky")[(k + n) % 5], "accent", 0.25
            )
            for dx, dy in ((0, 0), (-0.013, 0.0), (0.013, 0.0), (0, -0.02)):
                c.disc(x + dx, 0.605 + dy, 0.015, colour)
    for n in range(5):
        x = 0.1 + 0.19 * n + c.between(-0.03, 0.03)
        c.disc(x, 0.9, 0.062, c.tone("middle", "light", 0.3), flat=0.62)
        c.disc(x, 0.885, 0.052, c.tone(("accent", "far", "light")[n % 3], "accent", 0.3), flat=0.5)


def cloth(c: Canvas) -> None:
    """Woven or dyed cloth: bands of figures around a middle."""
    deep = c.tone("near") if c.variant % 2 else (38, 60, 112, 255)
    c.box(0, 0, 1, 1, deep)
    bright, warm = c.tone("light"), c.tone("accent")
    for row, y in enumerate((0.06, 0.86)):
        for n in range(12):
            x = 0.045 + n * 0.083
            c.shape(
                [(x, y), (x + 0.03, y + 0.04), (x, y + 0.08), (x - 0.03, y + 0.04)],
                warm if (n + row) % 2 else bright,
            )
    for y in (0.02, 0.17, 0.82, 0.97):
        c.line([(0, y), (1, y)], bright, 0.005)
    petals = 8 + 2 * (c.variant % 3)
    for ring, (far, size, colour) in enumerate(
        ((0.24, 0.062, bright), (0.15, 0.045, warm), (0.075, 0.03, bright))
    ):
        for n in range(petals):
            angle = 2 * pi * n / petals + ring * pi / petals
            c.disc(0.5 + far * cos(angle), 0.5 + far * 1.05 * sin(angle), size, colour)
            c.disc(0.5 + far * cos(angle), 0.5 + far * 1.05 * sin(angle), size * 0.55, deep)
    c.disc(0.5, 0.5, 0.035, warm)
    for x in (0.12, 0.88):
        for y in (0.34, 0.5, 0.66):
            _bird(c, x, y, 0.05, bright if y != 0.5 else warm, deep, left=x > 0.5)


def _bird(c: Canvas, x: float, y: float, size: float, colour: Rgb, eye: Rgb, *, left: bool) -> None:
    turn = -1 if left else 1
    c.disc(x, y, size, colour, flat=0.75)
    c.disc(x + turn * size * 0.9, y - size * 0.8, size * 0.5, colour)
    c.shape(
        [
            (x - turn * size * 0.7, y),
            (x - turn * size * 2, y - size),
            (x - turn * size * 1.7, y + size * 0.8),
        ],
        colour,
    )
    c.disc(x + turn * size * 0.95, y - size * 0.85, size * 0.15, eye)


def lamp(c: Canvas) -> None:
    """Silver under a workshop's lamp."""
    c.box(0, 0, 1, 1, c.tone("near"))
    for ring in range(9, 0, -1):
        c.disc(0.5, 0.2, 0.07 * ring, c.tone("accent", alpha=13))
    c.shape([(0.43, 0.2), (0.57, 0.2), (0.62, 0.29), (0.38, 0.29)], c.tone("accent"))
    c.line([(0.5, 0), (0.5, 0.2)], c.tone("light", alpha=160), 0.005)
    c.box(0, 0.76, 1, 1, c.tone("middle", "accent", 0.18))
    silver, bright = (206, 212, 222, 255), (244, 247, 252, 255)
    for radius, thick in ((0.2, 0.02), (0.155, 0.013), (0.115, 0.009)):
        left, top = c.at(0.5 - radius, 0.58 - radius * 1.05)
        right, bottom = c.at(0.5 + radius, 0.58 + radius * 1.05)
        c.draw.arc((left, top, right, bottom), 10, 170, fill=silver, width=round(thick * c.width))
    for n in range(11):
        angle = pi * (0.1 + 0.08 * n)
        x, y = 0.5 + 0.235 * cos(angle), 0.58 + 0.247 * sin(angle)
        c.disc(x, y, 0.018, silver)
        c.disc(x - 0.004, y - 0.006, 0.008, bright)
    for n in range(2 + c.variant):
        x = 0.14 + 0.17 * n
        c.disc(x, 0.88, 0.045, silver, flat=0.5)
        c.disc(x, 0.88, 0.03, c.tone("middle", "accent", 0.18), flat=0.45)


def field(c: Canvas) -> None:
    """A ground with a crowd around it, flags in the wind."""
    ridge(c, 0.36, 0.2, c.tone("far", "horizon", 0.4))
    ridge(c, 0.44, 0.12, c.tone("far"))
    c.shape([(0, 0.42), (1, 0.42), (1, 0.62), (0, 0.62)], c.tone("middle"))
    for row in range(5):
        for n in range(42):
            x, y = (n + 0.5 * (row % 2)) / 41, 0.445 + row * 0.034
            name = ("light", "accent", "near", "far", "horizon")[int(c.chance.integers(5))]
            c.disc(x, y, 0.0105, c.tone(name, "light", 0.15))
    green = (110, 152, 92, 255)
    c.shape([(0, 0.6), (1, 0.6), (1, 1), (0, 1)], green)
    for n in range(5):
        a, b = 0.1 + 0.2 * n, 0.2 + 0.2 * n
        c.shape(
            [(a, 0.6), (b, 0.6), (0.5 + (b - 0.5) * 1.6, 1), (0.5 + (a - 0.5) * 1.6, 1)],
            (124, 166, 104, 255) if n % 2 else green,
        )
    c.draw.ellipse((*c.at(0.36, 0.7), *c.at(0.64, 0.86)), outline=(255, 255, 255, 200), width=5)
    c.line([(0, 0.78), (1, 0.78)], (255, 255, 255, 200), 0.005)
    for n in range(9):
        x, y = c.between(0.08, 0.92), c.between(0.66, 0.92)
        size = 0.012 + 0.02 * (y - 0.6)
        c.box(
            x - size,
            y - size * 3,
            x + size,
            y,
            c.tone("accent" if n % 2 else "light"),
            corner=0.006,
        )
        c.disc(x, y - size * 4, size * 0.8, c.tone("near"))
    for n in range(6):
        x = 0.06 + 0.175 * n
        c.line([(x, 0.2), (x, 0.44)], c.tone("near"), 0.005)
        c.shape([(x, 0.2), (x + 0.07, 0.225), (x, 0.26)], c.tone("accent", "light", 0.3 * (n % 2)))


def night(c: Canvas) -> None:
    """A street along the river with lanterns, doubled in the water."""
    for _ in range(40):
        c.disc(
            c.between(0, 1),
            c.between(0, 0.4),
            c.between(0.0008, 0.0022),
            c.tone("light", alpha=190),
        )
    sun(c, c.between(0.12, 0.3), 0.17, 0.035)
    ridge(c, 0.5, 0.18, c.tone("far"))
    for n in range(8):
        x, size = -0.02 + 0.13 * n, c.between(0.11, 0.15)
        house(c, x, 0.68, size, c.tone("middle", "accent", 0.1), c.tone("near"))
    c.box(0, 0.68, 1, 1, c.tone("near", "far", 0.3))
    for n in range(13):
        x = 0.03 + n * 0.079
        y = 0.44 + 0.035 * sin(n * 1.1 + c.variant)
        for ring in range(4, 0, -1):
            c.disc(x, y, 0.014 * ring, c.tone("accent", alpha=22))
        c.disc(x, y, 0.014, c.tone("accent"), flat=1.2)
        for k in range(5):
            wide, top = 0.02 - 0.002 * k, 0.74 + 0.045 * k + c.between(-0.008, 0.008)
            c.box(
                x - wide,
                top,
                x + wide,
                top + 0.008,
                c.tone("accent", alpha=120 - 18 * k),
                corner=0.004,
            )
    for n in range(6):
        x = 0.12 + 0.15 * n + c.between(-0.03, 0.03)
        c.box(x - 0.012, 0.615, x + 0.012, 0.68, c.tone("near"), corner=0.008)
        c.disc(x, 0.6, 0.011, c.tone("near"))


def bridge(c: Canvas) -> None:
    """A covered bridge over a river."""
    sun(c, c.between(0.15, 0.85), 0.16, 0.045)
    ridge(c, 0.52, 0.26, c.tone("far", "horizon", 0.4))
    ridge(c, 0.6, 0.14, c.tone("far"))
    c.box(0, 0.66, 1, 1, c.tone("sky", "horizon", 0.35))
    for n in range(16):
        y = 0.7 + 0.018 * n
        x = c.between(0, 0.7)
        c.box(x, y, x + c.between(0.08, 0.3), y + 0.004, c.tone("light", alpha=110), corner=0.004)
    for x in (0.22, 0.5, 0.78):
        c.shape(
            [(x - 0.05, 0.66), (x + 0.05, 0.66), (x + 0.035, 0.86), (x - 0.035, 0.86)],
            c.tone("far", "near", 0.45),
        )
    c.box(0.02, 0.6, 0.98, 0.67, c.tone("near"))
    for n in range(24):
        c.box(0.035 + 0.04 * n, 0.51, 0.042 + 0.04 * n, 0.61, c.tone("near", "middle", 0.4))
    c.shape([(0, 0.52), (0.05, 0.44), (0.95, 0.44), (1, 0.52)], c.tone("near", "middle", 0.25))
    for x in (0.22, 0.5, 0.78):
        for k in range(3 if x == 0.5 else 2):
            y, wide = 0.445 - 0.062 * k, 0.1 - 0.024 * k
            c.shape(
                [
                    (x - wide, y),
                    (x - wide * 0.55, y - 0.06),
                    (x + wide * 0.55, y - 0.06),
                    (x + wide, y),
                ],
                c.tone("near", "middle", 0.25 * (k % 2)),
            )
            c.line([(x - wide, y), (x + wide, y)], c.tone("accent", alpha=200), 0.004)
    ridge(c, 1.0, 0.07, c.tone("near"))


def water(c: Canvas) -> None:
    """A waterfall between rocks."""
    ridge(c, 0.3, 0.16, c.tone("far", "horizon", 0.4))
    c.shape([(0, 0.2), (0.4, 0.26), (0.44, 1), (0, 1)], c.tone("middle"))
    c.shape([(1, 0.16), (0.62, 0.24), (0.57, 1), (1, 1)], c.tone("middle", "near", 0.3))
    left, right = 0.4, 0.62
    for step, (top, bottom) in enumerate(((0.25, 0.5), (0.5, 0.76))):
        wide = 0.03 * step
        c.shape(
            [
                (left - wide, top),
                (right + wide, top),
                (right + wide + 0.03, bottom),
                (left - wide - 0.03, bottom),
            ],
            c.tone("sky", "light", 0.55),
        )
        for _ in range(26):
            x = c.between(left - wide, right + wide)
            c.line(
                [(x, top + c.between(0, 0.06)), (x + c.between(-0.01, 0.01), bottom)],
                c.tone("light", alpha=120),
                0.004,
            )
        c.disc(0.51, bottom, 0.17 + wide, c.tone("light", alpha=120), flat=0.2)
    c.disc(0.5, 0.9, 0.5, c.tone("sky", "middle", 0.2), flat=0.26)
    for n in range(12):
        x, y = c.between(0.15, 0.85), c.between(0.84, 0.97)
        c.box(x, y, x + c.between(0.04, 0.14), y + 0.006, c.tone("light", alpha=130), corner=0.004)
        if n < 7:
            c.disc(
                c.between(0, 1),
                c.between(0.92, 1.0),
                c.between(0.03, 0.07),
                c.tone("near"),
                flat=0.7,
            )
    for x, y, size in ((0.1, 0.36, 0.13), (0.26, 0.4, 0.1), (0.78, 0.36, 0.12), (0.92, 0.3, 0.14)):
        tree(c, x, y, size, c.tone("near", "middle", 0.35))


def flower(c: Canvas) -> None:
    """A field in bloom up to the hills."""
    sun(c, c.between(0.3, 0.7), 0.15, 0.05)
    ridge(c, 0.46, 0.22, c.tone("far", "horizon", 0.45))
    ridge(c, 0.52, 0.1, c.tone("middle", "far", 0.4))
    yellow = (240, 196, 60)
    c.box(0, 0.5, 1, 1, (214, 170, 58, 255))
    house(c, c.between(0.6, 0.75), 0.55, 0.11, c.tone("light", "middle", 0.4), c.tone("near"))
    for n in range(1500):
        depth = (n / 1500) ** 0.7
        y = 0.5 + 0.52 * depth
        shade = float(c.chance.uniform(-26, 22))
        colour = tuple(int(np.clip(part + shade, 0, 255)) for part in yellow)
        c.disc(c.between(0, 1), y + c.between(-0.01, 0.01), 0.003 + 0.013 * depth, (*colour, 255))
        if n % 4 == 0:
            x = c.between(0, 1)
            c.line(
                [(x, y), (x, y + 0.02 + 0.05 * depth)], (96, 134, 70, 190), 0.002 + 0.003 * depth
            )
    for _ in range(4 + c.variant):
        x, y = c.between(0.1, 0.9), c.between(0.4, 0.85)
        c.disc(x, y, 0.012, c.tone("near"), flat=0.7)
        c.disc(x - 0.004, y - 0.012, 0.009, c.tone("light", alpha=190), flat=0.6)


def road(c: Canvas) -> None:
    """A road into the hills with a vehicle on it."""
    sun(c, c.between(0.2, 0.4), 0.2, 0.045)
    ridge(c, 0.5, 0.24, c.tone("far", "horizon", 0.4))
    ridge(c, 0.58, 0.14, c.tone("far"))
    c.box(0, 0.56, 1, 1, c.tone("middle"))
    c.shape([(0.5, 0.56), (0.54, 0.56), (0.94, 1), (0.12, 1)], c.tone("near", "light", 0.25))
    for n in range(5):
        y = 0.6 + 0.085 * n
        wide = 0.002 + 0.0035 * n
        c.shape(
            [
                (0.522 - wide, y),
                (0.522 + wide, y),
                (0.524 + wide * 1.3, y + 0.04),
                (0.524 - wide * 1.3, y + 0.04),
            ],
            c.tone("light"),
        )
    for n in range(6):
        tree(
            c,
            (0.08 if n % 2 else 0.9) + c.between(-0.06, 0.06),
            0.62 + 0.06 * n,
            0.07 + 0.02 * n,
            c.tone("near", "middle", 0.35),
        )
    body = c.tone("accent")
    c.box(0.36, 0.66, 0.64, 0.86, body, corner=0.02)
    c.box(0.42, 0.55, 0.62, 0.7, body, corner=0.015)
    c.box(0.445, 0.575, 0.595, 0.675, c.tone("sky", "light", 0.4), corner=0.008)
    c.box(0.36, 0.77, 0.64, 0.79, c.tone("near", alpha=110))
    for x in (0.42, 0.58):
        c.disc(x, 0.87, 0.05, c.tone("near"))
        c.disc(x, 0.87, 0.024, c.tone("light", "near", 0.35))
    c.disc(0.385, 0.72, 0.014, c.tone("light"))


def room(c: Canvas) -> None:
    """A timber frame going up, or a house among its neighbours."""
    ridge(c, 0.5, 0.22, c.tone("far", "horizon", 0.4))
    ridge(c, 0.62, 0.1, c.tone("far"))
    c.box(0, 0.8, 1, 1, c.tone("middle"))
    wood, dark = c.tone("middle", "light", 0.35), c.tone("near")
    for n in range(4):
        x = 0.2 + 0.19 * n
        c.box(x, 0.36, x + 0.028, 0.86, wood)
    for y in (0.42, 0.58, 0.74):
        c.box(0.16, y, 0.83, y + 0.024, c.tone("middle", "light", 0.2))
    c.shape([(0.1, 0.4), (0.5, 0.16), (0.9, 0.4), (0.84, 0.4), (0.5, 0.21), (0.16, 0.4)], dark)
    for n in range(c.variant + 2):
        x = 0.2 + 0.19 * (n % 3) + 0.03
        y = 0.6 if n < 3 else 0.44
        c.box(x, y + 0.004, x + 0.16, y + 0.136, c.tone("accent", "light", 0.35), corner=0.004)
    for n in range(5):
        x = 0.1 + 0.19 * n + c.between(-0.04, 0.04)
        c.box(
            x - 0.017,
            0.82,
            x + 0.017,
            0.92,
            c.tone("accent" if n % 2 else "light", "near", 0.15),
            corner=0.01,
        )
        c.disc(x, 0.8, 0.017, dark)
    tree(c, 0.95, 0.9, 0.17, c.tone("near", "middle", 0.35))


def animal(c: Canvas) -> None:
    """A cat or a dog in the sun."""
    c.box(0, 0, 1, 1, c.tone("horizon", "light", 0.2))
    c.box(0, 0.68, 1, 1, c.tone("middle", "horizon", 0.35))
    c.box(0.62, 0.12, 0.9, 0.5, c.tone("sky", "light", 0.35), corner=0.01)
    c.line([(0.76, 0.12), (0.76, 0.5)], c.tone("light"), 0.01)
    c.line([(0.62, 0.31), (0.9, 0.31)], c.tone("light"), 0.01)
    dog = c.variant % 2 == 1
    fur = (
        (196, 140, 84, 255),
        (90, 78, 74, 255),
        (226, 164, 86, 255),
        (238, 228, 212, 255),
        (160, 150, 146, 255),
    )[c.variant % 5]
    shade = tuple(int(part * 0.82) for part in fur[:3])
    x = 0.4 + c.between(-0.05, 0.08)
    c.disc(x + 0.06, 0.9, 0.27, c.tone("near", alpha=60), flat=0.16)
    c.disc(x + 0.08, 0.74, 0.2, fur, flat=0.78)
    c.line([(x + 0.26, 0.76), (x + 0.36, 0.68), (x + 0.37, 0.55)], (*shade, 255), 0.034)
    for dx in (-0.04, 0.06, 0.16, 0.22):
        c.disc(x + dx, 0.885, 0.036, (*shade, 255), flat=0.7)
    for turn in (-1, 1):
        ear = x - 0.06 + turn * 0.085
        if dog:
            c.disc(ear + turn * 0.02, 0.53, 0.035, (*shade, 255), flat=1.7)
        else:
            c.shape([(ear - 0.045, 0.47), (ear + turn * 0.025, 0.34), (ear + 0.045, 0.47)], fur)
            c.shape(
                [(ear - 0.02, 0.46), (ear + turn * 0.018, 0.385), (ear + 0.024, 0.46)],
                (226, 160, 150, 255),
            )
    c.disc(x - 0.06, 0.54, 0.125, fur, flat=0.92)
    for turn in (-1, 1):
        c.disc(x - 0.06 + turn * 0.046, 0.525, 0.0155, (40, 34, 32, 255))
        c.disc(x - 0.064 + turn * 0.046, 0.519, 0.005, (255, 255, 255, 255))
    c.disc(x - 0.06, 0.585, 0.05, (250, 244, 236, 255), flat=0.75)
    c.disc(x - 0.06, 0.57, 0.015, (70, 48, 46, 255), flat=0.75)


SCENES: Final[dict[str, Callable[[Canvas], None]]] = {
    "hills": hills, "terraces": terraces, "bowl": bowl, "stall": stall, "cloth": cloth, "lamp": lamp,
    "field": field, "night": night, "bridge": bridge, "water": water, "flower": flower, "road": road,
    "house": room, "animal": animal,
}  # fmt: skip
