"""Scenes of what is made and kept: cloth, silver, a pet in the window."""

from math import cos, pi, sin

import numpy as np

from lodestone.town.scenes.drawing import Canvas, mountains, path, ridge
from lodestone.town.scenes.surfaces import Rgb

_INDIGO = "#22406E"


def embroidery(c: Canvas) -> None:
    """Draw a hoop with a flowering pattern half done, silk beside it."""
    ground = ("#8C2F39", "#1F3B4D", "#5B2A4E", "#23443A", "#7A3B1E", "#2A2F5B")[c.variant]
    c.shape(path("0,0 1,0 1,1 0,1"), c.tone(ground, "light", 0.1), c.tone(ground, "#000000", 0.12))
    silks = ("#F2C14E", "#E4715F", "#F7F2E4", "#6FB7A8", "#D98BB0")
    for y in (0.055, 0.945):
        for n in range(15):
            x = n / 14
            c.shape(
                [(x - 0.03, y), (x, y - 0.04), (x + 0.03, y), (x, y + 0.04)], c.tone(silks[n % 3])
            )
            c.disc(x, y, 0.008, c.tone(ground))
    x, y, size = 0.44, 0.5, 0.29
    with c.part("hoop"):
        c.disc(x + 0.01, y + 0.026, size, c.tone("#000000", alpha=80))
        c.disc(x, y, size, c.tone("#B98050"))
        c.disc(x, y, size * 0.94, c.tone("#D9A468"))
        c.disc(
            x,
            y,
            size * 0.89,
            c.tone(("#F6EBD6", "#20304A", "#F2E2DA", "#F3EDDC", "#2B2433", "#EFE7E0")[c.variant]),
        )
        c.box(
            x - 0.022,
            y - size * 4 / 3 - 0.035,
            x + 0.022,
            y - size * 4 / 3 + 0.02,
            c.tone("#C9CDD2"),
            corner=0.006,
        )
    petals = 6 + c.variant % 3
    bright = [("#E4715F", "#F2C14E", "#6FB7A8", "#D98BB0")[(c.variant + k) % 4] for k in range(4)]
    with c.part("flower"):
        for ring, (far, wide) in enumerate(((0.165, 0.043), (0.085, 0.04))):
            for n in range(petals):
                a = 2 * pi * (n + 0.5 * ring) / petals
                px, py = x + far * cos(a), y + far * sin(a) * 4 / 3
                c.disc(px, py, wide, c.tone(bright[(ring + n % 2) % 4]))
                c.disc(px, py, wide * 0.6, c.tone(bright[(ring + 2) % 4], "light", 0.35))
                with c.moving("glint", share=0.2, seconds=3.0, late=0.3 * n):
                    for k in (-0.5, 0.0, 0.5):
                        b = a + k * 0.5
                        ends = [
                            (x + r * cos(b), y + r * sin(b) * 4 / 3)
                            for r in (far - wide * 0.5, far + wide * 0.7)
                        ]
                        c.line(ends, c.tone("light", alpha=110), 0.0025)
            for n in range(petals):
                a = 2 * pi * (n + 0.5 * (1 - ring)) / petals
                far_leaf = 0.215 if ring == 0 else 0.128
                c.disc(
                    x + far_leaf * cos(a), y + far_leaf * sin(a) * 4 / 3, 0.017, c.tone("#6FA05A")
                )
        c.disc(x, y, 0.036, c.tone("#F2C14E"))
        c.disc(x, y, 0.014, c.tone("#C9573C"))
    with c.part("silk"):
        _skeins(c, silks)
    with c.moving("drift", by=(-0.05, 0.075), seconds=2.2):
        c.line([(x + 0.12, y - 0.18), (x + 0.26, y - 0.34)], c.tone("#E6EAF0"), 0.006)
        thread = [(x + 0.26, y - 0.34), (x + 0.3, y - 0.2), (0.72, 0.5), (0.79, 0.38)]
        c.curve(thread, c.tone(silks[c.variant % 5]), 0.004)


def _skeins(c: Canvas, silks: tuple[str, ...]) -> None:
    """Draw skeins of silk beside the hoop."""
    for n in range(4):
        top, silk = 0.2 + 0.17 * n, c.tone(silks[(n + c.variant) % 5])
        for k in range(5):
            c.curve(
                [(0.79, top + 0.022 * k), (0.87, top - 0.012 + 0.022 * k), (0.96, top + 0.022 * k)],
                silk if k % 2 else c.tone(silks[(n + c.variant) % 5], "#000000", 0.15),
                0.011,
            )
        c.box(0.855, top - 0.022, 0.885, top + 0.105, c.tone("#F7F2E4"), corner=0.004)


def batik(c: Canvas) -> None:
    """Draw lengths of indigo cloth drying on poles in a yard under the hills."""
    mountains(c, 0.46)
    ridge(c, 0.62, 0.08, c.tone("middle"), c.tone("leaf"))
    c.shape(path("0,0.7 1,0.7 1,1 0,1"), c.tone("leaf", "light", 0.35), c.tone("leaf", "near", 0.1))
    for x in (0.03, 0.5, 0.97):
        c.box(x - 0.009, 0.1, x + 0.009, 0.93, c.tone("wood"), corner=0.004)
    c.box(0, 0.13, 1, 0.15, c.tone("wood", "near", 0.2), corner=0.004)
    with c.part("cloth"):
        for n in range(4):
            left = 0.055 + 0.235 * n + (0.015 if n > 1 else 0)
            right, foot = left + 0.19, 0.78 + c.between(-0.06, 0.08)
            deep = c.tone(_INDIGO, ("#3D6FB0", "#132544", "#5A8CC4")[(n + c.variant) % 3], 0.45)
            sway = c.between(-0.02, 0.02)
            about = ((left + right) / 2, 0.14)
            with c.moving("sway", about=about, share=1.8, seconds=4.0 + 0.3 * n, late=0.5 * n):
                _cloth(c, (left, right, foot, sway), deep, (n + c.variant) % 3)
    x = c.between(0.14, 0.8)
    with c.part("vat"):
        c.disc(x, 0.96, 0.11, c.tone("near", alpha=90), flat=0.25)
        c.shape(
            [(x + a, b) for a, b in path("-0.095,0.82 0.095,0.82 0.075,0.97 -0.075,0.97")],
            c.tone("wood"),
            c.tone("wood", "near", 0.4),
        )
        c.disc(x, 0.82, 0.095, c.tone("wood", "near", 0.5), flat=0.3)
        c.disc(x, 0.823, 0.082, c.tone("#1B335C"), flat=0.27)


def _cloth(c: Canvas, hangs: tuple[float, float, float, float], deep: Rgb, kind: int) -> None:
    """Draw one length of cloth; `hangs` is its left, its right, its foot and how far that leans."""
    left, right, foot, sway = hangs
    c.shape(
        [(left, 0.135), (right, 0.135), (right + sway, foot), (left + sway, foot)],
        deep,
        c.tone(_INDIGO, "#0E1B36", 0.3),
    )
    white = c.tone("#F1F4F6")
    x = (left + right) / 2
    for y in (0.2, foot - 0.07):
        c.line([(left + 0.008, y), (right - 0.008, y)], white, 0.004)
        for k in range(5):
            c.disc(left + 0.025 + 0.035 * k, y + 0.028, 0.008, white)
    for row in range(2):
        y = 0.355 + 0.2 * row
        if kind == 0:
            _flower(c, x, y, white, deep, 8)
        elif kind == 1:
            _spiral(c, x, y, white, turn=1 if row else -1)
        else:
            _bird(c, x, y, white, deep, turn=1 if row else -1)
    for k in range(3):
        fold = left + 0.04 + 0.055 * k
        c.line([(fold, 0.14), (fold + sway, foot)], c.tone("#FFFFFF", alpha=22), 0.012)


def _flower(c: Canvas, x: float, y: float, white: Rgb, deep: Rgb, petals: int) -> None:
    for n in range(petals):
        a = 2 * pi * n / petals
        c.disc(x + 0.045 * cos(a), y + 0.06 * sin(a), 0.018, white)
        c.disc(x + 0.045 * cos(a), y + 0.06 * sin(a), 0.008, deep)
    c.ring(x, y, 0.021, white, 0.005)
    c.disc(x, y, 0.009, white)


def _spiral(c: Canvas, x: float, y: float, white: Rgb, *, turn: int) -> None:
    for side in (-1, 1):
        a = np.linspace(0, 3.6 * pi, 40)
        far = 0.004 + 0.0034 * a
        xs, ys = x + side * 0.04 + turn * side * far * np.cos(a), y + far * np.sin(a) * 4 / 3
        c.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), white, 0.005)


def _bird(c: Canvas, x: float, y: float, white: Rgb, deep: Rgb, *, turn: int) -> None:
    def at(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + turn * a, y + b) for a, b in points]

    c.blob(
        at(path("0.05,-0.055 0.032,-0.012 0.012,0.045 -0.035,0.035 -0.02,-0.01 0.022,-0.07")), white
    )
    c.shape(at(path("-0.02,0.0 -0.075,-0.055 -0.06,0.0 -0.075,0.045 -0.03,0.035")), white)
    c.shape(at(path("0.045,-0.06 0.072,-0.048 0.045,-0.04")), white)
    c.disc(x + turn * 0.034, y - 0.045, 0.005, deep)
    c.curve(at(path("-0.015,0.012 0.002,0.026 0.018,0.01")), deep, 0.004)


def silver(c: Canvas) -> None:
    """Draw a silver crown with wide horns and its hanging bells, in lamplight."""
    back = ("#3A2233", "#1E2A3F", "#3B2A1F", "#1F332F", "#2A2440", "#402024")[c.variant]
    c.shape(path("0,0 1,0 1,1 0,1"), c.tone(back, "#000000", 0.2), c.tone(back, "light", 0.12))
    with c.moving("glint", share=0.75, seconds=3.4):
        c.glow(0.5, 0.5, 0.6, c.tone("accent"), 0.5)
    c.shape(
        path("0,0.86 1,0.86 1,1 0,1"), c.tone("wood", "accent", 0.15), c.tone("wood", "near", 0.3)
    )
    dim, mid, bright = c.tone("#9AA3B2"), c.tone("#C9D0DA"), c.tone("#F6F8FB")
    with c.part("horns"):
        _horns(c, dim, mid, bright)
    with c.part("crown"):
        _cap(c, dim, mid, bright)
    with c.part("bangles"):
        for k in range(2 + c.variant % 3):
            x = 0.12 + 0.76 * (k / (1 + c.variant % 3))
            c.ring(x, 0.925, 0.048, dim, 0.012, flat=0.42)
            c.ring(x, 0.921, 0.048, bright, 0.004, flat=0.42)


def _horns(c: Canvas, dim: Rgb, mid: Rgb, bright: Rgb) -> None:
    """Draw the wide horns of the crown."""
    spread, lift = 0.3 + 0.015 * (c.variant % 3), 0.13 + 0.02 * (c.variant % 2)
    for side in (-1, 1):
        outer = [
            (0.5 + side * a, b)
            for a, b in ((0.05, 0.56), (0.17, 0.52), (spread - 0.03, 0.36), (spread, lift))
        ]
        inner = [
            (0.5 + side * a, b)
            for a, b in (
                (spread - 0.015, lift + 0.02),
                (spread - 0.075, 0.33),
                (0.13, 0.44),
                (0.03, 0.46),
            )
        ]
        c.blob(outer + inner, mid, dim)
        c.curve(
            [
                (0.5 + side * a, b)
                for a, b in (
                    (0.07, 0.515),
                    (0.16, 0.48),
                    (spread - 0.05, 0.34),
                    (spread - 0.008, lift + 0.03),
                )
            ],
            bright,
            0.005,
        )
        for k in range(5):
            a = 0.09 + 0.042 * k
            c.disc(0.5 + side * a, 0.5 - 0.00012 * k - 0.9 * a * a, 0.009, dim)
            with c.moving("glint", share=0.0, seconds=2.0, late=0.35 * k):
                c.disc(0.5 + side * a - 0.002, 0.497 - 0.9 * a * a, 0.004, bright)
        with c.moving("beat", by=(1.4, 1.4), about=(0.5 + side * spread, lift), seconds=2.4):
            c.disc(0.5 + side * spread, lift, 0.014, bright)


def _cap(c: Canvas, dim: Rgb, mid: Rgb, bright: Rgb) -> None:
    """Draw the cap with its bells and flowers."""
    c.blob(
        path("0.29,0.74 0.3,0.62 0.38,0.53 0.5,0.5 0.62,0.53 0.7,0.62 0.71,0.74 0.5,0.71"), mid, dim
    )
    with c.part("bells"):
        for n in range(9):
            x = 0.32 + 0.045 * n
            y = 0.735 - 0.022 * (1 - ((n - 4) / 4) ** 2)
            with c.moving("sway", about=(x, y), share=9.0, seconds=1.8, late=0.12 * n):
                c.line([(x, y), (x, y + 0.055)], dim, 0.003)
                c.disc(x, y + 0.065, 0.012, bright, flat=1.2)
    for n in range(7):
        a = pi * (1.12 + 0.76 * n / 6)
        _rosette(c, 0.5 + 0.165 * cos(a), 0.72 + 0.19 * sin(a), 0.026, dim, bright)
    _rosette(c, 0.5, 0.44, 0.042, dim, bright)
    for n in range(5):
        a = pi * (1.18 + 0.64 * n / 4)
        far = 0.12 + 0.012 * (n % 2)
        end = (0.5 + far * cos(a), 0.44 + far * sin(a) * 4 / 3)
        with c.moving("sway", about=(0.5, 0.44), share=2.5, seconds=2.2, late=0.2 * n):
            c.line([(0.5, 0.44), end], dim, 0.003)
            _rosette(c, *end, 0.018, mid, bright)


def _rosette(c: Canvas, x: float, y: float, size: float, dim: Rgb, bright: Rgb) -> None:
    for n in range(8):
        a = pi * n / 4
        c.disc(x + size * 0.7 * cos(a), y + size * 0.93 * sin(a), size * 0.36, bright)
    c.disc(x, y, size * 0.55, dim)
    c.disc(x - size * 0.08, y - size * 0.1, size * 0.3, bright)
