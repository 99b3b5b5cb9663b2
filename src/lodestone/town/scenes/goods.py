"""Scenes of one thing on a table: what a shop sells, a doctor's desk, a clerk's counter. Heights measure as widths do."""

from collections.abc import Callable
from math import cos, pi, sin
from typing import Final

from lodestone.town.scenes.drawing import Canvas, path
from lodestone.town.scenes.finery import (
    backpack,
    bangle,
    cup,
    earrings,
    flower,
    ring,
    scarf,
    shadow,
    tablecloth,
)
from lodestone.town.scenes.surfaces import Point

_TABLE: Final = 0.8
"""Where things stand."""
_SILVER, _SHADE, _GLINT = "#C9D0DA", "#8E97A6", "#F6F8FB"
_CLOTH_WHITE: Final = "#F1F4F6"


def goods(c: Canvas) -> None:
    """Draw one thing that is for sale on a table before a wall; which one, the subject says."""
    _room(c)
    for name, draw in GOODS.items():
        if c.wants(name, usual=name == _USUAL[c.variant]):
            with c.part(name):
                draw(c)


def clinic(c: Canvas) -> None:
    """Draw a doctor's desk: a stethoscope, bowls of herbs, a bottle."""
    _room(c)
    with c.part("medicine"):
        _bottle_of(c, 0.2, 0.16, "#6E4A2A", "#F4F1E6")
        for n, paint in enumerate(("#6E8B4A", "#A9743B", "#8C3B22")):
            x = 0.42 + 0.19 * n
            c.disc(x, 0.87 + 0.05 * (n % 2), 0.085, c.tone("#E9E4D8"), flat=0.5)
            c.disc(x, 0.86 + 0.05 * (n % 2), 0.07, c.tone(paint), flat=0.42)
            for k in range(9):
                at = (
                    x + 0.05 * cos(2.4 * k) * (k / 9),
                    0.86 + 0.05 * (n % 2) + 0.02 * sin(2.4 * k),
                )
                c.disc(*at, 0.012, c.tone(paint, "light", 0.12 * (k % 4)), flat=0.6)
    with c.part("stethoscope"), c.moving("sway", about=(0.62, 0.3), share=1.5, seconds=4.0):
        tube = c.tone("#34424F")
        for side in (-1, 1):
            c.curve(
                [(0.62 + side * 0.1, 0.26), (0.62 + side * 0.13, 0.42), (0.62, 0.56)], tube, 0.016
            )
            c.disc(0.62 + side * 0.1, 0.26, 0.014, c.tone(_SILVER))
        c.curve([(0.62, 0.56), (0.6, 0.68), (0.48, 0.7), (0.42, 0.6), (0.36, 0.5)], tube, 0.018)
        c.disc(0.36, 0.47, 0.05, c.tone(_SHADE))
        c.disc(0.36, 0.47, 0.038, c.tone(_SILVER))
        c.disc(0.35, 0.46, 0.014, c.tone(_GLINT))
    cup(c, 0.86, 0.74)


def office(c: Canvas) -> None:
    """Draw a clerk's counter: papers in a stack, a stamp with its red pad."""
    _room(c)
    with c.part("papers"):
        for n in range(5):
            x, y = 0.16 + 0.012 * n, 0.9 - 0.03 * n
            c.shape(
                [(x, y), (x + 0.42, y - 0.02), (x + 0.44, y - 0.2), (x + 0.03, y - 0.18)],
                c.tone("#FBF8F0", "near", 0.05 * (4 - n)),
            )
        for k in range(5):
            c.line(
                [(0.27, 0.645 + 0.026 * k), (0.58 - 0.08 * (k % 2), 0.635 + 0.026 * k)],
                c.tone("#8A8F99", alpha=170),
                0.006,
            )
        c.ring(0.55, 0.72, 0.035, c.tone("#C8321F", alpha=210), 0.007, flat=0.7)
    with c.part("stamp"):
        c.box(0.69, 0.83, 0.93, 0.9, c.tone("#3A3538"), corner=0.012)
        c.box(0.71, 0.835, 0.91, 0.86, c.tone("#B8321F"), corner=0.006)
        with c.moving("drift", by=(0, 0.06), seconds=2.4):
            c.box(0.755, 0.67, 0.865, 0.72, c.tone("wood", "near", 0.3), corner=0.01)
            c.shape([(0.79, 0.67), (0.83, 0.67), (0.825, 0.56), (0.795, 0.56)], c.tone("wood"))
            c.disc(0.81, 0.545, 0.034, c.tone("wood", "light", 0.2))
            c.box(0.76, 0.72, 0.86, 0.732, c.tone("#C8321F"))
    cup(c, 0.2, 0.56)


def _room(c: Canvas) -> None:
    """Fill everything with a wall in the light of the hour and a table before it."""
    c.shape(
        path("0,0 1,0 1,0.75 0,0.75"),
        c.tone("horizon", "light", 0.45),
        c.tone("horizon", "light", 0.2),
    )
    side = 0.62 if c.variant % 2 else 0.08
    c.box(side - 0.012, -0.06, side + 0.312, 0.3, c.tone("wood", "light", 0.25), corner=0.008)
    pane = [(side, -0.045), (side + 0.3, -0.045), (side + 0.3, 0.285), (side, 0.285)]
    c.shape(pane, c.tone("sky"), c.tone("horizon"))
    c.shape(
        [
            (side, 0.22),
            (side + 0.1, 0.13),
            (side + 0.2, 0.19),
            (side + 0.3, 0.12),
            (side + 0.3, 0.285),
            (side, 0.285),
        ],
        c.tone("far"),
    )
    c.box(side + 0.145, -0.05, side + 0.155, 0.29, c.tone("wood", "light", 0.25))
    if c.night:
        with c.part("lamp"):
            c.glow(0.5, 0.3, 0.55, c.tone("#FFE3A6"), 0.55)
    c.shape(
        path("0,0.72 1,0.72 1,1 0,1"), c.tone("wood", "light", 0.3), c.tone("wood", "light", 0.05)
    )
    for n in range(4):
        c.line(
            [(0, 0.8 + 0.09 * n), (1, 0.8 + 0.09 * n)], c.tone("wood", "near", 0.3, alpha=90), 0.003
        )


def _bottle_of(c: Canvas, x: float, wide: float, glass: str, label: str) -> None:
    """Draw a bottle that stands on the table; `x` is its middle."""
    half = wide / 2
    shadow(c, x, _TABLE + 0.07, wide * 0.7)
    c.box(x - half, 0.44, x + half, _TABLE + 0.06, c.tone(glass), corner=wide * 0.14)
    c.shape(
        [(x - half, 0.48), (x - half * 0.42, 0.36), (x + half * 0.42, 0.36), (x + half, 0.48)],
        c.tone(glass),
    )
    c.box(x - half * 0.42, 0.27, x + half * 0.42, 0.38, c.tone(glass))
    c.box(x - half * 0.5, 0.23, x + half * 0.5, 0.29, c.tone("#B98A50"), corner=0.01)
    c.box(x - half, 0.55, x + half, 0.72, c.tone(label))
    c.box(x - half * 0.78, 0.46, x - half * 0.58, 0.84, c.tone("#FFFFFF", alpha=60), corner=0.01)


def _bottle(c: Canvas) -> None:
    _bottle_of(c, 0.5, 0.26, "#B8321F", "#F6E3C0")
    c.disc(0.5, 0.635, 0.055, c.tone("#C8452E"))
    c.curve([(0.5, 0.59), (0.52, 0.565), (0.55, 0.57)], c.tone("#5F8A36"), 0.012)
    for n in range(5):
        c.disc(0.4 + 0.05 * n, 0.77 + 0.015 * (n % 2), 0.012, c.tone("#F4A259"))


def _caddy(c: Canvas) -> None:
    x, paint = 0.44, ("#2F5D50", "#7A2F27", "#31506E")[c.variant % 3]
    shadow(c, x, _TABLE + 0.06, 0.17)
    c.box(x - 0.14, 0.42, x + 0.14, _TABLE + 0.05, c.tone(paint), corner=0.012)
    c.disc(x, _TABLE + 0.05, 0.14, c.tone(paint, "#000000", 0.15), flat=0.18)
    c.box(x - 0.148, 0.37, x + 0.148, 0.47, c.tone(paint, "light", 0.22), corner=0.014)
    c.disc(x, 0.375, 0.148, c.tone(paint, "light", 0.36), flat=0.18)
    c.box(x - 0.14, 0.54, x + 0.14, 0.72, c.tone("#F1E6D0"))
    for turn in (-1, 1):
        leaf = [
            (x, 0.69),
            (x + turn * 0.055, 0.63),
            (x + turn * 0.035, 0.56),
            (x + turn * 0.005, 0.61),
        ]
        c.blob(leaf, c.tone("#5F8A36", "light", 0.15 if turn > 0 else 0.0))
    cup(c, 0.75, 0.82)


def _jar(c: Canvas) -> None:
    for x in (0.36, 0.66) if c.variant % 2 else (0.5,):
        shadow(c, x, _TABLE + 0.07, 0.16)
        c.box(x - 0.14, 0.46, x + 0.14, _TABLE + 0.06, c.tone("#E2A02C"), corner=0.035)
        c.box(x - 0.12, 0.5, x - 0.09, 0.8, c.tone("#FFFFFF", alpha=90), corner=0.012)
        c.box(x - 0.125, 0.39, x + 0.125, 0.47, c.tone("#8F6632"), corner=0.012)
        c.box(x - 0.1, 0.58, x + 0.1, 0.74, c.tone("#FBF3DC"), corner=0.01)
        c.disc(x, 0.66, 0.04, c.tone("#E8AE35"), flat=0.7)
        for k in (-1, 0, 1):
            c.box(x + 0.018 * k - 0.004, 0.635, x + 0.018 * k + 0.004, 0.685, c.tone("#3B2E22"))
        for turn in (-1, 1):
            c.disc(x + turn * 0.02, 0.627, 0.016, c.tone("light"), flat=0.7)


def _comb_honey(c: Canvas) -> None:
    shadow(c, 0.5, 0.93, 0.34)
    c.shape(path("0.2,0.64 0.8,0.64 0.86,0.92 0.14,0.92"), c.tone("#B98A50"), c.tone("#8F6632"))
    c.shape(path("0.235,0.66 0.765,0.66 0.815,0.9 0.185,0.9"), c.tone("#F0B63C"))
    for row in range(4):
        for n in range(8):
            x, y, size = 0.27 + 0.066 * n + 0.033 * (row % 2), 0.695 + 0.055 * row, 0.03
            if x < 0.77:
                cell = [
                    (x + size * cos(pi * k / 3), y + size * 0.8 * sin(pi * k / 3)) for k in range(6)
                ]
                c.shape(cell, c.tone(("#D98F1E", "#F7CF6A", "#E8AE35")[(n + row) % 3]))


def _stool(c: Canvas) -> None:
    shadow(c, 0.5, 0.98, 0.32)
    for x, lean in ((0.27, -0.04), (0.7, 0.04)):
        c.shape(
            [(x, 0.62), (x + 0.055, 0.62), (x + 0.055 + lean, 0.98), (x + lean, 0.98)],
            c.tone("#A9713F"),
        )
    c.box(0.26, 0.76, 0.77, 0.8, c.tone("#8F5C30"), corner=0.006)
    c.box(0.18, 0.55, 0.82, 0.64, c.tone("#C68E55"), corner=0.016)
    c.box(0.18, 0.55, 0.82, 0.585, c.tone("#DDAA70"), corner=0.014)
    for n in range(4):
        c.line(
            [(0.22, 0.56 + 0.008 * n), (0.78, 0.561 + 0.008 * n)],
            c.tone("#B47C45", alpha=120),
            0.003,
        )


def _box(c: Canvas) -> None:
    shadow(c, 0.5, 0.9, 0.28)
    c.box(0.27, 0.56, 0.73, 0.88, c.tone("#B98050"), corner=0.008)
    c.shape(path("0.25,0.56 0.75,0.56 0.7,0.47 0.3,0.47"), c.tone("#D9A468"))
    c.box(0.25, 0.545, 0.75, 0.585, c.tone("#C68E55"), corner=0.006)
    for n in range(4):
        y = 0.61 + 0.065 * n
        for x in (0.27, 0.69):
            c.shape(
                [(x, y), (x + 0.04, y + 0.008), (x + 0.04, y + 0.03), (x, y + 0.038)],
                c.tone("#8F5C30"),
            )
    c.disc(0.5, 0.66, 0.022, c.tone("#8F6632"))


def _comb(c: Canvas) -> None:
    shadow(c, 0.5, 0.86, 0.3)
    for n in range(21):
        x = 0.235 + 0.0265 * n
        c.box(
            x - 0.006,
            0.62,
            x + 0.006,
            0.82 - 0.03 * abs(n - 10) / 10,
            c.tone("#A9713F"),
            corner=0.005,
        )
    c.blob(
        path("0.2,0.66 0.22,0.56 0.36,0.5 0.5,0.485 0.64,0.5 0.78,0.56 0.8,0.66 0.5,0.645"),
        c.tone("#C68E55"),
    )
    flower(c, 0.5, 0.57, 0.035, "#8F5C30")


def _tyres(c: Canvas) -> None:
    for x, y in ((0.36, 0.72), (0.64, 0.74)):
        shadow(c, x, 0.94, 0.2)
        c.disc(x, y, 0.2, c.tone("#262425"))
        for n in range(24):
            angle = 2 * pi * n / 24
            ends: list[Point] = [(x + r * cos(angle), y + r * sin(angle)) for r in (0.165, 0.198)]
            c.line(ends, c.tone("#45413F"), 0.01)
        c.disc(x, y, 0.12, c.tone("#8E8B86"))
        c.disc(x, y, 0.1, c.tone("#CFCBC4"))
        for n in range(5):
            angle = 2 * pi * n / 5
            c.disc(x + 0.055 * cos(angle), y + 0.055 * sin(angle), 0.014, c.tone("#6F6B66"))


def _rice_sack(c: Canvas) -> None:
    grain = ("#FBF8F0", "#C9705A", "#FFFDF4")[c.variant % 3]
    shadow(c, 0.44, 0.9, 0.24)
    c.blob(
        path("0.25,0.88 0.22,0.6 0.3,0.42 0.44,0.39 0.58,0.42 0.66,0.6 0.63,0.88 0.44,0.91"),
        c.tone("#D9C49A"),
        c.tone("#B99F6E"),
    )
    c.blob(path("0.36,0.42 0.32,0.31 0.44,0.34 0.56,0.31 0.52,0.42"), c.tone("#D9C49A"))
    c.line(path("0.35,0.42 0.53,0.42"), c.tone("#8C3B22"), 0.018)
    c.disc(0.44, 0.66, 0.09, c.tone("#8C3B22", alpha=200))
    for n in range(3):
        c.curve(
            [(0.44, 0.73), (0.41 + 0.03 * n, 0.66), (0.4 + 0.04 * n, 0.6)], c.tone("#F2DFA6"), 0.01
        )
    c.disc(0.8, 0.9, 0.11, c.tone("#6B4A30"), flat=0.5)
    c.disc(0.8, 0.875, 0.1, c.tone(grain), flat=0.42)
    for n in range(12):
        c.disc(
            0.8 + 0.06 * cos(2.1 * n),
            0.87 + 0.022 * sin(2.1 * n),
            0.008,
            c.tone(grain, "near", 0.2),
            flat=0.6,
        )


GOODS: Final[dict[str, Callable[[Canvas], None]]] = {
    "bottle": _bottle, "caddy": _caddy, "backpack": backpack, "scarf": scarf, "tablecloth": tablecloth, "bangle": bangle,
    "earrings": earrings, "ring": ring, "jar": _jar, "comb_honey": _comb_honey, "stool": _stool, "box": _box, "comb": _comb,
    "tyres": _tyres, "rice_sack": _rice_sack,
}  # fmt: skip
_USUAL: Final = ("jar", "bottle", "caddy", "stool", "scarf", "bangle")
"""What stands there where nobody asks for anything, by variant."""
