"""What stirs in the air of a scene: steam, smoke, light on water."""

from math import sin

from lodestone.town.scenes.drawing import Canvas


def steam(c: Canvas, x: float, y: float, size: float) -> None:
    """Draw soft puffs rising from something hot; nothing of them depends on chance."""
    for n in range(8):
        left, up = x + size * 0.9 * sin(2.4 * n), y - size * 0.22 * (n % 4)
        away = (0.04 * sin(1.7 * n), -0.13)
        with c.moving("rise", by=away, seconds=3.4 + 0.3 * (n % 3), late=0.45 * n):
            c.glow(left, up, size * (0.3 + 0.08 * (n % 3)), c.tone("#FFFFFF"), 0.5)


def smoke(c: Canvas, x: float, y: float, size: float) -> None:
    """Draw the smoke of a hearth above a roof."""
    with c.part("smoke"):
        for n in range(4):
            with c.moving("rise", by=(size * 0.5, -size * 1.1), seconds=5.0, late=1.1 * n):
                grown = size * (0.12 + 0.07 * n)
                away = x + size * 0.13 * n * n * 0.6
                c.disc(away, y - size * 0.34 * n, grown, c.tone("light", alpha=130 - 26 * n))


def shimmer(c: Canvas, x: float, y: float, wide: float, n: int, alpha: int = 110) -> None:
    """Draw one line of light on water; `n` sets it apart from its neighbours."""
    with c.moving(
        "drift", by=(0.03 if n % 2 else -0.03, 0), seconds=3.0 + n % 3, late=0.4 * (n % 4)
    ):
        c.box(x, y, x + wide, y + 0.005, c.tone("light", alpha=alpha), corner=0.003)
