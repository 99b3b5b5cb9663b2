"""Pictures and clips of the town, drawn: flat shapes in one harmony, a light for the hour, no letter anywhere."""

import io
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from lodestone.base.chance import Streams
from lodestone.town.people.topics import TOPICS
from lodestone.town.scenes import crafts, dishes, evenings, gatherings, landscapes, waters
from lodestone.town.scenes.drawing import Canvas, Palette
from lodestone.town.scenes.surfaces import Moving, Still, Surface, fall

WIDTH: Final = 480
HEIGHT: Final = 640
"""Upright, as a phone is held."""
VARIANTS: Final = 6
_SCALE: Final = 2
_SIZE: Final = (WIDTH * _SCALE, HEIGHT * _SCALE)

# sky, horizon, far, middle, near, leaf, water, wood, cloth, accent, light
_DAYS: Final = (
    Palette("#8FC4E6", "#EAF5F0", "#94BDBB", "#5F9A85", "#2B5950", "#58A066", "#BFE1EC", "#93613F", "#3F6FA8", "#EE8A52", "#FFFDF4"),  # a clear day
    Palette("#F2B394", "#FDECD6", "#D3A59D", "#8D917B", "#49564F", "#7F9D63", "#F8DCC4", "#80503A", "#6A6FA3", "#DF5B3D", "#FFF8EA"),  # dawn
    Palette("#BFE4D6", "#F8F9E4", "#A8CFB0", "#73AD7C", "#356A4C", "#5FAD60", "#CFEDE4", "#8C6546", "#4F8C9A", "#E4715F", "#FFFFF5"),  # spring
    Palette("#7A74B0", "#F9BE9C", "#A07FAA", "#6C5A90", "#37315C", "#6A7F78", "#EBB0A4", "#6A4455", "#4B5DA0", "#FFC062", "#FFEFD9"),  # dusk
    Palette("#F4D08A", "#FDF2D6", "#D8B277", "#B08A4C", "#62462F", "#A39A45", "#F3E4BE", "#7A4E2E", "#6B7A54", "#C7452F", "#FFF9E6"),  # autumn
    Palette("#B3C4D2", "#EEF2F1", "#A6B8C2", "#738E9A", "#395361", "#618B7A", "#D4E0E5", "#715E52", "#5878A0", "#DB7557", "#FBFCFB"),  # mist
)  # fmt: skip
_NIGHTS: Final = (
    Palette("#16213F", "#47598A", "#33446F", "#263356", "#131A2E", "#2F5A57", "#2B3C66", "#6A4634", "#7C4B78", "#FFB84D", "#FFF0C9"),  # blue
    Palette("#1E1B3A", "#7A4F80", "#4A3A6B", "#382C56", "#17132B", "#3B5560", "#3E3260", "#6E4038", "#3D6E8C", "#FF9E57", "#FFEBD0"),  # violet
    Palette("#0F2A33", "#3F7478", "#2A5058", "#1D3D45", "#0B1D24", "#2F6B52", "#24505A", "#6B4A30", "#8A4A5A", "#F9C455", "#FFF4D2"),  # teal
    Palette("#2B1D3D", "#C26F63", "#6B3F62", "#4C2F52", "#1C1229", "#4A5A4E", "#5C3A5A", "#703C30", "#35628A", "#FFC163", "#FFE9CC"),  # after sunset
    Palette("#101A33", "#3A4F7E", "#2C3D66", "#1F2C4C", "#0C1324", "#2B5450", "#263A5E", "#5E3F30", "#A0524F", "#FFD27A", "#FFF7DF"),  # late
    Palette("#232A3A", "#5C6C82", "#414E64", "#313C50", "#161C28", "#3E5E55", "#3A485E", "#664936", "#5B6FA5", "#F7A95A", "#FDF0DA"),  # after rain
)  # fmt: skip
_SCENES: Final[dict[str, Callable[[Canvas], None]]] = {
    draw.__name__: draw
    for draw in (
        landscapes.village,
        landscapes.terraces,
        landscapes.tea,
        waters.bridge,
        waters.waterfall,
        landscapes.rapeseed,
        landscapes.hives,
        landscapes.road,
        gatherings.market,
        gatherings.bull,
        gatherings.football,
        gatherings.raising,
        evenings.pipes,
        evenings.drum_tower,
        evenings.night_market,
        evenings.dance,
        evenings.classroom,
        dishes.fish_pot,
        dishes.noodles,
        dishes.rice_cakes,
        crafts.embroidery,
        crafts.batik,
        crafts.silver,
        crafts.pet,
    )
}
_TRUE_BAND: Final = 0.5625
"""In this share of the height what a scene measures by its height is as it measures by its width."""
_BANDS: Final = {
    "fish_pot": _TRUE_BAND,
    "noodles": _TRUE_BAND,
    "rice_cakes": _TRUE_BAND,
    "embroidery": _TRUE_BAND,
    "bull": 0.68,
    "pet": 0.7,
    "silver": 0.75,
    "raising": 0.85,
    "football": 0.85,
    "hives": 0.85,
}
"""Scenes that would be drawn out of shape if they filled an upright picture."""
_AT_NIGHT: Final = frozenset({"pipes", "night_market", "dance", "silver"})


def picture(topic: int, variant: int) -> bytes:
    """Draw one picture of a topic; the same two numbers give the same picture. WebP, 480 x 640.

    Args:
        topic: Index into the topics.
        variant: 0 to 5; each has its own light and its own arrangement.
    """
    colours, chance = _light(topic, variant), _chance(topic, variant)
    still = Still(fall(colours.rgb("sky"), colours.rgb("horizon"), _SIZE))
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
    moving = Moving(_SIZE, colours.rgb("sky"), colours.rgb("horizon"))
    _draw(topic, variant, moving, colours, _chance(topic, variant))
    return moving.file((WIDTH, HEIGHT))


def _light(topic: int, variant: int) -> Palette:
    harmonies = _NIGHTS if TOPICS[topic].scene in _AT_NIGHT else _DAYS
    return harmonies[(topic + variant) % len(harmonies)]


def _chance(topic: int, variant: int) -> np.random.Generator:
    return Streams(2026).of(f"picture {TOPICS[topic].scene}", topic, variant)


def _draw(
    topic: int, variant: int, surface: Surface, colours: Palette, chance: np.random.Generator
) -> None:
    scene = TOPICS[topic].scene
    _SCENES[scene](Canvas(surface, colours, chance, variant, _BANDS.get(scene, 1.0)))


def _paper(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Lay a little grain over it, so that wide falls of colour show no bands."""
    grain = chance.integers(-1, 2, (HEIGHT, WIDTH, 1), dtype=np.int16)
    body = np.asarray(image).astype(np.int16) + grain
    return Image.fromarray(np.clip(body, 0, 255).astype(np.uint8), "RGB")
