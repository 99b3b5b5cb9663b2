"""Scenes outside the houses: mountains, fields, water, roads."""

from math import pi, sin

import numpy as np

from lodestone.town.scenes.drawing import (
    Canvas,
    clouds,
    figure,
    house,
    mountains,
    path,
    ridge,
    sun,
    tree,
)
from lodestone.town.scenes.effects import shimmer, smoke
from lodestone.town.scenes.surfaces import Move, Point, Rgb


def village(c: Canvas) -> None:
    """Draw wooden houses one above the other under mountains."""
    sun(c, c.between(0.2, 0.8), c.between(0.15, 0.24), 0.045)
    mountains(c, 0.58)
    ridge(c, 0.74, 0.2, c.tone("middle"), c.tone("middle", "leaf", 0.4))
    for row, (ground, size, count) in enumerate(
        ((0.7, 0.07, 6), (0.79, 0.085, 6), (0.89, 0.105, 5))
    ):
        for n in range(count):
            x = (n + 0.3 + 0.35 * (row % 2)) / count + c.between(-0.025, 0.025) - size / 2
            if c.chance.random() < 0.85:
                house(c, x, ground + c.between(-0.012, 0.012), size)
                if n == 1 + (row + c.variant) % 3:
                    smoke(c, x + size * 0.6, ground - size * 1.05, size)
            else:
                tree(c, x + size / 2, ground + 0.01, size * 0.75)
        if row < 2:
            ridge(c, ground + 0.075, 0.03, c.tone("middle", "leaf", 0.3 + 0.3 * row))
    ridge(c, 0.99, 0.07, c.tone("near"))
    tree(c, c.between(0.04, 0.12), 0.98, 0.13)
    tree(c, c.between(0.86, 0.95), 1.0, 0.16)


def _wave(y: float, size: float, turns: float, phase: float) -> list[Point]:
    xs = np.linspace(-0.02, 1.02, 60)
    ys = y + size * np.sin(xs * pi * turns + phase)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def terraces(c: Canvas) -> None:
    """Draw fields in steps down a slope, some of them holding the sky."""
    sun(c, c.between(0.6, 0.85), 0.16, 0.042)
    mountains(c, 0.46)
    phase, steps = c.between(0, 2 * pi), 10
    wet = c.variant % 2
    for n in range(steps):
        depth = n / steps
        y = 0.42 + 0.62 * depth**1.25
        line = _wave(y, 0.016 + 0.03 * depth, 2.1 - 0.08 * n, phase + n * 0.5)
        bank = _wave(
            y + 0.012 + 0.016 * depth, 0.016 + 0.03 * depth, 2.1 - 0.08 * n, phase + n * 0.5
        )
        name, colour, below = _field(c, depth, wet=n % 2 == wet)
        with c.part(name):
            c.shape([*line, (1.02, 1.1), (-0.02, 1.1)], colour, below)
        with c.part("fields"):
            c.shape([*line, *reversed(bank)], c.tone("leaf", "near", 0.35 + 0.25 * depth))
        for k in range(3 if name == "water" and n > 1 else 0):
            at = (0.13 + 0.31 * k + 0.17 * n) % 0.85
            shimmer(c, at, line[round(at * 59)][1] + 0.022 + 0.022 * depth, 0.07 + 0.05 * depth, k)
    for n in range(2 + c.variant % 3 if c.wants("farmers") else 0):
        x, y = c.between(0.15, 0.85), 0.62 + 0.11 * n
        with (
            c.part("farmers"),
            c.moving("sway", about=(x, y), share=5.0, seconds=3.0 + 0.4 * n),
        ):
            figure(c, x, y, 0.035 + 0.018 * n, c.tone(c.pick("accent", "cloth")), hat=True)
    house(c, c.between(0.1, 0.3), 0.46, 0.08)
    tree(c, c.between(0.36, 0.44), 0.47, 0.06)


def _field(c: Canvas, depth: float, *, wet: bool) -> tuple[str, Rgb, Rgb]:
    """Return what a field holds and its colours above and below: by turns water and rice where nobody asks for more."""
    rice = c.tone("leaf", "light", 0.28 - 0.2 * depth), c.tone("leaf", "near", 0.15)
    ripe = c.tone("#F2C24B", "light", 0.3 - 0.2 * depth), c.tone("#C98F2A", "leaf", 0.2)
    stubble = c.tone("#C9A877", "light", 0.3 - 0.2 * depth), c.tone("#94724A", "near", 0.15)
    if c.wants("water", usual=wet):
        return "water", c.tone("water"), c.tone("water", "sky", 0.55)
    if c.wants("ripe", usual=False):
        return "ripe", *ripe
    return ("stubble", *stubble) if c.wants("stubble", usual=False) else ("rice", *rice)


def tea(c: Canvas) -> None:
    """Draw rows of clipped tea over rounded hills, with pickers between them and mist above."""
    mountains(c, 0.46)
    for n in range(3):
        y, x = c.between(0.3, 0.44), c.between(-0.2, 0.6)
        with c.moving("drift", by=(0.12 if n % 2 else -0.12, 0), seconds=8.0 + n):
            c.box(x, y, x + c.between(0.35, 0.6), y + 0.022, c.tone("light", alpha=90), corner=0.02)
    tilt = c.between(0.05, 0.12) * (1 if c.variant % 2 else -1)
    rows = 8
    for n in range(rows):
        depth = n / (rows - 1)
        base, thick = 0.46 + 0.56 * depth**1.35, 0.035 + 0.085 * depth
        xs = np.linspace(-0.05, 1.05, 120)
        slope = tilt * (xs - 0.5) * (1 - depth * 0.5) + 0.022 * np.sin(xs * pi * 1.6 + n * 0.3)
        bumps = np.abs(np.sin(xs * pi * (15 - 7 * depth) + n * 1.3))
        top = base + slope - (0.01 + 0.022 * depth) * bumps
        line = list(zip(xs.tolist(), top.tolist(), strict=True))
        lit = list(
            zip(xs[::-1].tolist(), (base + slope + thick * 0.12)[::-1].tolist(), strict=True)
        )
        earth = c.tone("leaf", "near", 0.72)
        foot = list(zip(xs[::-1].tolist(), (base + slope + thick)[::-1].tolist(), strict=True))
        with c.part("tea_rows"):
            c.shape([*line, (1.05, 1.2), (-0.05, 1.2)], c.tone("leaf", "near", 0.05), earth)
            c.shape(
                [*line, *foot],
                c.tone("leaf", "light", 0.2 - 0.12 * depth),
                c.tone("leaf", "near", 0.3),
            )
            c.shape([*line, *lit], c.tone("leaf", "light", 0.42 - 0.2 * depth))
        if n in (2, 4, 6) and (n // 2 + c.variant) % 3 and c.wants("pickers"):
            x = c.between(0.15, 0.85)
            y = base + tilt * (x - 0.5) * (1 - depth * 0.5) + thick * 1.5
            coat = c.tone(c.pick("accent", "cloth", "light"))
            with (
                c.part("pickers"),
                c.moving("sway", about=(x, y), share=4.0, seconds=2.6 + 0.3 * n),
            ):
                figure(c, x, y, 0.07 + 0.09 * depth, coat, hat=True)


def rapeseed(c: Canvas) -> None:
    """Draw a plain of rapeseed in bloom up to the hills, a path leading through."""
    sun(c, c.between(0.25, 0.75), 0.15, 0.045)
    clouds(c, 2)
    mountains(c, 0.48)
    ridge(c, 0.53, 0.06, c.tone("leaf", "near", 0.25))
    for n in range(3):
        house(c, 0.12 + 0.3 * n + c.between(-0.06, 0.06), 0.545, 0.07)
        tree(c, 0.04 + 0.32 * n, 0.55, 0.06)
    crop, grain = _crop(c)
    with c.part(crop):
        c.shape(path("0,0.54 1,0.54 1,1 0,1"), c.tone(grain[0]), c.tone(grain[1]))
    vanish = c.between(0.35, 0.65)
    for n in range(9):
        foot = -0.9 + 0.35 * n
        c.shape(
            [(vanish - 0.004, 0.545), (vanish + 0.004, 0.545), (foot + 0.1, 1), (foot, 1)],
            c.tone("leaf", alpha=150),
        )
    for row in range(8):
        with (
            c.part(crop),
            c.moving("drift", by=(0.003 + 0.002 * row, 0), seconds=3.2, late=0.25 * row),
        ):
            for n in range(65 * row, 65 * row + 65):
                depth = (n / 520) ** 0.8
                colour = c.tone(grain[2], grain[3], float(c.chance.random()))
                at, size = c.between(0, 1), 0.003 + 0.009 * depth
                c.disc(at, 0.56 + 0.46 * depth, size, colour, flat=0.8)
    with c.part("path"):
        c.shape(
            [(vanish - 0.004, 0.545), (vanish + 0.006, 0.545), (0.62, 1.0), (0.4, 1.0)],
            c.tone("#EBD9B0"),
            c.tone("#C9A877"),
        )
    x = vanish * 0.4 + 0.31
    with c.part("walkers"):
        with c.moving("sway", about=(x, 0.8), share=4.0, seconds=1.6):
            figure(c, x, 0.8, 0.085, c.tone("accent"))
        if c.variant % 2:
            with c.moving("sway", about=(x + 0.06, 0.82), share=5.0, seconds=1.3):
                figure(c, x + 0.06, 0.82, 0.06, c.tone("cloth"))


def _crop(c: Canvas) -> tuple[str, tuple[str, str, str, str]]:
    """Return what grows on the plain and its colours: above, below, and two that it is strewn with."""
    if c.wants("seedlings", usual=False):
        return "seedlings", ("#8FB36A", "#4F7F46", "#A9C77F", "#5F9150")
    if c.wants("straw", usual=False):
        return "straw", ("#D9C08E", "#A98A57", "#E7D5A8", "#B99A63")
    return "blossom", ("#F5D565", "#D9A42B", "#FFE678", "#E2AC2E")


def hives(c: Canvas) -> None:
    """Draw bee hives on a flowering slope."""
    sun(c, c.between(0.15, 0.4), 0.17, 0.045)
    mountains(c, 0.5)
    ridge(c, 0.62, 0.1, c.tone("leaf", "near", 0.15), c.tone("leaf"))
    tree(c, 0.88, 0.66, 0.2)
    tree(c, 0.05, 0.6, 0.13)
    c.shape(
        path("0,0.68 1,0.64 1,1 0,1"), c.tone("leaf", "light", 0.2), c.tone("leaf", "near", 0.3)
    )
    for n in range(3 + c.variant % 2):
        with c.part("hives"):
            _hive(c, n)
    if c.wants("flowers"):
        with c.part("flowers"):
            _meadow(c)
    if c.wants("bees"):
        with c.part("bees"):
            for n in range(7 + c.variant):
                _bee(c, c.between(0.15, 0.85), c.between(0.36, 0.66), n)


def _hive(c: Canvas, n: int) -> None:
    """Draw one of the hives, counted from the left."""
    x, ground, size = 0.12 + 0.2 * n, 0.8 + 0.05 * (n % 2), 0.13
    body = c.tone(("#E9B44C", "#F1E3C4", "#8FB3C4", "#D98B5F")[(n + c.variant) % 4])
    c.disc(x + size / 2, ground + 0.015, size * 0.62, c.tone("near", alpha=90), flat=0.2)
    c.box(x, ground - 0.17, x + size, ground, body, corner=0.006)
    c.box(x, ground - 0.085, x + size, ground - 0.08, c.tone("near", alpha=90))
    c.box(x + 0.035, ground - 0.03, x + size - 0.035, ground - 0.018, c.tone("near"), corner=0.004)
    c.box(x - 0.012, ground - 0.2, x + size + 0.012, ground - 0.165, c.tone("wood"), corner=0.006)


def _meadow(c: Canvas) -> None:
    """Strew flowers over the grass before the hives."""
    for n in range(90):
        x, y = c.between(0, 1), c.between(0.72, 1)
        if not (0.1 < x < 0.85 and y < 0.86):
            size = 0.006 + 0.02 * (y - 0.7)
            with c.moving("drift", by=(0.008, 0), seconds=2.4, late=0.2 * (n % 6)):
                c.disc(x, y, size, c.tone(c.pick("#F7D354", "light", "accent")))
                c.disc(x, y, size * 0.4, c.tone("#B5742A"))


def _bee(c: Canvas, x: float, y: float, n: int) -> None:
    """Draw a bee on its way to a flower and back, its wings whirring."""
    away = (0.09 * (1 if n % 2 else -1), 0.05 * sin(2.0 * n))
    with (
        c.moving("drift", by=away, seconds=2.2 + 0.35 * n),
        c.moving("drift", by=(0, 0.02), seconds=0.7),
    ):
        with c.moving("beat", by=(1, 0.4), about=(x, y - 0.014), seconds=0.16):
            c.disc(x - 0.007, y - 0.014, 0.009, c.tone("light", alpha=210), flat=0.65)
            c.disc(x + 0.004, y - 0.015, 0.008, c.tone("light", alpha=210), flat=0.65)
        c.disc(x, y, 0.011, c.tone("#E8AE35"), flat=0.68)
        c.box(x - 0.001, y - 0.009, x + 0.003, y + 0.009, c.tone("#3B2E22"))


def road(c: Canvas) -> None:
    """Draw a small truck on a road along the hills, loaded and far from home."""
    sun(c, c.between(0.15, 0.4), 0.18, 0.042)
    clouds(c, 2)
    mountains(c, 0.54)
    with c.part("hills"):
        ridge(c, 0.66, 0.1, c.tone("middle"), c.tone("middle", "leaf", 0.5))
    for n in range(6):
        tree(c, 0.05 + 0.18 * n + c.between(-0.04, 0.04), 0.7, c.between(0.07, 0.11))
    c.box(0, 0.69, 1, 1, c.tone("leaf", "near", 0.25))
    c.box(0, 0.75, 1, 0.93, c.tone("#6F6B6C", "near", 0.3))
    for n in range(7):
        c.box(0.02 + 0.16 * n, 0.837, 0.1 + 0.16 * n, 0.845, c.tone("light", alpha=200))
    x, paint = c.between(0.2, 0.36), c.tone(("accent", "cloth", "#3F8F7B")[c.variant % 3])
    # Where the words are about the truck it stays in sight.
    drive: tuple[Move, float] = ("cross", 1.05) if c.asked is None else ("drift", 0.12)
    with c.part("truck"), c.moving(drive[0], by=(drive[1], 0), seconds=9.0):
        c.disc(x + 0.22, 0.885, 0.26, c.tone("near", alpha=120), flat=0.09)
        with c.moving("drift", by=(0, -0.004), seconds=0.45):
            _truck(c, x, paint)
        for wheel in (x + 0.075, x + 0.2, x + 0.385):
            _wheel(c, wheel, 0.845)
    for n in range(16):
        blade = n / 15 + c.between(-0.02, 0.02)
        c.line(
            [(blade, 1.0), (blade + c.between(-0.01, 0.01), 0.955 + 0.01 * sin(n))],
            c.tone("leaf", "light", 0.2),
            0.005,
        )


def _truck(c: Canvas, x: float, paint: Rgb) -> None:
    """Draw the load, the cab and what carries them; x is the left edge."""
    c.box(x, 0.6, x + 0.27, 0.8, c.tone("wood", "light", 0.2), corner=0.006)
    for k in range(4):
        c.box(x, 0.635 + 0.042 * k, x + 0.27, 0.64 + 0.042 * k, c.tone("wood", "near", 0.4))
    for k in range(4):
        load = c.tone(("#D9A441", "#B5533C", "#7C9A55", "#E8D3A2")[(k + c.variant) % 4])
        c.disc(x + 0.045 + 0.06 * k, 0.585 + 0.008 * (k % 2), 0.042, load, flat=0.8)
    c.blob(
        [
            (x + 0.29, 0.8),
            (x + 0.285, 0.62),
            (x + 0.31, 0.57),
            (x + 0.385, 0.575),
            (x + 0.425, 0.68),
            (x + 0.455, 0.71),
            (x + 0.46, 0.8),
        ],
        paint,
    )
    c.shape(
        [(x + 0.318, 0.6), (x + 0.373, 0.605), (x + 0.402, 0.68), (x + 0.318, 0.68)],
        c.tone("sky", "light", 0.5),
    )
    c.box(x - 0.01, 0.79, x + 0.47, 0.83, c.tone("#3A3838"), corner=0.01)
    c.disc(x + 0.452, 0.745, 0.011, c.tone("#FFE9A8"))


def _wheel(c: Canvas, x: float, y: float) -> None:
    c.disc(x, y, 0.042, c.tone("#262425"))
    with c.moving("turn", about=(x, y), seconds=0.9):
        c.disc(x, y, 0.02, c.tone("#CFCBC4"))
        for across, down in ((0.02, 0.0), (0.0, 0.015)):
            c.line([(x - across, y - down), (x + across, y + down)], c.tone("#6F6B66"), 0.005)
