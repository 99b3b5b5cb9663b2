"""Goods of cloth and silver, on the table of `goods`: what one wears, carries and lays out."""

from math import cos, pi, sin
from typing import Final

from lodestone.town.scenes.drawing import Canvas, path
from lodestone.town.scenes.effects import steam

_TABLE: Final = 0.8
_SILVER, _SHADE, _GLINT = "#C9D0DA", "#8E97A6", "#F6F8FB"
_CLOTH_WHITE: Final = "#F1F4F6"


def shadow(c: Canvas, x: float, y: float, size: float) -> None:
    """Lay the shadow of what stands on the table."""
    c.disc(x + 0.02, y, size, c.tone("#2A1D16", alpha=70), flat=0.22)


def _cushion(c: Canvas) -> None:
    shadow(c, 0.5, _TABLE + 0.1, 0.34)
    c.blob(
        path("0.18,0.8 0.24,0.72 0.5,0.69 0.76,0.72 0.82,0.8 0.76,0.9 0.5,0.93 0.24,0.9"),
        c.tone("#6A2233"),
        c.tone("#43131F"),
    )


def bangle(c: Canvas) -> None:
    """Draw a silver bangle on a cushion."""
    _cushion(c)
    for wide, paint, thick in ((0.2, _SHADE, 0.05), (0.198, _SILVER, 0.036), (0.196, _GLINT, 0.01)):
        c.ring(0.5, 0.66, wide, c.tone(paint), thick, flat=0.72)
    for n in range(12):
        angle = 2 * pi * n / 12
        c.disc(0.5 + 0.182 * cos(angle), 0.66 + 0.131 * sin(angle), 0.008, c.tone(_SHADE))


def earrings(c: Canvas) -> None:
    """Draw a pair of earrings over a cushion."""
    _cushion(c)
    for x in (0.38, 0.62):
        c.ring(x, 0.36, 0.03, c.tone(_SILVER), 0.008)
        c.line([(x, 0.39), (x, 0.46)], c.tone(_SHADE), 0.006)
        flower(c, x, 0.52, 0.062, _SILVER)
        for n in range(5):
            at, foot = x - 0.05 + 0.025 * n, 0.68 + 0.03 * (n % 2)
            c.line([(at, 0.56), (at, foot)], c.tone(_SHADE), 0.004)
            c.disc(at, foot, 0.011, c.tone(_GLINT), flat=1.3)


def ring(c: Canvas) -> None:
    """Draw a ring on a cushion."""
    _cushion(c)
    for wide, paint, thick in (
        (0.125, _SHADE, 0.04),
        (0.123, _SILVER, 0.03),
        (0.118, _GLINT, 0.008),
    ):
        c.ring(0.5, 0.68, wide, c.tone(paint), thick)
    flower(c, 0.5, 0.545, 0.055, _SILVER)


def backpack(c: Canvas) -> None:
    """Draw an embroidered backpack."""
    x, paint = 0.5, "#22406E"
    shadow(c, x, _TABLE + 0.07, 0.25)
    for turn in (-1, 1):
        c.curve(
            [(x + turn * 0.15, 0.34), (x + turn * 0.27, 0.46), (x + turn * 0.23, 0.78)],
            c.tone("#16294A"),
            0.03,
        )
    c.curve([(x - 0.06, 0.3), (x, 0.22), (x + 0.06, 0.3)], c.tone("#16294A"), 0.022)
    c.blob(
        [
            (x - 0.2, 0.84),
            (x - 0.22, 0.45),
            (x - 0.13, 0.29),
            (x + 0.13, 0.29),
            (x + 0.22, 0.45),
            (x + 0.2, 0.84),
        ],
        c.tone(paint),
    )
    c.box(x - 0.15, 0.58, x + 0.15, 0.82, c.tone(paint, "light", 0.1), corner=0.03)
    flower(c, x, 0.44, 0.075, ("#E4715F", "#F2C14E", "#D98BB0")[c.variant % 3])
    for n in range(5):
        flower(c, x - 0.11 + 0.055 * n, 0.7, 0.02, ("#F2C14E", "#E4715F")[n % 2])
    c.line([(x - 0.14, 0.6), (x + 0.14, 0.6)], c.tone("#F2C14E"), 0.008)


def flower(c: Canvas, x: float, y: float, size: float, paint: str) -> None:
    """Draw a flower of seven petals."""
    for n in range(7):
        angle = 2 * pi * n / 7
        c.disc(
            x + size * 0.62 * cos(angle), y + size * 0.62 * sin(angle), size * 0.36, c.tone(paint)
        )
    c.disc(x, y, size * 0.34, c.tone("#F7F2E4"))
    c.disc(x, y, size * 0.16, c.tone("#C9573C"))


def scarf(c: Canvas) -> None:
    """Draw two indigo scarves on a rail."""
    c.box(0.12, 0.2, 0.88, 0.225, c.tone("wood", "near", 0.3), corner=0.01)
    for left, foot in ((0.27, 0.88), (0.52, 0.8)):
        right = left + 0.21
        c.shape(
            [(left, 0.2), (right, 0.2), (right + 0.015, foot), (left - 0.01, foot)],
            c.tone("#2C5690"),
            c.tone("#172F5C"),
        )
        for row in range(3):
            y = 0.33 + 0.17 * row
            for n in range(8):
                angle = 2 * pi * n / 8
                c.disc(
                    left + 0.105 + 0.05 * cos(angle),
                    y + 0.05 * sin(angle),
                    0.015,
                    c.tone(_CLOTH_WHITE),
                )
            c.disc(left + 0.105, y, 0.02, c.tone(_CLOTH_WHITE))
        for n in range(9):
            at = left + 0.012 + 0.023 * n
            c.line([(at, foot), (at - 0.004, foot + 0.04)], c.tone("#172F5C"), 0.007)


def tablecloth(c: Canvas) -> None:
    """Draw an indigo cloth over the table."""
    c.shape(path("0.06,0.66 0.94,0.66 1.02,0.86 -0.02,0.86"), c.tone("#33609C"), c.tone("#22467C"))
    points = [(-0.02 + 0.13 * n, 0.86 + 0.17 * (n % 2)) for n in range(9)]
    c.shape([(-0.02, 0.86), *points[1:], (1.02, 0.86)], c.tone("#1B3865"))
    for n in range(5):
        x = 0.14 + 0.18 * n
        for k in range(6):
            angle = pi * k / 3
            c.disc(
                x + 0.04 * cos(angle),
                0.76 + 0.026 * sin(angle),
                0.012,
                c.tone(_CLOTH_WHITE),
                flat=0.7,
            )
        c.disc(x, 0.76, 0.013, c.tone(_CLOTH_WHITE), flat=0.7)
    c.line(path("0.075,0.685 0.925,0.685"), c.tone(_CLOTH_WHITE), 0.008)
    cup(c, 0.5, 0.63)


def cup(c: Canvas, x: float, y: float) -> None:
    """Draw a cup of tea that steams."""
    shadow(c, x, y + 0.05, 0.08)
    c.shape(
        [(x - 0.06, y - 0.05), (x + 0.06, y - 0.05), (x + 0.042, y + 0.05), (x - 0.042, y + 0.05)],
        c.tone("#F4F1E6"),
        c.tone("#D9D3C4"),
    )
    c.disc(x, y - 0.05, 0.06, c.tone("#FBF8F0"), flat=0.32)
    c.disc(x, y - 0.048, 0.05, c.tone("#8FA84B"), flat=0.28)
    steam(c, x, y - 0.1, 0.06)
