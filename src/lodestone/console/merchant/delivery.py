"""Where a shop without a position of its own delivers to, as fields of its form: a name, a middle and a radius each."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from lodestone.commerce.shop import AREAS_MAX, RADIUS_KM_MAX, DeliveryArea
from lodestone.console.merchant.forms import FormReader
from lodestone.services.commerce.desk_edits import AreaEdit

_NAME_MAX: Final = 256
_NEW: Final = 2
"""Empty rows that the form offers beside those that stand."""
_PARTS: Final = ("name", "latitude", "longitude", "radius")
_LETTERS_MAX: Final = 24


def rows_of(areas: Sequence[DeliveryArea]) -> list[int]:
    """Return the numbers of the rows that the form has."""
    return list(range(min(AREAS_MAX, len(areas) + _NEW)))


def values_of(areas: Sequence[DeliveryArea]) -> dict[str, str]:
    """Return what the fields hold, by name."""
    values: dict[str, str] = {}
    for n, area in enumerate(areas):
        parts = (
            area.name,
            f"{area.centre.latitude:g}",
            f"{area.centre.longitude:g}",
            f"{area.radius_km:g}",
        )
        if (float(parts[1]), float(parts[2])) != (area.centre.latitude, area.centre.longitude):
            parts = (area.name, repr(area.centre.latitude), repr(area.centre.longitude), parts[3])
        values |= {f"area-{n}-{part}": text for part, text in zip(_PARTS, parts, strict=True)}
    return values


def areas_of(reader: FormReader) -> tuple[AreaEdit, ...]:
    """Read the rows that say anything; a row whose fields are all empty is an area taken away."""
    areas = []
    for n in range(AREAS_MAX):
        name, *figures = (
            reader.values.get(f"area-{n}-{part}", "").strip()[: _NAME_MAX + 1] for part in _PARTS
        )
        if not name and not any(figures):
            continue
        latitude, longitude, radius = (_number(text) for text in figures)
        row = f"area-{n}"
        if len(name) > _NAME_MAX or not name.isprintable():
            reader.failed(row, reader.words.say("Write at most {n} letters.", {"n": _NAME_MAX}))
        elif not name:
            reader.failed(row, reader.words.say("Give the area a name that buyers know."))
        elif not _within(latitude, 90) or not _within(longitude, 180):
            reader.failed(
                row, reader.words.say("Give its middle in degrees, such as 26.38 and 108.08.")
            )
        elif radius is None or not 0 < radius <= RADIUS_KM_MAX:
            reader.failed(row, reader.words.say("Give a radius in kilometres, such as 10."))
        else:
            assert latitude is not None
            assert longitude is not None
            areas.append(AreaEdit(name, latitude, longitude, radius))
    return tuple(areas)


def _number(text: str) -> float | None:
    """Read a number as people type it; None for none.

    >>> _number("26.38"), _number("-3"), _number("nan"), _number("1e5")
    (26.38, -3.0, None, None)
    """
    if not text or len(text) > _LETTERS_MAX or not set(text) <= set("0123456789.-"):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _within(degrees: float | None, most: int) -> bool:
    return degrees is not None and -most <= degrees <= most
