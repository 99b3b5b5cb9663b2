"""Policies side by side: one table with intervals over seeds, and pictures that state what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lodestone.base.money import MICROS_IN_ONE
from lodestone.town.study.charts import Band, Chart, Dots
from lodestone.town.study.policies import ARMS, WORDS, Json

# Student's t at 0.975 for 1 to 12 degrees of freedom; beyond, the normal's 1.96 is close enough.
_T: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table."""

    id: str
    name: str
    read: Callable[[Json], Any]
    digits: int = 3


def _of_day(after: int) -> Callable[[Json], Any]:
    return lambda figures: figures["came"][after] if after < len(figures["came"]) else None


def _promise(name: str, what: str) -> Callable[[Json], Any]:
    def read(figures: Json) -> Any:
        return next((figure[what] for figure in figures["promises"] if figure["id"] == name), None)

    return read


def _cost(figures: Json) -> float:
    return float(sum(figure["cost_share"] for figure in figures["promises"]))


MEASURES: Final = (
    Measure("came_7", "people who came on day 7", _of_day(7), 0),
    Measure("came_30", "people who came on day 30", _of_day(30), 0),
    Measure("kept_1", "came again on day 1 after first sight", lambda f: f["kept_1"]),
    Measure("kept_7", "came again on day 7", lambda f: f["kept_7"]),
    Measure("kept_30", "came again on day 30", lambda f: f["kept_30"]),
    Measure("newcomers_kept_7", "newcomers who came again on day 7", lambda f: f["newcomers_kept_7"]),
    Measure("followers_kept_7", "followers kept on day 7", lambda f: f["engine_says"]["kept"]["followers"]["day_7"]),
    Measure("customers_kept_7", "customers who bought again on day 7", lambda f: f["engine_says"]["kept"]["customers"]["day_7"]),
    Measure("customers", "customers", lambda f: f["customers"], 0),
    Measure("follows", "follows", lambda f: f["follows"], 0),
    Measure("value", "value of a thousand impressions, yuan", lambda f: f["value_per_thousand"] / MICROS_IN_ONE, 2),
    Measure("value_last", "the same, truly expected, last seven days", lambda f: f["value_per_thousand_last"] / MICROS_IN_ONE, 2),
    Measure("value_total", "value of the whole life, yuan", lambda f: f["value_total"] / MICROS_IN_ONE, 0),
    Measure("pleasure", "joy of a look beyond its cost", lambda f: f["pleasure"], 4),
    Measure("small_survive", "small creators who still post", lambda f: f["small_survive"]),
    Measure("makers_survive", "creators who still post", lambda f: f["makers_survive"]),
    Measure("gini", "exposure Gini by the truth, last seven days", lambda f: f["gini"]),
    Measure("promise_gini", "exposure Gini as promised", _promise("gini", "delivered")),
    Measure("promise_first", "first impressions of plan", _promise("first_impressions", "of_plan")),
    Measure("promise_local", "local share of plan", _promise("local_share", "of_plan")),
    Measure("promise_cost", "value that promises cost, by their own account", _cost),
    Measure("first_ten", "joy of newcomers' first ten looks", lambda f: f["first_ten_joy"], 4),
    Measure("regret", "regret under the same promises", lambda f: f["regret"]),
    Measure("regret_memory", "regret against all that is live, no promise", lambda f: f["regret_memory"]),
    Measure("patrons", "share of looks a ring's makers got", lambda f: f["patrons_share"], 4),
    Measure("private", "share of looks in the private domain", lambda f: f["domains"]["last"]["private"]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over seeds with its 95 % interval; `low` and `high` are None with a single seed."""

    mean: float
    low: float | None
    high: float | None


def interval(values: Sequence[float]) -> Interval:
    """Return the mean and Student's interval of a few independent values.

    >>> interval([1.0, 2.0, 3.0]).mean
    2.0
    """
    held = np.array(values, np.float64)
    mean = float(held.mean())
    if held.size < 2:
        return Interval(mean, None, None)
    t = _T[held.size - 2] if held.size - 2 < len(_T) else 1.96
    half = t * float(held.std(ddof=1)) / float(np.sqrt(held.size))
    return Interval(mean, mean - half, mean + half)


class Comparison:
    """Lives of the same towns under several policies.

    Args:
        figures: One for each life, as `runs.judged` tells them.
    """

    def __init__(self, figures: Sequence[Json]) -> None:
        self.figures = list(figures)
        present = {figure["wish"]["arm"] for figure in figures}
        self.arms = [arm for arm in ARMS if arm in present]

    def values(self, measure: Measure, arm: str) -> list[float]:
        """Return a measure's values by seed; lives that have none are left out."""
        read = [
            (figure["wish"]["seed"], measure.read(figure))
            for figure in self.figures
            if figure["wish"]["arm"] == arm
        ]
        return [
            float(value) for _, value in sorted(read, key=lambda pair: pair[0]) if value is not None
        ]

    def names(self) -> list[str]:
        """Return the columns' words."""
        return [WORDS[arm] for arm in self.arms]

    def rows(self) -> list[list[str]]:
        """Return the table as words: a measure's name, then mean and interval per policy."""
        return [
            [
                measure.name,
                *(_words(self.values(measure, arm), measure.digits) for arm in self.arms),
            ]
            for measure in MEASURES
        ]

    def ahead(self, measure: Measure, arm: str) -> Interval | None:
        """Return by how much the engine is ahead of an arm on the same seeds; None where either has none."""
        ours, theirs = self.values(measure, "engine"), self.values(measure, arm)
        if not ours or len(ours) != len(theirs):
            return None
        return interval([a - b for a, b in zip(ours, theirs, strict=True)])

    def told(self) -> Json:
        """Return everything as data."""
        return {
            "arms": self.arms,
            "seeds": sorted({figure["wish"]["seed"] for figure in self.figures}),
            "measures": {
                measure.id: {
                    "name": measure.name,
                    **{
                        arm: {"values": values, **_told(interval(values))}
                        for arm in self.arms
                        if (values := self.values(measure, arm))
                    },
                    "engine_ahead": {
                        arm: _told(found)
                        for arm in self.arms
                        if arm != "engine" and (found := self.ahead(measure, arm)) is not None
                    },
                }
                for measure in MEASURES
            },
            "lives": self.figures,
        }


def _told(found: Interval) -> Json:
    return {"mean": found.mean, "low": found.low, "high": found.high}


def _words(values: list[float], digits: int) -> str:
    if not values:
        return "-"
    found = interval(values)
    text = f"{found.mean:,.{digits}f}"
    if found.low is None:
        return text
    return f"{text} ± {found.mean - found.low:,.{digits}f}"


def pictures(comparison: Comparison) -> dict[str, str]:
    """Draw what was found, as SVG by file name."""
    return {
        "people.svg": _people(comparison),
        "measures.svg": _dots(comparison),
        "exposure.svg": _exposure(comparison),
    }


def _people(comparison: Comparison) -> str:
    bands = []
    for arm in comparison.arms:
        came = [figure["came"] for figure in comparison.figures if figure["wish"]["arm"] == arm]
        length = min(len(row) for row in came)
        table = np.array([row[:length] for row in came], np.float64)
        bands.append(
            Band(
                WORDS[arm],
                arm == "engine",
                list(range(length)),
                table.mean(axis=0).tolist(),
                table.min(axis=0).tolist(),
                table.max(axis=0).tolist(),
            )
        )
    best = max(bands, key=lambda band: band.middle[-1])
    title = f"On the last day most people come under: {best.name}"
    return Chart(title, "day", "people who came").lines(bands)


def _exposure(comparison: Comparison) -> str:
    bands = []
    for arm in comparison.arms:
        curves = [
            figure["engine_says"]["lorenz"]
            for figure in comparison.figures
            if figure["wish"]["arm"] == arm
        ]
        at = [point[0] for point in curves[0]]
        table = np.array([[point[1] for point in curve] for curve in curves])
        bands.append(
            Band(
                WORDS[arm],
                arm == "engine",
                at,
                table.mean(axis=0).tolist(),
                table.min(axis=0).tolist(),
                table.max(axis=0).tolist(),
            )
        )
    flat = max(bands, key=lambda band: sum(band.middle))
    title = f"Creators are shown most evenly under: {flat.name}"
    return Chart(title, "share of creators, least shown first", "share of impressions").lines(bands)


_SHOWN: Final = (
    "came_7",
    "came_30",
    "kept_7",
    "small_survive",
    "value",
    "gini",
    "first_ten",
    "regret",
)


def _dots(comparison: Comparison) -> str:
    groups = []
    for measure in MEASURES:
        if measure.id not in _SHOWN:
            continue
        found = [
            (WORDS[arm], arm == "engine", interval(values))
            for arm in comparison.arms
            if (values := comparison.values(measure, arm))
        ]
        if found:
            groups.append(
                Dots(
                    measure.name,
                    [
                        (
                            name,
                            ours,
                            one.mean,
                            one.mean if one.low is None else one.low,
                            one.mean if one.high is None else one.high,
                        )
                        for name, ours, one in found
                    ],
                    measure.digits,
                )
            )
    return Chart("Policies on the same towns: mean and 95 % interval over seeds", "", "").dots(
        groups
    )
