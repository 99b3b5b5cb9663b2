"""What ads cost a town in people on day 30, by the town's own law of coming back, where lives are too few to show it.

    python bench/town_ads_people.py LIFE ADS.json PRICES.json

LIFE is the folder `life` of a life without ads; ADS.json is what `bench/town_ads.py` stored of lives with ads at price 0,
PRICES.json what `bench/town_ads_prices.py` made of one of them. It makes results/town-ads-people.json.

Two lives of one town come apart by chance from the first ad on, by far more people than ads could cost. So nothing is decided
and shown here: every person of the life comes, or stays away, by their habit and mood (`people/rhythm.py`), sees pages that
were as good as those they saw in the life, and with ads each page is worth so much less: the share of looks that were ads,
times what an ad was worth less than a post, both as measured in lives with ads at price 0. At another price the share is
less by the part of ads that are left. Who minds ads more loses more.
Many copies of the town live side by side with the same luck with and without ads, so that the difference is of ads alone.

What is left out: that pages are left earlier, that makers are moved by what is seen, and newcomers.
"""

import argparse
import itertools
import json
from collections import defaultdict
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from run import machine

from lodestone.base.chance import Streams
from lodestone.town import Shelf
from lodestone.town.advertising.running import Patience
from lodestone.town.people import rhythm
from lodestone.town.people.population import settle
from lodestone.town.study.compare import interval
from lodestone.town.truth import ORDINARY, People, Ties

DAYS = 31
COPIES = 100
"""Of every person of the town, in one run."""
RUNS = 5
SWEEP = (0.0, -0.001, -0.002, -0.003, -0.004, -0.006, -0.008, -0.012, -0.016, -0.024)
MOST = 0.02
"""The loss of people that is looked for."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("life", type=Path)
    options.add_argument("ads", type=Path)
    options.add_argument("prices", type=Path)
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "town-ads-people.json"
    )
    arguments = options.parse_args()  # fmt: skip
    plan = json.loads((arguments.life / "plan.json").read_text())["wish"]
    days = json.loads((arguments.life / "figures.json").read_text())["wish"]["days"]
    town = Town(plan["seed"], plan["people"], pages_of(Shelf(arguments.life), days))
    alone = [town.people(run, 0.0) for run in range(RUNS)]
    sweep = [{"joy_a_look": shift, **lost(town, alone, shift)} for shift in SWEEP]
    measured, prices = measured_in(json.loads(arguments.ads.read_text())), []
    for row in json.loads(arguments.prices.read_text())["prices"]:
        share = measured["share"] * row["of_price_0"]
        shift = share * (measured["joy_of_an_ad"] - measured["joy_of_a_post"])
        cost = lost(town, alone, shift, share)
        prices.append({"price": row["price"], "share": share, "joy_a_look": shift, **cost})
    result = {
        "machine": machine(),
        "command": "python bench/town_ads_people.py LIFE ADS.json PRICES.json",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "life": plan,
        "lived": json.loads((arguments.life / "figures.json").read_text())["came"],
        "here_without_ads": np.mean(alone, axis=0).round(2).tolist(),
        "residents_followed": town.count,
        "measured_at_price_0": measured,
        "sweep": sweep,
        "joy_that_costs_two_in_a_hundred": crossing(sweep),
        "prices": prices,
    }
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    for row in (*sweep, *prices):
        print(row)


def pages_of(shelf: Shelf, days: int) -> dict[int, list[list[float]]]:
    """Return what the pages of each day were worth that each person came, by person."""
    pages: dict[int, list[list[float]]] = defaultdict(list)
    for number in range(days):
        day = shelf.day(number)
        assert day is not None
        looks = day[0]
        order = np.argsort(looks.person, kind="stable")
        person, slot, pleasure = (
            column[order] for column in (looks.person, looks.slot, looks.pleasure)
        )
        # A page of the same person begins where slots begin anew.
        begins = np.ones(person.size, bool)
        begins[1:] = (person[1:] != person[:-1]) | (slot[1:] <= slot[:-1])
        starts = np.flatnonzero(begins)
        count = np.diff(np.append(starts, person.size))
        means = np.add.reduceat(pleasure, starts) / count
        for who in np.unique(person[starts]).tolist():
            pages[who].append(means[person[starts] == who].tolist())
    return pages


class Town:
    """Many copies of a town's first residents, and the pages that each may see."""

    def __init__(self, seed: int, people: int, pages: dict[int, list[list[float]]]) -> None:
        self._first = settle(Streams(seed), people).people
        ordinary = self._first.resident & (self._first.kind == ORDINARY)
        rows = [row for row in np.flatnonzero(ordinary).tolist() if row in pages]
        self.count = len(rows)
        self._rows = np.repeat(np.array(rows), COPIES)
        days = [day for row in rows for day in pages[row]]
        self._worth = np.full((len(days), max(map(len, days))), np.nan)
        """Shape (days that somebody came, pages): what each page was worth; NaN beyond the last."""
        for number, day in enumerate(days):
            self._worth[number, : len(day)] = day
        count = np.array([len(pages[row]) for row in rows])
        self._days = np.repeat(count, COPIES)
        self._first_day = np.repeat(np.cumsum(count) - count, COPIES)
        annoyance = Patience(Streams(seed)).annoyance(np.array(rows))
        # Whoever minds more than others loses so much more of an ad.
        self._more = np.repeat(annoyance - annoyance.mean(), COPIES)

    def people(self, run: int, shift: float, share: float = 0.0) -> list[float]:
        """Return how many of the residents come by day, for one copy of the town.

        Args:
            run: Which luck.
            shift: What every look is worth more, in the mean.
            share: Of looks that are ads: who minds them more than others loses that much more.
        """
        streams = Streams(run)
        people = People(
            **{each.name: getattr(self._first, each.name)[self._rows] for each in fields(People)}
        )
        size = people.count
        ties = Ties(*(np.zeros((size, 1)) for _ in fields(Ties)))
        less = shift - share * self._more
        came_by_day = []
        for day in range(DAYS):
            came = rhythm.coming(people, day, streams.of("coming", day))
            self._look(people, came, less, streams.of("pages", day))
            rhythm.night(people, ties, came, streams.of("night", day))
            came_by_day.append(float(came.sum()) / COPIES)
        return came_by_day

    def _look(
        self, people: People, came: np.ndarray, less: np.ndarray, chance: np.random.Generator
    ) -> None:
        drawn = chance.random(people.count)  # for everybody, so that luck is the same whoever comes
        day = self._first_day + (drawn * self._days).astype(np.int64)
        for column in range(self._worth.shape[1]):
            worth = self._worth[day, column]
            who = np.flatnonzero(came & ~np.isnan(worth))
            rhythm.remember_visits(people, who, worth[who] + less[who])


def lost(town: Town, alone: list[list[float]], shift: float, share: float = 0.0) -> dict[str, Any]:
    """Return how many fewer come on day 30, as a share, with the interval of the mean over runs."""
    runs = range(RUNS)
    by_run = [town.people(run, shift, share)[30] / alone[run][30] - 1 for run in runs]
    change = interval(by_run)
    return {"people_on_day_30": change.mean, "low": change.low, "high": change.high}


def crossing(sweep: list[dict[str, Any]]) -> float | None:
    """Return the loss of joy a look at which `MOST` of the people are lost, None where the sweep does not reach it."""
    for before, after in itertools.pairwise(sweep):
        if after["people_on_day_30"] <= -MOST < before["people_on_day_30"]:
            part = (-MOST - before["people_on_day_30"]) / (
                after["people_on_day_30"] - before["people_on_day_30"]
            )
            return float(before["joy_a_look"] + part * (after["joy_a_look"] - before["joy_a_look"]))
    return None


def measured_in(ads: dict[str, Any]) -> dict[str, float]:
    """Return what lives with ads at price 0 measured: means over seeds."""
    lives = [life["ads"] for life in ads["lives"] if life["price"] == "0" and life["ads"]]
    read = {"share": "share", "joy_of_an_ad": "pleasure", "joy_of_a_post": "pleasure_unpaid"}
    return {
        name: float(np.mean([life[measure] for life in lives])) for name, measure in read.items()
    }


if __name__ == "__main__":
    main()
