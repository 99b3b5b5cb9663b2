"""What a life came to: figures from the town's own diary, and beside them what the engine says of itself over HTTP."""

from collections import Counter
from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Bools, Floats
from lodestone.base.clock import DAY_MICROS
from lodestone.town.people.behaviour import OUTCOMES
from lodestone.town.people.creators import posting
from lodestone.town.people.fraud_rings import RING_DAY, patrons
from lodestone.town.study.diary import DOMAINS, Shelf, joined_looks
from lodestone.town.truth import ORDINARY, Truth

Json = dict[str, Any]
KEPT_DAYS: Final = (1, 7, 30)
FIRST_LOOKS: Final = 10
LAST_DAYS: Final = 7
_LIVE_DAYS: Final = 28


class Judge:
    """Reads one life's shelf and judges it.

    Args:
        shelf: The life's.
        days: How many days have been lived.
        start: The first day's first microsecond.
    """

    def __init__(self, shelf: Shelf, days: int, start: int) -> None:
        self.days = days
        self._start = start
        pages = []
        for number in range(days):
            held = shelf.day(number)
            assert held is not None, f"day {number} has not been lived"
            pages.append(held)
        self._looks = [looks for looks, _ in pages]
        self.pages = [page for _, page in pages]
        kept = shelf.state()
        assert kept is not None
        self._truth: Truth = kept[0]
        self._day = np.repeat(np.arange(days), [looks.person.size for looks in self._looks])
        self._all = joined_looks(self._looks)
        self._honest = (self._truth.people.kind == ORDINARY)[self._all.person]

    def figures(self) -> Json:
        """Return every figure that the truth gives."""
        return {
            **self._people(),
            **self._value(),
            **self._makers(),
            **self._newcomers(),
            **self._ring(),
            "gini": self._mean_gini(),
            "calibration": self._calibration(),
            **self._regret(),
            "promises": self._promises(),
            "domains": self._domains(),
            "feeds": sum(page["feeds"] for page in self.pages),
            "impressions": int(self._all.person.size),
            "refused": sum(page["refused"] for page in self.pages),
        }

    def ads(self) -> Json:
        """Return how much of what honest people looked at was ads, and what a look was worth to them beyond its cost."""
        paid = self._honest & self._all.paid
        unpaid = self._honest & ~self._all.paid
        pleasure = self._all.pleasure
        return {
            "share": float(paid.sum() / max(1, self._honest.sum())),
            "looks": int(paid.sum()),
            "pleasure": float(pleasure[paid].mean()) if paid.any() else None,
            "pleasure_unpaid": float(pleasure[unpaid].mean()) if unpaid.any() else None,
        }

    def _people(self) -> Json:
        """Count who came: by day, and who came again d days after their first sight."""
        there = np.zeros((self._truth.people.count, self.days), bool)
        there[self._all.person, self._day] = True
        there &= (self._truth.people.kind == ORDINARY)[:, None]
        first = np.where(there.any(axis=1), there.argmax(axis=1), self.days)
        found: Json = {"came": there.sum(axis=0).tolist()}
        for after in KEPT_DAYS:
            known = np.flatnonzero(first + after < self.days)
            again = there[known, first[known] + after]
            found[f"kept_{after}"] = float(again.mean()) if known.size else None
            new = self._truth.people.born[known] > 0
            found[f"newcomers_kept_{after}"] = float(again[new].mean()) if new.any() else None
            found[f"came_day_{after}"] = int(there[:, after].sum()) if after < self.days else None
        found["gone"] = int((self._truth.people.gone & (self._truth.people.kind == ORDINARY)).sum())
        return found

    def _value(self) -> Json:
        """Value of a thousand impressions, as done and as truly expected, and what a minute was worth."""
        looks, honest = self._all, self._honest
        value = looks.value[honest]
        late = honest & (self._day >= self.days - LAST_DAYS)
        return {
            "value_per_thousand": float(value.mean() * 1000),
            "value_per_thousand_last": float(looks.expected[late].mean() * 1000),
            "expected_per_thousand": float(looks.expected[honest].mean() * 1000),
            "value_total": float(value.sum()),
            "joy": float(looks.joy[honest].mean()),
            "pleasure": float(looks.pleasure[honest].mean()),
            "rates": dict(
                zip(OUTCOMES, looks.done[honest].mean(axis=0).round(5).tolist(), strict=True)
            ),
            "customers": int(np.unique(looks.person[honest & looks.done[:, 9]]).size),
            "orders": int(looks.done[honest, 9].sum()),
            "follows": int(looks.done[honest, 6].sum()),
        }

    def _makers(self) -> Json:
        """Count who still posts among those who were there on the first day."""
        makers, people = self._truth.makers, self._truth.people
        here = people.resident[makers.person] & (people.kind[makers.person] == ORDINARY)
        begun = here & (people.born[makers.person] == 0)
        goes_on = posting(makers, people.gone)
        small = begun & makers.small
        posts, mine = self._truth.posts, self._honest & ~self._all.paid
        new = here & (people.born[makers.person] > 0)
        return {
            "small_survive": _share(goes_on, small),
            "makers_survive": _share(goes_on, begun),
            "new_makers_survive": _share(goes_on, new),
            "small_makers": int(small.sum()),
            "small_share": float(makers.small[posts.maker[self._all.post[mine]]].mean()),
            "posts": self._truth.posts.count,
        }

    def _newcomers(self) -> Json:
        """Return what newcomers' first ten looks were worth, by the truth."""
        people = self._truth.people
        rows = np.flatnonzero(self._honest & (people.born[self._all.person] > 0))
        person = self._all.person[rows]
        order = np.argsort(person, kind="stable")
        held = person[order]
        start = np.searchsorted(held, held)
        first = order[np.arange(held.size) - start < FIRST_LOOKS]
        return {
            "newcomers": int(np.unique(person).size),
            "first_ten_joy": float(self._all.joy[rows[first]].mean()) if first.size else None,
            "first_ten_value": float(self._all.expected[rows[first]].mean() * 1000)
            if first.size
            else None,
        }

    def _ring(self) -> Json:
        """Return what share of honest people's looks went to the makers a ring works for, once it could."""
        late = self._honest & (self._day >= RING_DAY)
        maker = self._truth.posts.maker[self._all.post[late]]
        mine = np.isin(maker, patrons(self._truth))
        return {"patrons_share": float(mine.mean()) if mine.size else None}

    def _mean_gini(self) -> float:
        days = range(max(0, self.days - LAST_DAYS), self.days)
        return float(np.mean([self._gini(day) for day in days]))

    def _gini(self, day: int) -> float:
        """Return how unequally makers with a live post of four weeks were shown in seven days, zeros included."""
        posts, makers = self._truth.posts, self._truth.makers
        end = self._start + (day + 1) * DAY_MICROS
        fresh = (posts.created < end) & (end - posts.created < _LIVE_DAYS * DAY_MICROS)
        live = np.zeros(makers.count, bool)
        live[posts.maker[fresh]] = True
        week = (self._day <= day) & (self._day > day - LAST_DAYS)
        week &= ~self._all.paid
        shown = np.bincount(posts.maker[self._all.post[week]], minlength=makers.count)
        return gini(shown[live].astype(np.float64))

    def _domains(self) -> Json:
        """Return the share of honest looks by domain, all days and the last seven."""
        found: Json = {}
        for name, chosen in (
            ("all", self._honest),
            ("last", self._honest & (self._day >= self.days - LAST_DAYS)),
        ):
            counts = np.bincount(self._all.domain[chosen], minlength=3)
            found[name] = dict(
                zip(DOMAINS, (counts / max(1, counts.sum())).round(4).tolist(), strict=True)
            )
        return found

    def _sampled(self) -> list[Json]:
        half = self.pages[self.days // 2 :]
        return [one for page in half for one in page["sampled"]]

    def _calibration(self) -> Json:
        """Return predicted over true chance per outcome, with how many were truly expected; second half of the days."""
        sampled = self._sampled()
        if not sampled:
            return {}
        said = np.sum([one["predicted"] for one in sampled], axis=0)
        true = np.sum([one["true"] for one in sampled], axis=0)
        return {
            name: {
                "predicted_over_true": round(float(a / b), 4) if b else None,
                "expected": round(float(b), 2),
            }
            for name, a, b in zip(OUTCOMES, said, true, strict=True)
        }

    def _regret(self) -> Json:
        """Return what the slates missed, as shares of the best; second half of the days."""
        sampled = self._sampled()
        if not sampled:
            return {"regret": None, "regret_value": None, "regret_memory": None}
        total = Counter[str]()
        for one in sampled:
            total.update(
                {
                    name: one[name]
                    for name in ("served", "best", "served_value", "best_value", "any_value")
                }
            )
        return {
            "regret": 1 - total["served"] / total["best"],
            "regret_value": 1 - total["served_value"] / total["best_value"],
            "regret_memory": 1 - total["served_value"] / total["any_value"],
        }

    def _promises(self) -> list[Json]:
        """Return how each promise stood on the last seven nights: delivery against target, price, cost."""
        last = [page["promises"] for page in self.pages[-LAST_DAYS:]]
        found = []
        for index, one in enumerate(last[-1]):
            rows = [night[index] for night in last]
            delivered = float(np.mean([row["delivered"] for row in rows]))
            found.append(
                {
                    "id": one["id"],
                    "target": one["target"],
                    "delivered": round(delivered, 5),
                    "of_plan": round(delivered / one["target"], 4) if one["target"] else None,
                    "price_micros": round(float(np.mean([row["price_micros"] for row in rows])), 1),
                    "cost_share": one["cost_share"],
                    "alarm": any(row["alarm"] for row in rows),
                }
            )
        return found


def _share(goes_on: Bools, of: Bools) -> float | None:
    return float(goes_on[of].mean()) if of.any() else None


def gini(exposure: Floats) -> float:
    """Return the Gini coefficient of exposures, zeros included; 0 when nobody was shown.

    >>> gini(np.array([0.0, 0.0, 0.0, 4.0]))
    0.75
    """
    total = float(exposure.sum())
    if not total:
        return 0.0
    ordered = np.sort(exposure)
    weights = 2 * np.arange(1, ordered.size + 1) - ordered.size - 1
    return float(weights @ ordered / (ordered.size * total))


def of_engine(liu: Json, flow: Json, exposure: Json) -> Json:
    """Condense what the engine's reports say of the same life.

    Args:
        liu: `GET /v1/reports/liu` over all its days.
        flow: `GET /v1/reports/flow`, likewise.
        exposure: `GET /v1/reports/exposure` of the last seven days.
    """
    days = liu["liu"]["days"]
    shown = sum(day["impressions"] for day in days)
    worth = sum(day["value_micros"] for day in days)
    borders: Counter[str] = Counter()
    for border in flow["borders"]:
        again = "_again" if border["move"] == "return" else ""
        borders[f"{border['source']}_{border['target']}_{border['by']}{again}"] += border[
            "crossings"
        ]
    return {
        "efficiency_micros": worth * 1000 / shown if shown else None,
        "impressions": shown,
        "kept": {
            name: _kept(liu["liu"]["retained"][name])
            for name in ("active", "followers", "customers")
        },
        "flow": dict(borders),
        "unexplained": flow["unexplained"],
        "exposure_gini": exposure["gini"],
        "noise_floor": exposure["noise_floor"],
        "lorenz": [[point["creators"], point["impressions"]] for point in exposure["lorenz"]],
    }


def _kept(cohorts: list[Json]) -> Json:
    found: Json = {}
    for after in KEPT_DAYS:
        known = [
            (row["kept"][f"day_{after}"], row["could"][f"day_{after}"])
            for row in cohorts
            if row["kept"][f"day_{after}"] is not None
        ]
        whole = sum(count for _, count in known)
        found[f"day_{after}"] = sum(kept for kept, _ in known) / whole if whole else None
    return found
