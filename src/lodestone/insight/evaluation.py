"""Judge the day-one predictor on a log: learn from some days, be asked about later ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError
from lodestone.events.facts import Facts, of_events
from lodestone.events.outcomes import OUTCOME_COUNT, OUTCOMES, WATCH_UNIT_SECONDS, FactKind
from lodestone.events.refunds import taken_back
from lodestone.events.standing import standing_of
from lodestone.features.state import State
from lodestone.insight import metrics
from lodestone.models import author_debiasing, item_logits
from lodestone.models.fatigue import before_each
from lodestone.models.ports import PredictionQuery
from lodestone.models.rates import Rates, RatesModel, default_model
from lodestone.models.rates_fit import fit, row_features
from lodestone.models.taste import viewer_vector
from lodestone.traffic.prices import chances_of

JUDGED: Final = (
    "click",
    "long_view",
    "like",
    "comment",
    "share",
    "follow",
    "profile_visit",
    "hide",
)
FIT_DAYS: Final = 3
_PRIOR: Final = 20.0
Told = Callable[[str, int, int], None]


class OutcomeScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one outcome is predicted. None where there is nothing to say."""

    rows: int
    positives: int
    auc: float | None
    gauc: float | None
    ndcg_at_5: float | None
    log_loss: float
    ece: float
    predicted_over_actual: float | None


class RankScore(msgspec.Struct, frozen=True):
    """How well a baseline ranks one outcome."""

    auc: float | None
    gauc: float | None
    ndcg_at_5: float | None


class Trained(msgspec.Struct, frozen=True):
    """What was learned from."""

    rows: int
    until: str


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked about."""

    rows: int
    people: int
    first: str = msgspec.field(name="from")
    until: str


class Evaluation(msgspec.Struct, frozen=True):
    """Every figure of one evaluation."""

    train: Trained
    test: Tested
    outcomes: dict[str, OutcomeScore]
    baselines: dict[str, dict[str, RankScore]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Impressions with what followed, in order of time; shape (rows,) each."""

    person: Ints
    """Person rows."""
    item: Ints
    surface: Ints
    day: Ints
    time: Ints
    kind: Ints
    """`DomainKind` through which each came."""
    label: Floats
    """Shape (rows, outcomes): 0 or 1, for watch the share of a minute."""

    def of(self, chosen: Bools) -> "Rows":
        """Return some of the rows."""
        return Rows(
            self.person[chosen],
            self.item[chosen],
            self.surface[chosen],
            self.day[chosen],
            self.time[chosen],
            self.kind[chosen],
            self.label[chosen],
        )


@dataclass(frozen=True, slots=True)
class World:
    """What an evaluation reads: an empty state of people and items, and the facts of the log."""

    fresh: Callable[[], State]
    facts: Facts
    person_row: Ints
    """Shape (facts,)."""


def rows_of(facts: Facts, person_row: Ints) -> Rows:
    """Put impressions and what followed them side by side: by the slot of a decision, else by the instant.

    An import gives what one row of a file says one time; rows that are the same to the last byte share it evenly.
    What was taken back did not follow: a like by an unlike, a follow by an unfollow, an order by refunds of all of it.
    """
    stands = (taken_back(facts).left_of(facts) > 0) & ~standing_of(facts).taken_back
    usable = np.flatnonzero(
        (facts["item"] >= 0) & (facts["kind"] <= FactKind.IMPRESSION) & (person_row >= 0) & stands
    )
    part, who = facts[usable], person_row[usable]
    decided = part["receipt"] >= 0
    keys = np.stack(
        [
            np.where(decided, -1 - part["receipt"].astype(np.int64), part["time"]),
            who,
            part["item"].astype(np.int64),
            np.where(decided, part["slot"], part["surface"]).astype(np.int64),
        ],
        axis=1,
    )
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    shown = part["kind"] == FactKind.IMPRESSION
    count = np.bincount(group[shown], minlength=int(group.max()) + 1 if group.size else 0)
    happened = np.zeros((count.size, OUTCOME_COUNT))
    outcomes = ~shown & (part["kind"] < OUTCOME_COUNT)
    amount = np.where(
        part["kind"] == FactKind.WATCH,
        np.minimum(part["value"] / (1000 * WATCH_UNIT_SECONDS), 1.0),
        1.0,
    )
    np.add.at(
        happened, (group[outcomes], part["kind"][outcomes].astype(np.int64)), amount[outcomes]
    )
    at = np.flatnonzero(shown)
    label = np.minimum(happened[group[at]] / count[group[at]][:, None], 1.0)
    return Rows(
        person=who[at],
        item=part["item"][at].astype(np.int64),
        surface=part["surface"][at].astype(np.int64),
        day=part["day"][at].astype(np.int64),
        time=part["time"][at],
        kind=part["domain_kind"][at].astype(np.int64),
        label=label,
    )


def evaluate(
    world: World, train_until: int, test_from: int, test_until: int, *, as_of: bool, progress: Told
) -> Evaluation:
    """Judge every outcome.

    Args:
        world: What is known.
        train_until: The last day that teaches.
        test_from: The first day asked about, after `train_until`.
        test_until: The last.
        as_of: Let everything strictly before an impression teach too, as in serving.
        progress: Is told (of what, done, in all).

    Raises:
        InvalidError: `nothing_to_judge`: there is no impression to learn from, or none to be asked about.
    """
    assert train_until < test_from <= test_until
    rows = rows_of(world.facts, world.person_row)
    train = rows.of(rows.day <= train_until)
    test = rows.of((rows.day >= test_from) & (rows.day <= test_until))
    if not train.person.size or not test.person.size:
        where = f"in {day_text(test_from)} to {day_text(test_until)}"
        where = where if train.person.size else f"up to {day_text(train_until)}"
        raise InvalidError(
            "nothing_to_judge", f"there are no impressions {where}; {_days_of(rows)}"
        )
    model = learn(world, rows, train_until, progress)
    progress("predicting", 0, test.person.size)
    state = state_until(world, train_until)
    chances = (
        _streamed(world, state, model, test, train_until, progress)
        if as_of
        else _frozen(state, model, test, progress)
    )
    group = test.person * 100_000 + test.day if as_of else test.person
    tie = Streams(7).of("ties").random(test.person.size)
    popular = _popular(train, test, state.item_count)
    return Evaluation(
        Trained(train.person.size, day_text(train_until)),
        Tested(
            rows=test.person.size,
            people=int(np.unique(test.person).size),
            first=day_text(test_from),
            until=day_text(test_until),
        ),
        {name: _score(test, chances, name, group, tie) for name in JUDGED},
        {
            "popularity": {name: _rank(test, popular, name, group, tie) for name in JUDGED},
            "random": {name: _rank(test, _drawn(test), name, group, tie) for name in JUDGED},
        },
    )


def _days_of(rows: Rows) -> str:
    if not rows.day.size:
        return "import some first"
    return (
        f"the log has some from {day_text(int(rows.day.min()))} to {day_text(int(rows.day.max()))}"
    )


def learn(world: World, rows: Rows, until: int, progress: Told) -> RatesModel:
    """Learn weights from the last days up to `until`, each explained by the days before it."""
    base = default_model()
    days = np.unique(rows.day[rows.day <= until]).tolist()[1:][-FIT_DAYS:]
    features: list[NDArray[np.float32]] = []
    labels: list[Floats] = []
    tired = np.zeros((0, 2))
    for done, day in enumerate(days):
        progress("learning", done, len(days))
        state = state_until(world, day - 1)
        state.advance_day(day)
        if done == 0:  # an item's topic and author are the same on every day
            tired = _tired(state, rows)
        chosen = (rows.day == day) & ~author_debiasing.loud(state)[rows.person]
        part = rows.of(chosen)
        features.append(
            row_features(
                base,
                state,
                part.person,
                part.surface,
                part.item,
                tired=tired[chosen],
                kind=part.kind,
            )
        )
        labels.append(part.label)
    if not days:
        return base
    return fit(base, np.concatenate(features), np.concatenate(labels))


def _tired(state: State, rows: Rows) -> Floats:
    """Return what each viewer had lately seen of topic and author at each look, shape (rows, 2)."""
    values = state.items[rows.item]
    columns = [
        before_each(rows.person, values[field].astype(np.int64), rows.time)
        for field in ("topic", "author")
    ]
    return np.stack(columns, axis=1)


def state_until(world: World, day: int) -> State:
    """Return the state as it stood at the end of a day."""
    state = world.fresh()
    chosen = (world.facts["day"] <= day) & of_events(world.facts)
    facts, people = world.facts[chosen], world.person_row[chosen]
    state.apply(facts, people, np.full(facts.size, -1, np.int64))
    return state


def _frozen(state: State, model: RatesModel, test: Rows, progress: Told) -> Floats:
    """Ask the serving predictor, person by person, all as of one evening."""
    state.advance_day(int(test.day.min()))
    author_debiasing.hush(state)
    item_logits.materialise(
        model, state, np.arange(state.item_count), author_debiasing.author_shift(model, state)
    )
    predictor = Rates(model)
    # Whoever was tired that evening is thought as tired whenever they are asked: what they saw since is not known.
    evening = Instant(int(test.time.min()))
    out = np.zeros((test.person.size, OUTCOME_COUNT))
    asked = metrics.groups(test.person * 64 + test.surface)
    for done, part in enumerate(asked):
        if done % 1000 == 0:
            progress("predicting", done, len(asked))
        out[part] = _ask(predictor, state, test, part, evening)
    return out


def _ask(predictor: Rates, state: State, test: Rows, part: Ints, now: Instant) -> Floats:
    person, surface = int(test.person[part[0]]), int(test.surface[part[0]])
    kind = test.kind[part].astype(np.uint8)
    asked = PredictionQuery(person, surface, viewer_vector(state, person), kind, now)
    return chances_of(predictor.chances(state, asked, test.item[part].astype(np.int32)))


def _streamed(
    world: World, state: State, model: RatesModel, test: Rows, train_until: int, progress: Told
) -> Floats:
    """Ask about each impression with everything strictly before it applied."""
    author_debiasing.hush(state)
    shift = author_debiasing.author_shift(model, state)
    item_logits.materialise(model, state, np.arange(state.item_count), shift)
    predictor = Rates(model)
    out = np.zeros((test.person.size, OUTCOME_COUNT))
    later = np.flatnonzero((world.facts["day"] > train_until) & of_events(world.facts))
    later = later[np.argsort(world.facts["time"][later], kind="stable")]
    facts, people = world.facts[later], world.person_row[later]
    nobody = np.full(facts.size, -1, np.int64)
    upto = np.searchsorted(facts["time"], test.time, side="left")
    done = 0
    for order, row in enumerate(np.argsort(test.time, kind="stable").tolist()):
        end = int(upto[row])
        if end > done:
            state.apply(facts[done:end], people[done:end], nobody[done:end])
            moved = np.unique(facts["item"][done:end])
            item_logits.materialise(model, state, moved[moved >= 0].astype(np.int64), shift)
            done = end
        out[row] = _ask(predictor, state, test, np.array([row]), Instant(int(test.time[row])))[0]
        if order % 1000 == 0:
            progress("predicting", order, test.person.size)
    return out


def _popular(train: Rows, test: Rows, items: int) -> Floats:
    """Score by the smoothed rate of the item in the training days."""
    shown = np.bincount(train.item, minlength=items).astype(np.float64)[:, None]
    done = np.zeros((items, OUTCOME_COUNT))
    np.add.at(done, train.item, train.label)
    mean = train.label.mean(axis=0)
    scores: Floats = ((done + _PRIOR * mean) / (shown + _PRIOR))[test.item]
    return scores


def _drawn(test: Rows) -> Floats:
    drawn = Streams(7).of("random").random((test.person.size, 1))
    return np.repeat(drawn, OUTCOME_COUNT, axis=1)


def _score(test: Rows, chances: Floats, name: str, group: Ints, tie: Floats) -> OutcomeScore:
    outcome = OUTCOMES.index(name)
    label, chance = test.label[:, outcome].round().astype(np.int64), chances[:, outcome]
    ranked = _rank(test, chances, name, group, tie)
    return OutcomeScore(
        rows=label.size,
        positives=int(label.sum()),
        auc=ranked.auc,
        gauc=ranked.gauc,
        ndcg_at_5=ranked.ndcg_at_5,
        log_loss=round(metrics.log_loss(label, chance), 6),
        ece=round(metrics.ece(label, chance), 6),
        predicted_over_actual=_rounded(metrics.predicted_over_actual(label, chance)),
    )


def _rank(test: Rows, scores: Floats, name: str, group: Ints, tie: Floats) -> RankScore:
    outcome = OUTCOMES.index(name)
    label, score = test.label[:, outcome].round().astype(np.int64), scores[:, outcome]
    return RankScore(
        _rounded(metrics.auc(label, score)),
        _rounded(metrics.gauc(group, label, score)),
        _rounded(metrics.ndcg(test.person, label, score, tie)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def day_text(day: int) -> str:
    """Write a day as a date."""
    return str(np.datetime64(day, "D"))
