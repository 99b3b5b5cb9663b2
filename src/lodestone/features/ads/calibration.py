"""How often what ads buy happened, beside how often it was expected: what their chances are put right by.

Of every paid slot that was seen and settled two sums move: the chance that was predicted for it, before it was put right, and
whether the action happened. They are whole millionths, so that a second state that follows the log has the same, and lose an
eighth with every day of the campaign, so that what an ad was like a month ago fades. A slot whose action did not count as
honest traffic moves neither.

A campaign's own record is held against that of everything that buys the same action, and that against the predictor:

    happened / expected, each with `PRIOR` actions of the wider record added, so that a new campaign is what its kind is

as a shift of the chance's logit, at most `SHIFT_MAX` either way.
"""

from collections.abc import Mapping
from math import log
from typing import Final, NamedTuple

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.features.ads.changes import Changes

ONE: Final = 1_000_000
PRIOR: Final = 10.0
"""Actions that the wider record counts for beside a campaign's own."""
SHIFT_MAX: Final = log(8.0)
KEPT_OF_EIGHT: Final = 7
"""Eighths of a record that the next day begins with."""
_DAYS_MAX: Final = 400


class Record(NamedTuple):
    """What was expected and what happened, millionths of an action."""

    happened: int = 0
    expected: int = 0
    spread: int = 0
    """Sum of chance x (1 - chance): how far the expected sum moves with the logit."""
    day: int = 0
    """Of the newest slot, days since the epoch."""

    def after(self, chance: float, *, happened: bool, day: int) -> "Record":
        """Return the record with one more slot, faded by the days since the newest."""
        faded = self
        for _ in range(min(max(0, day - self.day), _DAYS_MAX) if self.day else 0):
            faded = Record(*(part * KEPT_OF_EIGHT // 8 for part in faded[:3]))
        p = round(chance * ONE)
        return Record(
            faded.happened + ONE * happened,
            faded.expected + p,
            faded.spread + p * (ONE - p) // ONE,
            max(day, self.day),
        )


_NOTHING: Final = Record()


class Calibration:
    """The records of every campaign and of everything that buys one action."""

    def __init__(self) -> None:
        self._campaigns: dict[int, Record] = {}
        self._actions: dict[int, Record] = {}
        self.changes = Changes[int]()
        """Campaigns whose record has moved."""

    def note(self, campaign: int, bought: int, chance: float, *, happened: bool, day: int) -> None:
        """Take in a slot that was seen and settled.

        Args:
            campaign: Its number.
            bought: The `FactKind` that is paid for.
            chance: What was predicted for it, in (0, 1].
            happened: Whether it was charged.
            day: When it was served, days since the epoch.
        """
        for records, key in ((self._campaigns, campaign), (self._actions, bought)):
            before = records.get(key, _NOTHING)
            records[key] = before.after(chance, happened=happened, day=day)
        self.changes.add(campaign)

    def shift(self, campaign: int, bought: int) -> float:
        """Return what to add to the logit of a campaign's chances of what it buys, in [-`SHIFT_MAX`, `SHIFT_MAX`]."""
        wide = self._actions.get(bought, _NOTHING)
        kind = _step(wide, 0.0)
        return min(SHIFT_MAX, max(-SHIFT_MAX, _step(self._campaigns.get(campaign, _NOTHING), kind)))

    def of(self, campaign: int) -> Record:
        """Return a campaign's own record."""
        return self._campaigns.get(campaign, _NOTHING)

    def columns(self) -> dict[str, Ints]:
        """Return every record, sorted; shape (records, 5) by name."""
        return {
            name: np.array(
                [(key, *record) for key, record in sorted(records.items())], np.int64
            ).reshape(-1, 1 + len(Record._fields))
            for name, records in self._named()
        }

    def fill(self, columns: Mapping[str, Ints]) -> None:
        """Take in what `columns` gave."""
        for name, records in self._named():
            for key, *record in columns[name].tolist():
                records[key] = Record(*record)
        self.changes.update(self._campaigns)

    def _named(self) -> tuple[tuple[str, dict[int, Record]], ...]:
        return (
            ("budgets.calibration.campaigns", self._campaigns),
            ("budgets.calibration.actions", self._actions),
        )


def _step(record: Record, wider: float) -> float:
    """Return the shift that a record asks for, drawn to the wider record's.

    The expected sum is that of chances before any shift; near them it moves with the logit as `spread` does, so that the
    ratio's logarithm is stretched by expected / spread: rare actions by 1, likely ones by more.
    """
    expected, spread = record.expected / ONE + PRIOR, record.spread / ONE + PRIOR
    ratio = (record.happened / ONE + PRIOR) / expected
    own = log(ratio) * expected / spread
    weight = record.expected / ONE / expected
    return own + (1.0 - weight) * wider


def shifted(chances: Floats, shift: Floats) -> Floats:
    """Return chances whose logits are moved; shapes (ads,).

    >>> shifted(np.array([0.5, 0.0]), np.array([log(3.0), 1.0])).round(9).tolist()
    [0.75, 0.0]
    """
    raised = chances * np.exp(shift)
    moved: Floats = raised / (1.0 - chances + raised)
    return moved
