"""Pictures of the town, drawn: flat shapes in one harmony, a light for the hour, no letter anywhere."""

import io
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from lodestone.base.chance import Streams
from lodestone.town.scenes import SCENES, Canvas, Palette
from lodestone.town.words import TOPICS

WIDTH: Final = 480
HEIGHT: Final = 360
_SCALE: Final = 2
_PALETTES: Final = (
    # sky above, sky below, far, middle, near, accent, light
    Palette("#F6C48B", "#FBE8CF", "#D9A07A", "#A8654E", "#5F3B3A", "#E4572E", "#FFF6E5"),  # dawn
    Palette("#A9D6E5", "#EAF6F6", "#89B6A5", "#4C8577", "#2D5D52", "#F4A259", "#FFFDF5"),  # day
    Palette("#F2A65A", "#F9DDB1", "#C06E52", "#8B4A4A", "#4A2C40", "#F7D08A", "#FFF3D6"),  # evening
    Palette("#1F2A44", "#4B5D82", "#2E3B5E", "#22304F", "#141C30", "#F6C667", "#FFE9B8"),  # night
    Palette("#CFE8D5", "#F4F9EC", "#A6C9A1", "#6E9F6D", "#3F6B4A", "#E07A5F", "#FFFFF2"),  # spring
)  # fmt: skip
_NIGHT: Final = 3
_DAY: Final = tuple(palette for index, palette in enumerate(_PALETTES) if index != _NIGHT)


def picture(topic: int, variant: int) -> bytes:
    """Draw one picture of a topic; the same two numbers give the same picture. WebP, 480 x 360."""
    scene = TOPICS[topic].scene
    chance = Streams(2026).of(f"picture {scene}", topic, variant)
    night = scene in ("night", "lamp")
    colours = _PALETTES[_NIGHT] if night else _DAY[(topic + variant) % len(_DAY)]
    width, height = WIDTH * _SCALE, HEIGHT * _SCALE
    image = _sky(colours, width, height)
    draw: Callable[[Canvas], None] = SCENES[scene]
    draw(Canvas(ImageDraw.Draw(image, "RGBA"), width, height, colours, chance, variant))
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    image = _grain(image, chance)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


def _sky(colours: Palette, width: int, height: int) -> Image.Image:
    """Fill with a soft fall of colour from above to the horizon."""
    top, bottom = (np.array(colours.rgb(name), np.float32) for name in ("sky", "horizon"))
    fall = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 0.8
    rows = top * (1 - fall) + bottom * fall
    return Image.fromarray(np.broadcast_to(rows, (height, width, 3)).astype(np.uint8).copy(), "RGB")


def _grain(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Lay a little paper over it, so that flat colour does not look like plastic."""
    noise = chance.normal(0, 2.5, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
    paper = noise.repeat(2, 0).repeat(2, 1)
    body = np.asarray(image, np.float32) + paper[..., None]
    return Image.fromarray(np.clip(body, 0, 255).astype(np.uint8), "RGB")
