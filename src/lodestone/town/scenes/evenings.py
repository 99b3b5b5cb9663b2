"""Scenes of song, dance and lessons, most of them after dark."""

from math import cos, pi, sin

from lodestone.town.scenes.drawing import (
    Canvas,
    figure,
    house,
    mountains,
    path,
    ridge,
    stars,
    sun,
)
from lodestone.town.scenes.effects import smoke
from lodestone.town.scenes.surfaces import Rgb


def pipes(c: Canvas) -> None:
    """Draw players of reed pipes dancing in a ring about a fire."""
    stars(c, 0.4)
    ridge(c, 0.6, 0.3, c.tone("far"), c.tone("far", "horizon", 0.5))
    for n in range(6):
        house(c, -0.05 + 0.19 * n + c.between(-0.02, 0.02), 0.64 + 0.01 * (n % 2), 0.15, lit=True)
    c.shape(path("0,0.66 1,0.66 1,1 0,1"), c.tone("middle", "wood", 0.4), c.tone("near"))
    with c.moving("glint", share=0.7, seconds=1.4):
        c.glow(0.5, 0.74, 0.55, c.tone("accent"), 0.65)
    with c.part("fire"):
        for k in range(5):
            c.shape(
                [(0.45 + 0.02 * k, 0.78), (0.47 + 0.02 * k, 0.78), (0.53 - 0.015 * k, 0.71)],
                c.tone("wood", "near", 0.3),
            )
        for size, paint in ((1.0, "#F2713B"), (0.68, "#FFB23F"), (0.36, "#FFE79A")):
            lean = c.between(-0.02, 0.02)
            flame = [
                (0.5 - 0.055 * size, 0.76), (0.5 - 0.035 * size, 0.76 - 0.09 * size),
                (0.5 + lean, 0.76 - 0.2 * size), (0.5 + 0.035 * size, 0.76 - 0.08 * size),
                (0.5 + 0.055 * size, 0.76), (0.5, 0.775),
            ]  # fmt: skip
            with c.moving("beat", by=(0.9, 1.22), about=(0.5, 0.77), seconds=0.7 + 0.2 * size):
                c.blob(flame, c.tone(paint))
    count = 6 + 2 * (c.variant % 2)  # even, so that nobody hides the fire
    ring = [pi * (0.1 + 0.8 * k / (count - 1)) for k in range(count)]
    for k, angle in enumerate(ring):
        x, ground = 0.5 - 0.4 * cos(angle), 0.8 + 0.12 * sin(angle)
        size = 0.15 + 0.03 * sin(angle)
        c.disc(x, ground, size * 0.34, c.tone("near", alpha=130), flat=0.25)
        with c.moving("sway", about=(x, ground), share=6.0, seconds=1.8, late=0.9 * (k % 2)):
            with c.part("players"):
                figure(c, x, ground, size, c.tone(("cloth", "accent")[k % 2], "near", 0.25))
            with c.part("reed_pipes"):
                _pipe(c, x, ground, size)
    for n in range(22):
        x, y = 0.5 + c.between(-0.12, 0.12), c.between(0.2, 0.66)
        with c.moving("rise", by=(0.04 * (x - 0.5), -0.16), seconds=2.6, late=0.3 * (n % 8)):
            c.disc(x, y, c.between(0.001, 0.003), c.tone("accent", alpha=210))


def _pipe(c: Canvas, x: float, ground: float, size: float) -> None:
    """Draw the reed pipe that a player holds towards the fire."""
    lean = -0.03 if x > 0.5 else 0.03
    for pipe, tall in enumerate((0.3, 0.36, 0.42, 0.34)):
        foot = (x + lean * 0.5 + 0.006 * (pipe - 1.5), ground - size * 0.62)
        end = (foot[0] + lean + 0.014 * (pipe - 1.5), foot[1] - size * tall * 5.2)
        c.line([foot, end], c.tone("#D9B36A"), 0.0055)
    left, top = x + lean * 0.5 - 0.02, ground - size * 0.78
    c.box(left, top, left + 0.04, ground - size * 0.66, c.tone("#A9743B"), corner=0.006)


def drum_tower(c: Canvas) -> None:
    """Draw a drum tower of many eaves, singers in a row before it."""
    sun(c, c.between(0.12, 0.26), 0.18, 0.04)
    mountains(c, 0.56)
    ridge(c, 0.7, 0.1, c.tone("middle"), c.tone("middle", "leaf", 0.5))
    for n in range(6):
        left = -0.04 + 0.185 * n + c.between(-0.02, 0.02)
        house(c, left, 0.74, 0.13)
        if n == (1, 4)[c.variant % 2]:
            smoke(c, left + 0.08, 0.6, 0.075)
    c.shape(
        path("0,0.74 1,0.74 1,1 0,1"),
        c.tone("horizon", "wood", 0.35),
        c.tone("wood", "light", 0.15),
    )
    x, floors = 0.5 + c.between(-0.16, 0.16), 7 + c.variant % 3
    dark = c.tone("near", "wood", 0.25)
    with c.part("tower"):
        for side in (-0.1, -0.035, 0.035, 0.1):
            c.box(x + side - 0.009, 0.58, x + side + 0.009, 0.78, c.tone("wood"))
        for k in range(floors):
            y, wide = 0.62 - 0.058 * k, 0.17 - 0.0155 * k
            c.box(x - wide * 0.62, y - 0.05, x + wide * 0.62, y, c.tone("wood", "light", 0.12))
            c.shape(
                [
                    (x - wide - 0.016, y - 0.016),
                    (x - wide * 0.68, y - 0.045),
                    (x + wide * 0.68, y - 0.045),
                    (x + wide + 0.016, y - 0.016),
                    (x + wide, y + 0.006),
                    (x - wide, y + 0.006),
                ],
                dark,
            )
            c.line(
                [(x - wide, y + 0.005), (x + wide, y + 0.005)], c.tone("light", alpha=200), 0.004
            )
        top = 0.62 - 0.058 * (floors - 1) - 0.045
        c.shape([(x - 0.04, top), (x + 0.04, top), (x, top - 0.06)], dark)
        c.disc(x, top - 0.06, 0.009, c.tone("accent"))
    with c.part("singers"):
        for n in range(9):
            at = 0.1 + 0.1 * n
            c.disc(at, 0.93, 0.05, c.tone("near", alpha=70), flat=0.2)
            coat = c.tone(("cloth", "near", "accent")[(n + c.variant) % 3], "light", 0.06)
            crown = ((-0.026, 0.716), (-0.032, 0.675), (0, 0.7), (0.032, 0.675), (0.026, 0.716))
            with c.moving("sway", about=(at, 0.93), share=4.0, seconds=2.4, late=0.08 * n):
                figure(c, at, 0.93, 0.16, coat)
                with c.part("crowns"):
                    c.shape([(at + dx, y) for dx, y in crown], c.tone("#E6EAF0"))


def night_market(c: Canvas) -> None:
    """Draw an evening street by the river: lit stalls, lanterns, their light in the water."""
    stars(c, 0.35)
    sun(c, c.between(0.12, 0.85), 0.14, 0.03)
    ridge(c, 0.48, 0.18, c.tone("far"), c.tone("far", "horizon", 0.45))
    for n in range(6):
        house(c, -0.06 + 0.19 * n + c.between(-0.02, 0.02), 0.56, c.between(0.15, 0.18), lit=True)
    c.box(0, 0.56, 1, 0.76, c.tone("middle", "wood", 0.35))
    shift = c.between(-0.1, 0.0)
    with c.part("stalls"):
        for n in range(4):
            _lit_stall(c, shift + 0.3 * n, n)
    with c.part("lanterns"):
        _lanterns(c)


def _lit_stall(c: Canvas, left: float, n: int) -> None:
    """Draw one stall with its keepers, lit from within."""
    paint = c.tone(("#B5443A", "cloth", "#2F7A6B")[(n + c.variant) % 3])
    with c.moving("glint", share=0.65, seconds=2.6, late=0.4 * n):
        c.glow(left + 0.12, 0.62, 0.2, c.tone("accent"), 0.55)
    c.box(left + 0.02, 0.55, left + 0.22, 0.7, c.tone("#F7C876", "accent", 0.3))
    for k in range(3):
        with c.moving("drift", by=(0.012, -0.006), seconds=2.0 + 0.5 * k):
            figure(c, left + 0.06 + 0.06 * k, 0.71, 0.1, c.tone(c.pick("near", "cloth", "wood")))
    c.box(left, 0.655, left + 0.24, 0.73, c.tone("wood", "near", 0.35), corner=0.004)
    c.shape(
        [(left + 0.02, 0.49), (left + 0.22, 0.49), (left + 0.26, 0.565), (left - 0.02, 0.565)],
        paint,
    )
    for k in range(1, 6, 2):
        c.shape(
            [
                (left + 0.02 + 0.0333 * k, 0.49),
                (left + 0.0533 + 0.0333 * k, 0.49),
                (left + 0.0267 + 0.0467 * k, 0.565),
                (left - 0.02 + 0.0467 * k, 0.565),
            ],
            c.tone("light", "wood", 0.2),
        )
    for k in range(3):
        c.glow(left + 0.09 + 0.05 * k, 0.62 - 0.02 * k, 0.03, c.tone("light"), 0.3)


def _lanterns(c: Canvas) -> None:
    """Draw strings of lanterns, people below and the lights in the river."""
    for n in range(12):
        x, sag = 0.03 + 0.085 * n, 0.04 * abs(sin(pi * n / 4 + c.variant))
        with c.moving("sway", about=(x, 0.3 + sag), share=9.0, seconds=2.8, late=0.15 * n):
            with c.moving("glint", share=0.6, seconds=1.9, late=0.2 * (n % 5)):
                c.glow(x, 0.36 + sag, 0.06, c.tone("accent"), 0.75)
            c.disc(x, 0.36 + sag, 0.014, c.tone("#E8573F"), flat=1.25)
            c.disc(x, 0.36 + sag, 0.006, c.tone("light"), flat=1.25)
    for n in range(7):
        x = 0.07 + 0.145 * n + c.between(-0.03, 0.03)
        with c.moving("drift", by=(0.05 if n % 2 else -0.05, 0), seconds=5.0 + 0.5 * n):
            figure(c, x, 0.785, 0.11, c.tone(c.pick("near", "wood", "cloth"), "near", 0.3))
    with c.part("river"):
        c.shape(path("0,0.78 1,0.78 1,1 0,1"), c.tone("water"), c.tone("near"))
    c.box(0, 0.775, 1, 0.79, c.tone("near"))
    for n in range(46):
        x, y = c.between(0, 1), c.between(0.8, 0.98)
        wide, name = c.between(0.015, 0.06), c.pick("accent", "light", "#E8573F")
        with c.moving("glint", share=0.15, seconds=1.6 + 0.4 * (n % 4), late=0.3 * (n % 5)):
            c.box(
                x,
                y,
                x + wide,
                y + 0.005,
                c.tone(name, alpha=round(c.between(40, 150))),
                corner=0.003,
            )


def dance(c: Canvas) -> None:
    """Draw dancers in rows on the square under strings of lights."""
    stars(c, 0.3)
    ridge(c, 0.52, 0.2, c.tone("far"), c.tone("far", "horizon", 0.5))
    for n in range(7):
        x, tall = -0.02 + 0.155 * n, c.between(0.12, 0.3)
        c.box(x, 0.6 - tall, x + 0.12, 0.62, c.tone("middle", "near", 0.2))
        for row in range(int(tall / 0.05)):
            for k in range(3):
                if c.chance.random() < 0.6:
                    c.box(
                        x + 0.02 + 0.033 * k,
                        0.61 - tall + 0.05 * row,
                        x + 0.036 + 0.033 * k,
                        0.635 - tall + 0.05 * row,
                        c.tone("#FFD98A", alpha=220),
                    )
    c.shape(
        path("0,0.6 1,0.6 1,1 0,1"),
        c.tone("middle", "horizon", 0.35),
        c.tone("near", "middle", 0.4),
    )
    c.glow(0.5, 0.74, 0.6, c.tone("accent"), 0.4)
    with c.part("lights"):
        for start in (0.0, 0.5):
            for n in range(11):
                x = start + 0.05 * n
                y = 0.2 + 0.12 * sin(pi * n / 10)
                with c.moving("glint", share=0.25, seconds=1.6, late=0.8 * (n % 2)):
                    c.glow(x, y, 0.035, c.tone("accent"), 0.8)
                c.disc(x, y, 0.007, c.tone("light"))
    pose = ("up", "out", "up", "out", "up", "out")[c.variant]
    with c.part("dancers"):
        for row, (y, size, count) in enumerate(
            ((0.74, 0.115, 7), (0.84, 0.145, 6), (0.97, 0.185, 5))
        ):
            for n in range(count):
                x = (n + 0.5) / count + 0.02 * (row % 2)
                c.disc(x, y, size * 0.36, c.tone("near", alpha=120), flat=0.22)
                name = ("accent", "cloth", "light", "#C8506A")[(row + n * (1 + c.variant % 2)) % 4]
                with c.moving("sway", about=(x, y), share=7.0, seconds=1.6, late=0.4 * (row % 2)):
                    figure(c, x, y, size, c.tone(name, "near", 0.12), arms=pose)


def classroom(c: Canvas) -> None:
    """Draw a village classroom: a board with a drawing, the hills in the window, pupils at desks."""
    c.shape(
        path("0,0 1,0 1,0.8 0,0.8"),
        c.tone("#F4E8CF", "light", 0.3),
        c.tone("#E8D5B0", "light", 0.2),
    )
    c.shape(
        path("0,0.78 1,0.78 1,1 0,1"), c.tone("wood", "light", 0.3), c.tone("wood", "light", 0.1)
    )
    _window(c, 0.66 if c.variant % 2 else 0.06)
    with c.part("board"):
        _board(c, 0.08 if c.variant % 2 else 0.42)
    x = 0.5 + (0.13 if c.variant % 2 else -0.13)
    with c.part("teacher"), c.moving("sway", about=(x, 0.8), share=3.0, seconds=3.2):
        figure(c, x, 0.8, 0.27, c.tone("cloth"), arms="out")
    with c.part("pupils"):
        for row, (y, count, size) in enumerate(((0.82, 5, 0.13), (0.97, 4, 0.165))):
            for n in range(count):
                x, paints = (n + 0.5) / count + 0.015 * row, ("accent", "#E9B44C", "leaf", "cloth")
                paint = c.tone(paints[(n + row + c.variant) % 4])
                _pupil(c, x, y, size, paint, asks=(n + c.variant + row) % 2 == 1)


def _pupil(c: Canvas, x: float, y: float, size: float, paint: Rgb, *, asks: bool) -> None:
    """Draw a child at a desk, seen from behind."""
    back = [(-0.3, 0.02), (-0.26, -0.5 * size), (0.26, -0.5 * size), (0.3, 0.02)]
    c.blob([(x + a * size, y + b) for a, b in back], paint)
    if asks:
        shoulder = (x + size * 0.22, y - size * 0.4)
        with c.moving("sway", about=shoulder, share=9.0, seconds=1.1 + 0.5 * (x % 0.4)):
            c.line([shoulder, (x + size * 0.34, y - size * 1.25)], paint, size * 0.12)
            c.disc(x + size * 0.345, y - size * 1.28, size * 0.07, c.tone("#D9A47C"))
    with c.moving("drift", by=(0.004, 0.003), seconds=2.0 + 2 * (x % 0.6)):
        c.disc(x, y - size * 0.8, size * 0.24, c.tone("#2B2526"))
    c.box(x - size * 0.62, y, x + size * 0.62, y + 0.03, c.tone("wood", "near", 0.2), corner=0.004)


def _window(c: Canvas, side: float) -> None:
    """Draw a window onto the hills; `side` is its left edge."""
    c.box(side - 0.012, 0.1, side + 0.292, 0.496, c.tone("wood"), corner=0.008)
    c.shape(
        [(side, 0.116), (side + 0.28, 0.116), (side + 0.28, 0.48), (side, 0.48)],
        c.tone("sky"),
        c.tone("horizon"),
    )
    for base, paint in ((0.36, c.tone("far")), (0.42, c.tone("middle"))):
        peak = side + c.between(0.06, 0.22)
        c.shape(
            [
                (side, base),
                (peak, base - 0.11),
                (side + 0.28, base - 0.02),
                (side + 0.28, 0.48),
                (side, 0.48),
            ],
            paint,
        )
    c.box(side + 0.135, 0.11, side + 0.145, 0.49, c.tone("wood"))


def _board(c: Canvas, board: float) -> None:
    """Draw a blackboard with mountains in chalk; `board` is its left edge."""
    c.box(board - 0.014, 0.116, board + 0.514, 0.494, c.tone("wood", "near", 0.3), corner=0.008)
    c.box(board, 0.135, board + 0.5, 0.475, c.tone("#2F5D50"), corner=0.004)
    chalk = c.tone("#F4F1E6", alpha=230)
    c.ring(board + 0.41, 0.22, 0.032, chalk, 0.005)
    for k in range(8):
        a = 2 * pi * k / 8
        c.line(
            [
                (board + 0.41 + 0.042 * cos(a), 0.22 + 0.056 * sin(a)),
                (board + 0.41 + 0.056 * cos(a), 0.22 + 0.075 * sin(a)),
            ],
            chalk,
            0.004,
        )
    c.line(
        [
            (board + 0.04, 0.43),
            (board + 0.15, 0.25),
            (board + 0.22, 0.36),
            (board + 0.29, 0.28),
            (board + 0.38, 0.43),
        ],
        chalk,
        0.006,
    )
    c.line([(board + 0.03, 0.43), (board + 0.46, 0.43)], chalk, 0.005)
