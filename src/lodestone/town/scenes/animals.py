"""A cat or a dog at home."""

from lodestone.town.scenes.drawing import Canvas, path
from lodestone.town.scenes.surfaces import Rgb

_FURS = {"ginger_cat": ("#E5A25A", "#C97F3C"), "yellow_dog": ("#DDB060", "#A97838")}
"""Of animals whose colour the words say: fur and marks."""


def pet(c: Canvas) -> None:
    """Draw a cat or a dog sitting in the sun of a window."""
    wall = c.tone("horizon", "light", 0.25)
    c.shape(path("0,0 1,0 1,0.8 0,0.8"), wall, c.tone("horizon", "far", 0.12))
    with c.part("window"):
        side = 0.6 if c.variant % 2 else 0.08
        c.box(side - 0.015, 0.08, side + 0.315, 0.6, c.tone("wood", "light", 0.25), corner=0.01)
        c.shape(
            [(side, 0.1), (side + 0.3, 0.1), (side + 0.3, 0.58), (side, 0.58)],
            c.tone("sky"),
            c.tone("horizon", "light", 0.4),
        )
        c.shape(
            [
                (side, 0.46),
                (side + 0.1, 0.36),
                (side + 0.2, 0.42),
                (side + 0.3, 0.33),
                (side + 0.3, 0.58),
                (side, 0.58),
            ],
            c.tone("far"),
        )
        c.box(side + 0.145, 0.09, side + 0.155, 0.59, c.tone("wood", "light", 0.25))
        c.box(side - 0.03, 0.59, side + 0.33, 0.62, c.tone("wood"), corner=0.006)
    pot = side + (0.06 if c.variant % 2 else 0.24)
    for k in range(5):
        c.curve(
            [
                (pot, 0.53),
                (pot + 0.012 * (k - 2), 0.47),
                (pot + 0.026 * (k - 2), 0.43 + 0.012 * abs(k - 2)),
            ],
            c.tone("leaf"),
            0.012,
        )
    c.shape(
        [(pot - 0.035, 0.525), (pot + 0.035, 0.525), (pot + 0.027, 0.595), (pot - 0.027, 0.595)],
        c.tone("accent", "wood", 0.3),
    )
    c.shape(
        path("0,0.78 1,0.78 1,1 0,1"), c.tone("wood", "light", 0.35), c.tone("wood", "light", 0.12)
    )
    c.disc(
        0.5, 0.94, 0.42, c.tone(("accent", "cloth", "leaf")[c.variant % 3], "light", 0.2), flat=0.15
    )
    c.disc(
        0.5,
        0.94,
        0.38,
        c.tone(("accent", "cloth", "leaf")[c.variant % 3], "light", 0.35),
        flat=0.145,
    )
    kinds = ("cat", "ginger_cat", "dog", "yellow_dog")
    usual = "dog" if c.variant % 2 else "cat"
    kind = next(
        (kind_name for kind_name in kinds if c.wants(kind_name, usual=kind_name == usual)), usual
    )
    with c.part(kind):
        _animal(c, 0.38 if c.variant % 2 else 0.6, kind)


def _animal(c: Canvas, x: float, kind: str) -> None:
    """Draw the animal itself, sitting, its chest at x."""
    fur, mark = (
        ("#E5A25A", "#C97F3C"),
        ("#C58B57", "#8F5C34"),
        ("#8A8685", "#6A6665"),
        ("#F1E6D4", "#C9A27A"),
        ("#3B3638", "#282426"),
        ("#D9B78A", "#7A5438"),
    )[c.variant]
    fur, mark = _FURS.get(kind, (fur, mark))
    body, dark, pale = c.tone(fur), c.tone(mark), c.tone(fur, "#FFFFFF", 0.72)
    dog = kind.endswith("dog")
    if dog:
        with c.moving("sway", about=(x + 0.12, 0.86), share=12.0, seconds=0.7):
            c.curve([(x + 0.12, 0.86), (x + 0.19, 0.8), (x + 0.2, 0.7)], body, 0.036)
    else:
        tail = [(x + a, b) for a, b in path("0.1,0.91 0.2,0.92 0.24,0.84 0.21,0.76")]
        with c.moving("sway", about=tail[0], share=5.0, seconds=2.6):
            c.curve(tail, dark, 0.034)
    c.blob(
        [
            (x + a, b)
            for a, b in path(
                "-0.075,0.56 0.075,0.56 0.135,0.74 0.155,0.9 0.06,0.94 -0.06,0.94 -0.155,0.9 -0.135,0.74"
            )
        ],
        body,
    )
    c.blob(
        [(x + a, b) for a, b in path("-0.045,0.58 0.045,0.58 0.055,0.72 0,0.8 -0.055,0.72")], pale
    )
    for turn in (-1, 1):
        c.disc(x + turn * 0.105, 0.895, 0.058, dark if dog else body, flat=0.85)
        c.box(x + turn * 0.04 - 0.026, 0.73, x + turn * 0.04 + 0.026, 0.945, body, corner=0.026)
        c.disc(x + turn * 0.042, 0.935, 0.033, pale, flat=0.7)
    with c.moving("sway", about=(x, 0.6), share=2.5, seconds=4.5):
        _head(c, x, (body, dark, pale), dog=dog)


def _head(c: Canvas, x: float, fur: tuple[Rgb, Rgb, Rgb], *, dog: bool) -> None:
    body, dark, pale = fur
    _ears(c, x, body, dark, dog=dog)
    head = path("0,0.35 0.09,0.37 0.13,0.47 0.095,0.575 0,0.61 -0.095,0.575 -0.13,0.47 -0.09,0.37")
    c.blob([(x + a, b) for a, b in head], body)
    if not dog:
        for k in (-1, 0, 1):
            c.line([(x + 0.026 * k, 0.36), (x + 0.021 * k, 0.41)], dark, 0.011)
    c.disc(x, 0.545, 0.06 if dog else 0.05, pale, flat=0.8)
    _face(c, x, dog=dog)


def _ears(c: Canvas, x: float, body: Rgb, dark: Rgb, *, dog: bool) -> None:
    hanging = path("0.07,0.375 0.125,0.37 0.158,0.48 0.135,0.575 0.1,0.53")
    for turn in (-1, 1):
        if dog:
            c.blob([(x + turn * a, b) for a, b in hanging], dark)
            continue
        for points, colour in (
            (path("0.118,0.43 0.108,0.265 0.018,0.37"), body),
            (path("0.1,0.4 0.096,0.305 0.044,0.365"), c.tone("#E9A79C")),
        ):
            c.shape([(x + turn * a, b) for a, b in points], colour)


def _face(c: Canvas, x: float, *, dog: bool) -> None:
    for turn in (-1, 1):
        with c.moving("blink", by=(1, 0.08), about=(x + turn * 0.056, 0.478), seconds=3.7):
            c.disc(x + turn * 0.056, 0.475, 0.0165, c.tone("#241E1E"), flat=1.1)
            c.disc(x + turn * 0.056 - 0.005, 0.469, 0.0055, c.tone("#FFFFFF"))
        mouth = [(x, 0.54), (x + turn * 0.012, 0.562), (x + turn * 0.03, 0.557)]
        c.curve(mouth, c.tone("#5A4038"), 0.004)
        for k in () if dog else (-1, 1):
            whisker = [(x + turn * 0.045, 0.55 + 0.006 * k), (x + turn * 0.15, 0.545 + 0.022 * k)]
            c.line(whisker, c.tone("#FFFFFF", alpha=190), 0.0025)
    nose = c.tone("#3A2A2A" if dog else "#D9837A")
    c.blob([(x - 0.02, 0.517), (x + 0.02, 0.517), (x, 0.542)], nose)
    if dog:
        tongue = path("-0.013,0.57 0.013,0.57 0.01,0.6 -0.01,0.6")
        c.blob([(x + a, b) for a, b in tongue], c.tone("#E58A86"))
