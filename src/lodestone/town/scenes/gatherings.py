"""Scenes of many people by day: market, games, a new house, school."""

from collections.abc import Callable

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
from lodestone.town.scenes.surfaces import Point, Rgb

_SOLD = {
    "chillies": ("#C8452E", "#A92A1B", "#D9482E", "#8C2318", "#E0603F", "#B8321F"),
    "greens": ("#7F9D4B", "#5F8A36", "#A9C76B", "#4F7F46", "#8FBF5A", "#E7DCC0"),
    "oranges": ("#EE9A3C", "#E0802A", "#F2B24F", "#D9803F", "#F7C45A", "#E58E2F"),
}
_WARES = ("#C8452E", "#7F9D4B", "#E0B04A", "#8A5A7C", "#E7DCC0", "#D9803F")


def market(c: Canvas) -> None:
    """Draw market stalls under striped roofs, with baskets before them and people between."""
    mountains(c, 0.44)
    c.shape(
        path("0,0.5 1,0.5 1,1 0,1"), c.tone("horizon", "wood", 0.25), c.tone("wood", "light", 0.35)
    )
    for n in range(5):
        house(c, -0.06 + 0.23 * n + c.between(-0.02, 0.02), 0.56, 0.16)
    shift = c.between(-0.08, 0.02)
    sold, wares = _wares(c)
    for n in range(3):
        left, paint = (
            shift + 0.02 + 0.36 * n,
            c.tone(("accent", "cloth", "leaf")[(n + c.variant) % 3]),
        )
        for post in (left + 0.015, left + 0.285):
            c.box(post, 0.4, post + 0.012, 0.83, c.tone("wood", "near", 0.3))
        for k in range(3):
            coat = c.tone(c.pick("accent", "cloth", "leaf", "near"), "light", 0.15)
            about = (left + 0.07 + 0.08 * k, 0.74)
            with (
                c.part("crowd"),
                c.moving("sway", about=about, share=5.0, seconds=2.2 + 0.4 * k, late=0.3 * n),
            ):
                figure(c, *about, 0.13, coat, hat=c.chance.random() < 0.3)
        c.box(left, 0.67, left + 0.3, 0.83, c.tone("wood"), corner=0.006)
        c.box(left, 0.67, left + 0.3, 0.69, c.tone("wood", "light", 0.25), corner=0.004)
        for k in range(6):
            x, ware = left + 0.03 + 0.048 * k, c.tone(wares[(k // 2 + n + c.variant) % 6])
            with c.part(sold):
                for dx, dy in ((-0.012, 0), (0.012, 0), (0, -0.02)):
                    c.disc(x + dx, 0.662 + dy, 0.0145, ware)
        with c.part("stalls"):
            roof = [
                (left + 0.02, 0.33),
                (left + 0.28, 0.33),
                (left + 0.315, 0.45),
                (left - 0.015, 0.45),
            ]
            c.shape(roof, paint)
        for k in range(6):
            a, b = left - 0.015 + 0.055 * k, left + 0.04 + 0.055 * k
            tone = c.tone("light") if k % 2 else paint
            up, down = left + 0.02 + 0.0433 * k, left + 0.0633 + 0.0433 * k
            c.shape([(up, 0.33), (down, 0.33), (b, 0.45), (a, 0.45)], tone)
            with c.moving(
                "beat", by=(1, 1.35), about=((a + b) / 2, 0.45), seconds=2.0, late=0.2 * k
            ):
                c.disc((a + b) / 2, 0.45, 0.0275, tone, flat=0.7)
    for n in range(6):
        x, y = 0.06 + 0.175 * n + c.between(-0.02, 0.02), 0.92 + 0.02 * (n % 2)
        with c.part("baskets"):
            c.disc(x, y + 0.035, 0.075, c.tone("near", alpha=70), flat=0.3)
            c.disc(x, y, 0.066, c.tone("#B98A50"), flat=0.6)
            c.disc(x, y - 0.018, 0.058, c.tone("#8A6136"), flat=0.45)
        for _ in range(9):
            c.disc(
                x + c.between(-0.036, 0.036),
                y - 0.022 + c.between(-0.012, 0.01),
                0.014,
                c.tone(wares[(n + c.variant) % 6], "light", float(c.chance.random()) * 0.3),
            )


def _wares(c: Canvas) -> tuple[str, tuple[str, ...]]:
    """Return what is sold and its six colours: of everything something where nobody asks for more."""
    for sold, colours in _SOLD.items():
        if c.wants(sold, usual=False):
            return sold, colours
    return "wares", _WARES


def bull(c: Canvas) -> None:
    """Draw a prize water buffalo before the crowd on the slope."""
    sun(c, c.between(0.7, 0.88), 0.14, 0.04)
    mountains(c, 0.4)
    ridge(c, 0.52, 0.12, c.tone("leaf", "near", 0.2), c.tone("leaf", "near", 0.1))
    with c.part("crowd"):
        for row in range(5):
            with c.moving("drift", by=(0.004, -0.008), seconds=1.3, late=0.25 * row):
                for n in range(34):
                    x, y = (n + 0.5 * (row % 2)) / 33 + c.between(-0.006, 0.006), 0.47 + row * 0.042
                    coat = c.tone(c.pick("accent", "cloth", "near", "wood"), "middle", 0.6)
                    c.disc(x, y, 0.012, coat)
                    c.disc(x, y - 0.018, 0.0075, c.tone("#D9A47C", "middle", 0.55))
    for n in range(6):
        x = 0.07 + 0.175 * n
        c.line([(x, 0.3), (x, 0.66)], c.tone("wood"), 0.005)
        flag = [(x, 0.3), (x + 0.075, 0.325), (x, 0.37)]
        _flag(c, flag, c.tone(("accent", "cloth", "light")[n % 3]), n)
    c.shape(path("0,0.66 1,0.66 1,1 0,1"), c.tone("#D9B98A"), c.tone("#B48B5C"))
    with c.part("buffalo"):
        _buffalo(c)


def _flag(c: Canvas, points: list[Point], colour: Rgb, n: int) -> None:
    """Draw a flag in the wind at the pole where its first point is."""
    with (
        c.part("flags"),
        c.moving("beat", by=(0.62, 1.08), about=points[0], seconds=1.5, late=0.2 * n),
    ):
        c.shape(points, colour)


def _buffalo(c: Canvas) -> None:
    """Draw the animal in its red blanket."""
    turn = 1 if c.variant % 2 else -1
    middle = 0.5 - turn * 0.03

    def at(points: list[Point]) -> list[Point]:
        return [(middle + turn * x, y) for x, y in points]

    hide, dark = c.tone("#4A4146"), c.tone("#322C31")
    c.disc(middle, 0.93, 0.27, c.tone("#7A5C3C", alpha=130), flat=0.14)
    for x in (-0.16, 0.12):
        c.blob(at([(x - 0.025, 0.74), (x + 0.04, 0.74), (x + 0.025, 0.92), (x - 0.02, 0.92)]), dark)
    tail = at(path("-0.235,0.62 -0.27,0.7 -0.262,0.8"))
    with c.moving("sway", about=tail[0], share=14.0, seconds=1.7):
        c.curve(tail, dark, 0.012)
    c.blob(
        at(
            path(
                "-0.235,0.64 -0.2,0.57 -0.06,0.56 0.06,0.53 0.15,0.55 0.19,0.66 0.14,0.76 0.0,0.8 -0.16,0.785 -0.23,0.74"
            )
        ),
        hide,
    )
    for x in (-0.2, 0.075):
        c.blob(at([(x - 0.03, 0.72), (x + 0.05, 0.72), (x + 0.028, 0.93), (x - 0.022, 0.93)]), hide)
        c.box(middle + turn * x - 0.024, 0.915, middle + turn * x + 0.026, 0.94, dark, corner=0.006)
    with c.moving("sway", about=at([(0.18, 0.62)])[0], share=4.0, seconds=2.6):
        _buffalo_head(c, at, hide)
    red = c.tone("accent")
    c.shape(at(path("-0.1,0.555 0.03,0.535 0.045,0.66 -0.09,0.675")), red)
    c.line(at([(-0.093, 0.65), (0.044, 0.635)]), c.tone("#FFD27A"), 0.008)


def _buffalo_head(c: Canvas, at: Callable[[list[Point]], list[Point]], hide: Rgb) -> None:
    for colour, thick in ((c.tone("#2A2426"), 0.034), (c.tone("#F4E8CF"), 0.022)):
        for horn in (
            "0.195,0.59 0.11,0.51 0.1,0.4 0.16,0.31",
            "0.235,0.59 0.32,0.53 0.345,0.42 0.3,0.31",
        ):
            c.curve(at(path(horn)), colour, thick)
    c.blob(
        at(path("0.165,0.59 0.215,0.565 0.265,0.595 0.275,0.68 0.262,0.755 0.215,0.765 0.185,0.7")),
        hide,
    )
    c.blob(at(path("0.2,0.725 0.265,0.715 0.268,0.765 0.21,0.77")), c.tone("#6B5D60"))
    (x, y) = at([(0.212, 0.64)])[0]
    c.disc(x, y, 0.009, c.tone("#F3E7D0"))
    c.disc(x, y, 0.005, c.tone("#151216"))
    (x, y) = at([(0.215, 0.575)])[0]
    c.disc(x, y, 0.026, c.tone("accent"))
    c.disc(x, y, 0.012, c.tone("#FFD27A"))


def football(c: Canvas) -> None:
    """Draw a village football ground with stands, flags, a goal and both sides at play."""
    clouds(c, 3)
    mountains(c, 0.34)
    c.shape(
        path("0,0.36 1,0.36 1,0.58 0,0.58"),
        c.tone("wood", "near", 0.35),
        c.tone("wood", "near", 0.6),
    )
    with c.part("stand"):
        for row in range(5):
            c.box(0, 0.39 + row * 0.038, 1, 0.396 + row * 0.038, c.tone("wood", "light", 0.2))
            with c.moving("drift", by=(0, -0.007), seconds=1.1, late=0.2 * row):
                for n in range(40):
                    if c.chance.random() < 0.9:
                        x, y = (n + 0.5 * (row % 2)) / 39, 0.382 + row * 0.038
                        name = c.pick("accent", "cloth", "light", "far", "leaf")
                        c.disc(x, y, 0.0105, c.tone(name, "light", 0.12))
                        c.disc(x, y - 0.015, 0.0065, c.tone("#D9A47C"))
    for n in range(7):
        x = 0.03 + 0.155 * n
        c.line([(x, 0.22), (x, 0.4)], c.tone("near"), 0.004)
        flag = [(x, 0.22), (x + 0.07, 0.24), (x, 0.275)]
        _flag(c, flag, c.tone(("accent", "cloth")[n % 2]), n)
    _pitch(c)
    spots = [
        (0.14 + 0.105 * k + c.between(-0.03, 0.03), 0.7 + 0.23 * float(c.chance.random()))
        for k in range(8)
    ]
    with c.part("players"):
        for k, (x, y) in enumerate(sorted(spots, key=lambda spot: spot[1])):
            size = 0.09 + 0.14 * (y - 0.65)
            runs = (0.09 if k % 2 else -0.07, 0.012)
            with c.moving("drift", by=runs, seconds=2.6 + 0.3 * k):
                c.disc(x, y, size * 0.45, c.tone("#2F5230", alpha=110), flat=0.22)
                with c.moving("drift", by=(0, -0.008), seconds=0.6):
                    coat = c.tone(("accent", "light")[k % 2])
                    figure(c, x, y, size, coat, arms="out" if k % 3 == 0 else "")
    ball = (c.between(0.3, 0.7), 0.95)
    with (
        c.part("ball"),
        c.moving("drift", by=(0.2, -0.05), seconds=2.4),
        c.moving("turn", about=ball, seconds=0.8),
    ):
        c.disc(*ball, 0.016, c.tone("light"))
        c.disc(ball[0] + 0.004, ball[1], 0.006, c.tone("#2B2526"))


def _pitch(c: Canvas) -> None:
    """Draw the grass, its lines and a goal."""
    green = c.tone("#6FA35A", "leaf", 0.35)
    c.shape(path("0,0.57 1,0.57 1,1 0,1"), green, c.tone("#5B8F4C", "leaf", 0.35))
    for n in range(-2, 6, 2):
        a, b = 0.1 + 0.2 * n, 0.3 + 0.2 * n
        c.shape(
            [(a, 0.57), (b, 0.57), (0.5 + (b - 0.5) * 1.7, 1), (0.5 + (a - 0.5) * 1.7, 1)],
            c.tone("light", alpha=26),
        )
    white = c.tone("light", alpha=220)
    middle = c.between(0.42, 0.58)
    c.ring(middle, 0.8, 0.15, white, 0.005, flat=0.5)
    c.line([(0, 0.8), (1, 0.8)], white, 0.004)
    c.line([(0, 0.6), (1, 0.6)], white, 0.004)
    goal = 0.2 if c.variant % 2 else 0.68
    with c.part("goal"):
        for k in range(9):
            c.line(
                [(goal + 0.0175 * k, 0.5), (goal + 0.0175 * k, 0.61)],
                c.tone("light", alpha=90),
                0.002,
            )
        for k in range(4):
            c.line(
                [(goal, 0.52 + 0.028 * k), (goal + 0.14, 0.52 + 0.028 * k)],
                c.tone("light", alpha=90),
                0.002,
            )
    c.line(
        [(goal, 0.615), (goal, 0.5), (goal + 0.14, 0.5), (goal + 0.14, 0.615)],
        c.tone("light"),
        0.008,
    )


def raising(c: Canvas) -> None:
    """Draw the timber frame of a new house going up, the neighbours helping."""
    clouds(c, 2)
    mountains(c, 0.5)
    ridge(c, 0.66, 0.1, c.tone("middle"), c.tone("middle", "leaf", 0.5))
    tree(c, 0.05, 0.78, 0.16)
    tree(c, 0.95, 0.8, 0.19)
    c.shape(
        path("0,0.76 1,0.76 1,1 0,1"), c.tone("leaf", "light", 0.25), c.tone("leaf", "near", 0.2)
    )
    with c.part("frame"):
        _frame(c)
    with c.part("builders"):
        for n in range(6):
            x = 0.1 + 0.16 * n + c.between(-0.03, 0.03)
            c.disc(x, 0.94, 0.05, c.tone("near", alpha=80), flat=0.2)
            cloth = c.tone(c.pick("accent", "cloth", "light", "wood"))
            arms = "up" if (n + c.variant) % 3 == 0 else ""
            with c.moving("sway", about=(x, 0.94), share=5.0, seconds=2.0 + 0.2 * n):
                figure(c, x, 0.94, 0.14, cloth, hat=n % 3 == 0, arms=arms)
        for n in range(2):
            x = 0.42 + 0.32 * n
            with c.moving("sway", about=(x, 0.43), share=8.0, seconds=1.3, late=0.6 * n):
                figure(c, x, 0.43, 0.09, c.tone("cloth" if n else "accent"), arms="out")
    c.line([(0.6, 0.965), (0.92, 0.955)], c.tone("#D9A668", "light", 0.1), 0.02)
    c.line([(0.64, 0.985), (0.94, 0.98)], c.tone("#B9804A", "wood", 0.25), 0.02)


def _frame(c: Canvas) -> None:
    """Draw posts, beams and as much of roof and wall as stands already."""
    wood, pale = c.tone("#B9804A", "wood", 0.25), c.tone("#D9A668", "light", 0.1)
    xs = [0.18 + 0.16 * n for n in range(5)]
    if c.variant % 3:
        c.shape(
            [
                (xs[0], 0.6),
                (xs[c.variant % 3 + 1], 0.6),
                (xs[c.variant % 3 + 1], 0.76),
                (xs[0], 0.76),
            ],
            pale,
            c.tone("#C08F55"),
        )
        for k in range(1, 6):
            c.line(
                [(xs[0], 0.6 + 0.027 * k), (xs[c.variant % 3 + 1], 0.6 + 0.027 * k)], wood, 0.003
            )
    for y in (0.43, 0.59, 0.755):
        c.box(0.14, y, 0.86, y + 0.022, wood)
    for n, x in enumerate(xs):
        tall = 0.36 - 0.09 * (2 - abs(n - 2))
        c.box(x - 0.012, tall, x + 0.012, 0.86, pale)
        c.box(x - 0.022, 0.855, x + 0.022, 0.875, c.tone("far", "near", 0.3), corner=0.004)
    for n in range(4):
        (a, b) = (0.36 - 0.09 * (2 - abs(n - 2)), 0.36 - 0.09 * (2 - abs(n - 1)))
        c.line([(xs[n], a), (xs[n + 1], b)], wood, 0.022)
    c.line([(0.1, 0.43), (xs[0], 0.36)], wood, 0.022)
    c.line([(0.9, 0.43), (xs[4], 0.36)], wood, 0.022)
    if c.variant % 2:
        for k in range(6):
            c.line(
                [(0.12 + 0.062 * k, 0.425 - 0.037 * k), (0.5, 0.2)],
                c.tone("near", "wood", 0.4),
                0.008,
            )
    c.box(0.455, 0.19, 0.545, 0.235, c.tone("accent"), corner=0.004)
