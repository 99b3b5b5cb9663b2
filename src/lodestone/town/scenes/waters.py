"""Scenes of water: a bridge over a river, a fall between rocks."""

from lodestone.town.scenes.drawing import Canvas, figure, mountains, path, ridge, sun, tree
from lodestone.town.scenes.effects import shimmer


def bridge(c: Canvas) -> None:
    """Draw a covered bridge over a river, doubled in the water."""
    sun(c, c.between(0.12, 0.88), 0.15, 0.04)
    mountains(c, 0.56)
    ridge(c, 0.66, 0.12, c.tone("middle"), c.tone("middle", "leaf", 0.4))
    with c.part("river"):
        c.shape(path("0,0.68 1,0.68 1,1 0,1"), c.tone("water"), c.tone("water", "middle", 0.55))
    wood, dark = c.tone("wood", "light", 0.2), c.tone("wood", "near", 0.55)
    towers = (
        ((0.5, 1.0), (0.2, 0.82), (0.8, 0.82)) if c.variant % 2 else ((0.32, 0.95), (0.68, 0.95))
    )
    for x, _ in towers:
        c.shape(
            [(x - 0.045, 0.6), (x + 0.045, 0.6), (x + 0.032, 0.8), (x - 0.032, 0.8)],
            c.tone("far", "near", 0.4),
        )
        c.disc(x, 0.8, 0.055, c.tone("light", alpha=70), flat=0.16)
    for n in range(22):
        y, x = 0.71 + 0.0125 * n, c.between(-0.05, 0.85)
        shimmer(c, x, y, c.between(0.05, 0.2), n, 90)
    with c.part("bridge"):
        c.box(-0.02, 0.585, 1.02, 0.63, dark)
        c.box(-0.02, 0.5, 1.02, 0.585, c.tone("horizon", "wood", 0.35))
        for n in range(21):
            c.box(0.05 * n - 0.006, 0.49, 0.05 * n + 0.006, 0.59, c.tone("wood", "near", 0.2))
        c.box(-0.02, 0.553, 1.02, 0.562, wood)
        c.shape(path("-0.02,0.505 -0.02,0.44 1.02,0.44 1.02,0.505"), dark)
        for x, size in towers:
            for k in range(4):
                y, wide = 0.452 - 0.052 * k * size, (0.115 - 0.021 * k) * size
                c.shape(
                    [
                        (x - wide * 1.12, y - 0.006),
                        (x - wide * 0.52, y - 0.05 * size),
                        (x + wide * 0.52, y - 0.05 * size),
                        (x + wide * 1.12, y - 0.006),
                        (x + wide, y + 0.008),
                        (x - wide, y + 0.008),
                    ],
                    c.tone("wood", "near", 0.6 - 0.25 * (k % 2)),
                )
            c.disc(x, 0.452 - 0.208 * size, 0.009, c.tone("accent"))
    for n in range(2 + c.variant % 3):
        with (
            c.part("walkers"),
            c.moving("drift", by=(0.16 if n % 2 else -0.12, 0), seconds=9.0 + 2 * n),
        ):
            x, coat = c.between(0.08, 0.92), c.pick("accent", "cloth", "light")
            with c.moving("drift", by=(0, -0.004), seconds=0.8):
                figure(c, x, 0.59, 0.045, c.tone(coat))
    c.box(-0.02, 0.565, 1.02, 0.6, dark)
    ridge(c, 1.02, 0.09, c.tone("near"))


def waterfall(c: Canvas) -> None:
    """Draw a waterfall in two falls between rocks and trees."""
    mountains(c, 0.34)
    shift = c.between(-0.1, 0.1)
    left, right = 0.42 + shift, 0.6 + shift
    stone, deep = c.tone("far", "near", 0.3), c.tone("near", "far", 0.15)
    c.blob(
        [
            (-0.1, 0.2),
            (left - 0.12, 0.24),
            (left, 0.3),
            (left + 0.03, 0.55),
            (left - 0.02, 0.9),
            (0.1, 1.05),
            (-0.1, 1.05),
        ],
        stone,
        deep,
    )
    c.blob(
        [
            (1.1, 0.14),
            (right + 0.14, 0.2),
            (right, 0.28),
            (right - 0.02, 0.5),
            (right + 0.06, 0.9),
            (0.9, 1.05),
            (1.1, 1.05),
        ],
        stone,
        deep,
    )
    with c.part("rocks"):
        _strata(c, shift)
    with c.part("falls"):
        _falls(c, shift, left, right)
    for x in (0.04, 0.16, 0.84, 0.97, c.between(0.28, 0.4)):
        c.disc(x, 0.99, c.between(0.05, 0.09), c.tone("near", "far", 0.15), flat=0.7)
        c.disc(x - 0.012, 0.975, 0.035, c.tone("near", "leaf", 0.5), flat=0.6)
    for x, y, size in (
        (0.07, 0.25, 0.13),
        (0.23, 0.28, 0.1),
        (0.78, 0.25, 0.12),
        (0.93, 0.2, 0.14),
    ):
        tree(c, x, y, size)


def _strata(c: Canvas, shift: float) -> None:
    """Draw ledges and grass in the rock on both sides."""
    for n in range(14):
        y = 0.36 + 0.032 * n
        left = c.between(-0.05, 0.22)
        right = c.between(0.7 + shift, 0.95)
        for x in (left, right):
            wide = c.between(0.06, 0.15)
            tone = c.tone("far", "light", 0.2, alpha=80) if n % 2 else c.tone("near", alpha=90)
            c.shape([(x, y), (x + wide, y + 0.006), (x + wide * 0.7, y + 0.022)], tone)
        if n % 4 == 0:
            for x in (left, right):
                c.disc(x + 0.05, y, 0.028, c.tone("leaf", "near", 0.3), flat=0.45)


def _falls(c: Canvas, shift: float, left: float, right: float) -> None:
    """Draw the two falls and the pool below."""
    for top, bottom, wide in ((0.27, 0.52, 0.0), (0.51, 0.8, 0.035)):
        c.shape(
            [
                (left - wide, top),
                (right + wide, top),
                (right + wide + 0.02, bottom),
                (left - wide - 0.02, bottom),
            ],
            c.tone("light", "water", 0.35),
            c.tone("water", "light", 0.25),
        )
        for n in range(16):
            x, thick = c.between(left - wide, right + wide), c.between(0.002, 0.007)
            streak = [(x, top + c.between(0, 0.08)), (x + (x - 0.5 - shift) * 0.12, bottom)]
            with c.moving("rise", by=(0, 0.07), seconds=1.1 + 0.2 * (n % 3), late=0.23 * (n % 5)):
                c.line(streak, c.tone("light", alpha=140), thick)
        for n in range(7):
            x = left - wide - 0.02 + (right - left + 2 * wide + 0.04) * n / 6
            with c.moving("beat", by=(1.25, 1.4), about=(x, bottom), seconds=1.3, late=0.2 * n):
                c.disc(x, bottom, c.between(0.02, 0.035), c.tone("light", alpha=150), flat=0.55)
    with c.part("pool"):
        c.shape(path("0,0.82 1,0.82 1,1 0,1"), c.tone("water"), c.tone("water", "middle", 0.6))
    for n in range(12):
        x, y = c.between(0.0, 0.9), 0.84 + 0.013 * n
        shimmer(c, x, y, c.between(0.04, 0.14), n, 120)
    if c.variant % 2:
        c.glow(0.5 + shift, 0.66, 0.2, c.tone("light"), 0.35)
