"""Scenes of what is eaten, seen from above a table."""

from math import cos, pi, sin

from lodestone.town.scenes.drawing import Canvas, path
from lodestone.town.scenes.effects import steam
from lodestone.town.scenes.surfaces import Rgb


def fish_pot(c: Canvas) -> None:
    """Draw a pot of sour red broth with a fish in it, small dishes around."""
    _table(c)
    x, y, size = 0.5 + c.between(-0.08, 0.08), 0.52, 0.29
    with c.part("pot"):
        for side in (-1, 1):
            c.disc(x + side * size, y, 0.05, c.tone("#2F2B2C"), flat=0.8)
            c.disc(x + side * size, y, 0.028, c.tone("#8E6A4C"), flat=0.8)
        c.disc(x + 0.012, y + 0.03, size, c.tone("#2A1D16", alpha=90))
        c.disc(x, y, size, c.tone("#3A3536"))
        c.disc(x, y, size * 0.93, c.tone("#55494A"))
        c.disc(x, y, size * 0.88, c.tone("#B8321F"))
        c.disc(x - 0.01, y - 0.015, size * 0.83, c.tone("#D5482A"))
        c.glow(x - 0.06, y - 0.09, size * 0.75, c.tone("#F58A4B"), 0.6)
        _scatter(
            c, x, y, size * 0.74, 26, ("#F4A259", "#8FA84B", "#F6D8A8", "#A92A1B", "#6F8F3C"), 0.016
        )
    with c.part("fish"):
        with c.moving("sway", about=(x, y), share=4.0, seconds=3.0):
            _fish(c, x, y)
        _scatter(c, x, y, size * 0.6, 9, ("#7FA548", "#F6D8A8", "#D5482A"), 0.013)
    _bubbles(c, x, y, size)
    with c.part("dishes"):
        for n, (dx, dy) in enumerate(((0.11, 0.16), (0.9, 0.2), (0.12, 0.86), (0.9, 0.84))):
            if n != c.variant % 4:
                _dish(
                    c,
                    dx,
                    dy,
                    0.075,
                    c.tone("light"),
                    c.tone(("#7FA548", "#B8321F", "#F6E3C0", "#5B3A26")[n]),
                )
                _scatter(
                    c,
                    dx,
                    dy,
                    0.042,
                    12,
                    (
                        ("#A9C76B", "#5F8A36"),
                        ("#E0603F", "#F4C26B"),
                        ("#FFF7E4", "#E2C795"),
                        ("#7A5236", "#8FA84B"),
                    )[n],
                    0.011,
                )
    steam(c, x, y - 0.1, 0.2)


def _bubbles(c: Canvas, x: float, y: float, size: float) -> None:
    """Let the broth boil at its rim."""
    for n in range(9):
        angle = 2 * pi * n / 9
        at = (x + size * 0.72 * cos(angle), y + size * 0.96 * sin(angle))
        with c.moving(
            "beat", by=(1.9, 1.9), about=at, seconds=1.0 + 0.1 * (n % 4), late=0.17 * (n % 5)
        ):
            c.ring(*at, 0.012, c.tone("#F8B27A"), 0.003)


def _fish(c: Canvas, x: float, y: float) -> None:
    tilt = c.between(-0.5, 0.5)
    u, v = (cos(tilt), sin(tilt) * 4 / 3), (-sin(tilt), cos(tilt) * 4 / 3)

    def at(along: float, across: float) -> tuple[float, float]:
        return x + along * u[0] + across * v[0], y + along * u[1] + across * v[1]

    scale, back = c.tone("#E9DCC6"), c.tone("#8C8A86")
    c.shape([at(0.12, 0), at(0.21, -0.065), at(0.185, 0), at(0.21, 0.065)], back)
    c.blob(
        [
            at(-0.19, 0),
            at(-0.12, -0.06),
            at(0.0, -0.072),
            at(0.14, -0.012),
            at(0.14, 0.012),
            at(0.0, 0.072),
            at(-0.12, 0.06),
        ],
        scale,
    )
    c.blob(
        [
            at(-0.15, -0.045),
            at(-0.06, -0.068),
            at(0.05, -0.058),
            at(0.14, -0.01),
            at(0.03, -0.02),
            at(-0.08, -0.022),
        ],
        back,
    )
    for k in range(4):
        c.curve(
            [at(-0.05 + 0.045 * k, -0.04), at(-0.03 + 0.045 * k, 0), at(-0.05 + 0.045 * k, 0.045)],
            c.tone("#B9AC96"),
            0.003,
        )
    c.curve([at(-0.11, -0.045), at(-0.095, 0), at(-0.11, 0.045)], c.tone("#B9AC96"), 0.004)
    c.disc(*at(-0.145, -0.012), 0.011, c.tone("#FFFFFF"))
    c.disc(*at(-0.146, -0.012), 0.006, c.tone("#1C1A1B"))


def noodles(c: Canvas) -> None:
    """Draw a bowl of rice noodles from above, with egg, greens and chilli."""
    _table(c)
    x, y, size = 0.46 + c.between(-0.06, 0.06), 0.54, 0.31
    glaze = c.tone(("#3F6FA8", "light", "#C9573C", "light", "#4E7A5E", "#2F4A66")[c.variant])
    with c.part("bowl"):
        c.disc(x + 0.012, y + 0.035, size, c.tone("#2A1D16", alpha=90))
        c.disc(x, y, size, glaze)
        c.disc(x, y, size * 0.94, c.tone("#F8F3E6"))
        c.ring(x, y, size * 0.9, glaze, 0.006)
        c.disc(
            x,
            y,
            size * 0.83,
            c.tone(("#D98B4A", "#E2B36A", "#C9603A", "#D9A45A", "#CF7A42", "#E0A860")[c.variant]),
        )
        c.glow(x - 0.05, y - 0.08, size * 0.7, c.tone("#F9DDA8"), 0.55)
    with c.part("noodles"):
        for n in range(26):
            angle = c.between(0, pi)
            far, bend, reach = (
                c.between(-0.15, 0.15),
                c.between(-0.06, 0.06),
                0.12 + 0.06 * float(c.chance.random()),
            )
            points = [
                (t, far + bend * (1 - (t / reach) ** 2))
                for t in (-reach, -reach / 2, 0.0, reach / 2, reach)
            ]
            path = [
                (
                    x + a * cos(angle) - b * sin(angle),
                    y + 0.02 + (a * sin(angle) + b * cos(angle)) * 4 / 3,
                )
                for a, b in points
            ]
            c.curve(path, c.tone("#EBD9AE" if n % 2 else "#FBF0D4"), 0.0095)
    turn = c.between(0, 2 * pi)
    ex, ey = x + 0.11 * cos(turn), y + 0.14 * sin(turn)
    if c.wants("egg"):
        with c.part("egg"):
            c.disc(ex, ey, 0.072, c.tone("#FFFBEF"), flat=0.95)
            c.disc(ex + 0.004, ey, 0.036, c.tone("#F0A030"))
            c.disc(ex - 0.008, ey - 0.012, 0.012, c.tone("#FAD07A"))
    if c.wants("meat"):
        with c.part("meat"):
            _meat(c, x - 0.11 * cos(turn), y - 0.14 * sin(turn))
    _scatter(c, x, y, size * 0.68, 30, ("#6FA045", "#8FBF5A", "#C8321F"), 0.009)
    with c.moving("drift", by=(-0.05, 0.03), seconds=2.8):
        _sticks(c, x + 0.18, y + 0.02, -0.55 + c.between(-0.15, 0.15))
    _dish(c, 0.9, 0.82, 0.085, c.tone("light"), c.tone("#A92A1B"))
    _scatter(c, 0.9, 0.82, 0.05, 14, ("#E0603F", "#F4C26B", "#7A1D12"), 0.01)
    steam(c, x, y - 0.08, 0.2)


def _meat(c: Canvas, x: float, y: float) -> None:
    """Draw slices of meat that lie over each other."""
    for k in range(4):
        c.box(
            x - 0.06 + 0.03 * k,
            y - 0.05 + 0.012 * k,
            x - 0.005 + 0.03 * k,
            y + 0.04 + 0.012 * k,
            c.tone("#9B5A3C", "#6B3526", 0.25 * (k % 2)),
            corner=0.014,
        )


def rice_cakes(c: Canvas) -> None:
    """Draw pounded rice cakes on a bamboo tray, with bowls of soybean flour and red sugar."""
    _table(c)
    x, y, size = 0.42, 0.52, 0.34
    with c.part("tray"):
        c.disc(x + 0.012, y + 0.035, size, c.tone("#2A1D16", alpha=90))
        c.disc(x, y, size, c.tone("#B98A4C"))
        c.disc(x, y, size * 0.94, c.tone("#E3C58C"))
        for n in range(-9, 10):
            half = (max(0.0, (size * 0.92) ** 2 - (0.036 * n) ** 2)) ** 0.5
            c.line(
                [(x + 0.036 * n, y - half * 4 / 3), (x + 0.036 * n, y + half * 4 / 3)],
                c.tone("#CBA767"),
                0.003,
            )
            c.line([(x - half, y + 0.048 * n), (x + half, y + 0.048 * n)], c.tone("#CBA767"), 0.003)
        c.ring(x, y, size, c.tone("#8F6632"), 0.008)
    count = 6 + c.variant % 2
    spots = [(0.0, 0.0)] + [
        (
            0.2 * cos(2 * pi * k / count + c.variant),
            0.2 * 4 / 3 * sin(2 * pi * k / count + c.variant),
        )
        for k in range(count)
    ]
    paints = ("#FBF8F0", "#E9C877", "#FBF8F0", "#B7CC8F", "#FBF8F0", "#E9C877")
    if c.asked is not None:  # rolled in flour where the words say so, else plain
        paints = ("#E9C877" if "soybean_flour" in c.asked else "#FBF8F0", "#FBF8F0") * 3
    with c.part("cakes"):
        for n, (dx, dy) in enumerate(spots):
            cake = paints[(n + c.variant) % 6]
            about = (x + dx, y + dy)
            with c.moving("beat", by=(1.07, 1.07), about=about, seconds=2.0, late=0.3 * n):
                _cake(c, *about, cake, dotted=(n + c.variant) % 3 == 0)
    with c.part("soybean_flour"):
        _dish(c, 0.88, 0.26, 0.1, c.tone("light"), c.tone("#E2B34F"))
        _scatter(c, 0.88, 0.26, 0.055, 18, ("#F0CB73", "#D9A23C"), 0.013)
    with c.part("brown_sugar"):
        _dish(c, 0.88, 0.72, 0.1, c.tone("cloth"), c.tone("#6B2A18"))
        _scatter(c, 0.88, 0.72, 0.055, 12, ("#8C3B22", "#A9573A"), 0.014)
    with c.moving("sway", about=(1.0, 0.98), share=4.0, seconds=3.4):
        leaf = path("0.7,0.95 0.8,0.9 0.95,0.93 1.03,0.99 0.92,1.02 0.78,1.01")
        c.blob(leaf, c.tone("leaf", "near", 0.2))
        c.curve(path("0.72,0.955 0.85,0.955 1.0,0.985"), c.tone("leaf", "light", 0.4), 0.004)
    steam(c, x, y - 0.06, 0.2)


def _cake(c: Canvas, x: float, y: float, paint: str, *, dotted: bool) -> None:
    """Draw one rice cake, soft and warm."""
    c.disc(x + 0.006, y + 0.016, 0.088, c.tone("#5B4424", alpha=90))
    c.disc(x, y, 0.087, c.tone(paint, "#8A7350", 0.14))
    c.disc(x - 0.005, y - 0.009, 0.08, c.tone(paint))
    c.glow(x - 0.025, y - 0.035, 0.05, c.tone("#FFFFFF"), 0.7)
    if dotted:
        c.disc(x, y, 0.02, c.tone("#C8321F"))


def _table(c: Canvas) -> None:
    """Fill everything with a table of planks, seen from above."""
    wood = ("#B98A5E", "#8E6A4C", "#C9A57C", "#7A5A46", "#A9764A", "#9B8672")[c.variant]
    c.shape(path("0,0 1,0 1,1 0,1"), c.tone(wood, "light", 0.14), c.tone(wood))
    for n in range(1, 5):
        c.line(
            [(0, 0.2 * n), (1, 0.2 * n + c.between(-0.01, 0.01))],
            c.tone(wood, "#3A2A20", 0.25),
            0.003,
        )
    for _ in range(16):
        x, y = c.between(0, 0.9), c.between(0, 1)
        c.line([(x, y), (x + c.between(0.05, 0.22), y)], c.tone(wood, "#3A2A20", 0.12), 0.0018)


def _dish(c: Canvas, x: float, y: float, size: float, rim: Rgb, inside: Rgb) -> None:
    c.disc(x + 0.008, y + 0.02, size, c.tone("#2A1D16", alpha=80))
    c.disc(x, y, size, rim)
    c.disc(x, y, size * 0.82, inside)


def _scatter(
    c: Canvas, x: float, y: float, reach: float, count: int, names: tuple[str, ...], size: float
) -> None:
    """Strew small pieces over a round dish."""
    for n in range(count):
        angle, far = c.between(0, 2 * pi), reach * float(c.chance.random()) ** 0.5
        c.disc(
            x + far * cos(angle),
            y + far * sin(angle) * 4 / 3,
            size * c.between(0.7, 1.2),
            c.tone(names[n % len(names)]),
            flat=c.between(0.6, 1.0),
        )


def _sticks(c: Canvas, x: float, y: float, angle: float) -> None:
    for k in (-0.012, 0.012):
        start, end = (
            (x - k * sin(angle), y + k * cos(angle)),
            (x + 0.42 * cos(angle) - k * 0.4 * sin(angle), y + 0.56 * sin(angle) + k * 0.4),
        )
        c.line(
            [(start[0] + 0.006, start[1] + 0.014), (end[0] + 0.006, end[1] + 0.014)],
            c.tone("#2A1D16", alpha=70),
            0.011,
        )
        c.line([start, end], c.tone("#6B3F2A" if c.variant % 2 else "#D9B27A"), 0.011)
