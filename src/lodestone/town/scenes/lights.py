"""The light of a season and an hour, as the colours that a picture of it has."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from lodestone.town.scenes.drawing import Palette

Season = Literal["spring", "summer", "autumn", "winter"]
Hour = Literal["dawn", "day", "dusk", "night"]
_SEASONS: Final[tuple[Season, ...]] = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn", "winter")  # fmt: skip
_FIRST: Final[dict[Hour, int]] = {"dawn": 6, "day": 8, "dusk": 17, "night": 19}
"""The hour from which on each begins."""

# sky, horizon, far, middle, near, leaf, water, wood, cloth, accent, light
CLEAR: Final = Palette("#8FC4E6", "#EAF5F0", "#94BDBB", "#5F9A85", "#2B5950", "#58A066", "#BFE1EC", "#93613F", "#3F6FA8", "#EE8A52", "#FFFDF4")  # fmt: skip
DAWN: Final = Palette("#F2B394", "#FDECD6", "#D3A59D", "#8D917B", "#49564F", "#7F9D63", "#F8DCC4", "#80503A", "#6A6FA3", "#DF5B3D", "#FFF8EA")  # fmt: skip
SPRING: Final = Palette("#BFE4D6", "#F8F9E4", "#A8CFB0", "#73AD7C", "#356A4C", "#5FAD60", "#CFEDE4", "#8C6546", "#4F8C9A", "#E4715F", "#FFFFF5")  # fmt: skip
DUSK: Final = Palette("#7A74B0", "#F9BE9C", "#A07FAA", "#6C5A90", "#37315C", "#6A7F78", "#EBB0A4", "#6A4455", "#4B5DA0", "#FFC062", "#FFEFD9")  # fmt: skip
AUTUMN: Final = Palette("#F4D08A", "#FDF2D6", "#D8B277", "#B08A4C", "#62462F", "#A39A45", "#F3E4BE", "#7A4E2E", "#6B7A54", "#C7452F", "#FFF9E6")  # fmt: skip
MIST: Final = Palette("#B3C4D2", "#EEF2F1", "#A6B8C2", "#738E9A", "#395361", "#618B7A", "#D4E0E5", "#715E52", "#5878A0", "#DB7557", "#FBFCFB")  # fmt: skip
DAYS: Final = (CLEAR, DAWN, SPRING, DUSK, AUTUMN, MIST)
NIGHTS: Final = (
    Palette("#16213F", "#47598A", "#33446F", "#263356", "#131A2E", "#2F5A57", "#2B3C66", "#6A4634", "#7C4B78", "#FFB84D", "#FFF0C9"),  # blue
    Palette("#1E1B3A", "#7A4F80", "#4A3A6B", "#382C56", "#17132B", "#3B5560", "#3E3260", "#6E4038", "#3D6E8C", "#FF9E57", "#FFEBD0"),  # violet
    Palette("#0F2A33", "#3F7478", "#2A5058", "#1D3D45", "#0B1D24", "#2F6B52", "#24505A", "#6B4A30", "#8A4A5A", "#F9C455", "#FFF4D2"),  # teal
    Palette("#2B1D3D", "#C26F63", "#6B3F62", "#4C2F52", "#1C1229", "#4A5A4E", "#5C3A5A", "#703C30", "#35628A", "#FFC163", "#FFE9CC"),  # after sunset
    Palette("#101A33", "#3A4F7E", "#2C3D66", "#1F2C4C", "#0C1324", "#2B5450", "#263A5E", "#5E3F30", "#A0524F", "#FFD27A", "#FFF7DF"),  # late
    Palette("#232A3A", "#5C6C82", "#414E64", "#313C50", "#161C28", "#3E5E55", "#3A485E", "#664936", "#5B6FA5", "#F7A95A", "#FDF0DA"),  # after rain
)  # fmt: skip
_BY_DAY: Final[dict[Season, Palette]] = {"spring": SPRING, "summer": CLEAR, "autumn": AUTUMN, "winter": MIST}  # fmt: skip
_AT_NIGHT: Final[dict[Season, Palette]] = {"spring": NIGHTS[2], "summer": NIGHTS[0], "autumn": NIGHTS[1], "winter": NIGHTS[4]}  # fmt: skip
_LEAVES: Final[dict[Season, str]] = {"spring": "#7FAE63", "summer": "#6F9D63", "autumn": "#A8964A", "winter": "#77897A"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Light:
    """What season and what part of the day a picture shows."""

    season: Season
    hour: Hour

    @property
    def night(self) -> bool:
        """Say whether it is dark."""
        return self.hour == "night"

    @property
    def palette(self) -> Palette:
        """Return its colours."""
        if self.hour == "night":
            return _AT_NIGHT[self.season]
        if self.hour == "day":
            return _BY_DAY[self.season]
        return replace(DAWN if self.hour == "dawn" else DUSK, leaf=_LEAVES[self.season])


def light_of(month: int, hour: int) -> Light:
    """Return the light of a month, 1 to 12, at an hour, 0 to 23.

    >>> light_of(11, 18), light_of(7, 2).night
    (Light(season='autumn', hour='dusk'), True)
    """
    part_of_day: Hour = "night"
    for name, first in _FIRST.items():
        if hour >= first:
            part_of_day = name
    return Light(_SEASONS[month - 1], part_of_day)
