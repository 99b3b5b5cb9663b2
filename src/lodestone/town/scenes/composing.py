"""Scenes by name: each drawn onto any surface, with the parts that a subject asks for, in the light of its hour."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.town.scenes import (
    animals,
    crafts,
    dishes,
    evenings,
    gatherings,
    goods,
    landscapes,
    waters,
)
from lodestone.town.scenes.drawing import Canvas, Palette
from lodestone.town.scenes.lights import Light
from lodestone.town.scenes.surfaces import Moving, Surface

SIZE: Final = (960, 1280)
"""Units of a drawing, upright as a phone is held."""
SHOWN: Final = (1080, 1440)
"""Pixels at which a drawing of shapes stands by itself; it is sharp at any size."""
SCENES: Final[dict[str, Callable[[Canvas], None]]] = {
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
        animals.pet,
        goods.goods,
        goods.clinic,
        goods.office,
    )
}
_TRUE_BAND: Final = 0.5625
"""In this share of the height what a scene measures by its height is as it measures by its width."""
_AS_WIDE: Final = 0.75
"""In this share of the height a height is as long as the same share of the width."""
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
    "goods": _AS_WIDE,
    "clinic": _AS_WIDE,
    "office": _AS_WIDE,
}
"""Scenes that would be drawn out of shape if they filled an upright picture."""
AT_NIGHT: Final = frozenset({"pipes", "night_market", "dance", "silver"})


def compose(
    scene: str,
    surface: Surface,
    colours: Palette,
    chance: np.random.Generator,
    *,
    variant: int,
    asked: frozenset[str] | None = None,
    night: bool = False,
) -> None:
    """Draw a scene.

    Args:
        scene: Its name, one of `SCENES`.
        surface: What it is drawn onto.
        colours: A harmony.
        chance: For what lies a little here or there.
        variant: 0 to 5; each has its own arrangement.
        asked: The parts that must be in it; None for what the scene usually shows.
        night: Whether it is dark.
    """
    band = _BANDS.get(scene, 1.0)
    SCENES[scene](Canvas(surface, colours, chance, variant, band, asked, night))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing as two SVG files of the same shapes."""

    still: bytes
    clip: bytes
    """It moves by itself, for ever, and begins as the still."""


def drawing(scene: str, parts: frozenset[str], light: Light, variant: int) -> Drawing:
    """Draw a scene with some parts in the light of an hour; the same always gives the same files.

    Every part is a group in the file that carries its name as `data-part`.

    Args:
        scene: One of `SCENES`.
        parts: What must be in it.
        light: Of its season and hour.
        variant: 0 to 5.
    """
    colours = light.palette
    surface = Moving(SIZE, colours.rgb("sky"), colours.rgb("horizon"))
    chance = Streams(2026).of(f"drawing {scene} {light.season} {light.hour}", variant)
    compose(scene, surface, colours, chance, variant=variant, asked=parts, night=light.night)
    return Drawing(surface.still(SHOWN), surface.file(SHOWN))
