"""Pictures and clips of the town, drawn: flat shapes in one harmony, a light for the hour, no letter anywhere."""

import io
from typing import Final

import numpy as np
from PIL import Image

from lodestone.base.chance import Streams
from lodestone.town.people.topics import TOPICS
from lodestone.town.scenes.composing import AT_NIGHT, SIZE, compose
from lodestone.town.scenes.drawing import Palette
from lodestone.town.scenes.lights import DAYS, NIGHTS
from lodestone.town.scenes.surfaces import Moving, Still, Surface, fall

WIDTH: Final = 480
HEIGHT: Final = 640
"""Upright, as a phone is held."""
VARIANTS: Final = 6
_SCALE: Final = SIZE[0] // WIDTH


def picture(topic: int, variant: int) -> bytes:
    """Draw one picture of a topic; the same two numbers give the same picture. WebP, 480 x 640.

    Args:
        topic: Index into the topics.
        variant: 0 to 5; each has its own light and its own arrangement.
    """
    colours, chance = _light(topic, variant), _chance(topic, variant)
    still = Still(fall(colours.rgb("sky"), colours.rgb("horizon"), SIZE))
    _draw(topic, variant, still, colours, chance)
    image = _paper(still.image.reduce(_SCALE), chance)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=60, method=2)
    return out.getvalue()


def clip(topic: int, variant: int) -> bytes:
    """Draw a picture as a silent clip of a few seconds, for ever: an SVG file that moves by itself.

    It is the same drawing, so the picture is its first moment and stands for it where nothing shall move.
    """
    colours = _light(topic, variant)
    moving = Moving(SIZE, colours.rgb("sky"), colours.rgb("horizon"))
    _draw(topic, variant, moving, colours, _chance(topic, variant))
    return moving.file((WIDTH, HEIGHT))


def _light(topic: int, variant: int) -> Palette:
    harmonies = NIGHTS if TOPICS[topic].scene in AT_NIGHT else DAYS
    return harmonies[(topic + variant) % len(harmonies)]


def _chance(topic: int, variant: int) -> np.random.Generator:
    return Streams(2026).of(f"picture {TOPICS[topic].scene}", topic, variant)


def _draw(
    topic: int, variant: int, surface: Surface, colours: Palette, chance: np.random.Generator
) -> None:
    compose(TOPICS[topic].scene, surface, colours, chance, variant=variant)


def _paper(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Lay a little grain over it, so that wide falls of colour show no bands."""
    grain = chance.integers(-1, 2, (HEIGHT, WIDTH, 1), dtype=np.int16)
    body = np.asarray(image).astype(np.int16) + grain
    return Image.fromarray(np.clip(body, 0, 255).astype(np.uint8), "RGB")
