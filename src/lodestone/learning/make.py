"""Make a version of item lists: read the log, choose, learn, write. Runs in a process of its own.

    python -m lodestone.learning JOB.json

The same log, offset and limits make the same version.
"""

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.learning.choice import Chosen, choose, last_part, truth_of, without_reads
from lodestone.learning.impressions import (
    FITTED,
    ROWS_MAX,
    LookReader,
    Looks,
    batches,
    item_rates,
)
from lodestone.learning.lists import (
    Lists,
    Recency,
    best_items,
    fading,
    learn,
    scaled,
    term_of,
    totals,
)
from lodestone.learning.places import PlaceReader, learn_nearby, table_of
from lodestone.learning.positives import Positives, gather
from lodestone.learning.weights import Choices, conditional_logit, popularity, sure
from lodestone.models.alike import (
    PROFILE_KEPT,
    AlikeModel,
    AlikeTable,
    pack_lists,
    pack_scores,
)
from lodestone.stores.files import item_lists
from lodestone.stores.log.fact_reader import facts_before

IMPRESSIONS_LEAST: Final = 20_000
"""Impressions from which on a log says by them what likeness weighs."""
DEEDS_LEAST: Final = 20
CROWD: Final = 300
_NICE: Final = 10
_LATE: Final = 0.8
_CONTENT: Final = 0.2
"""What taste and leanings weigh where likeness was learned and they were not: enough to order what is equal."""
_LIVE: Final = 0.1
"""What an item's rates weigh there: what was done since the lists were made."""
_POPULAR_LEAST: Final = 0.05


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made of what, within which limits."""

    log: str
    offset: int
    root: str
    version: int
    deeds_max: int
    profiles_max: int
    regressed_max: int
    memory_mb: int
    """0 for no limit."""
    places: str
    """A file with latitude and longitude of every item, shape (items, 2), NaN where it has none."""
    zone: str
    """The community's time zone."""


def main() -> int:
    """Make what a job asks for; exit with 0 when it is there, 4 where there is nothing to learn from."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    os.nice(_NICE)
    if job.memory_mb:
        _limit(job.memory_mb << 20)
    return 0 if run(job) is not None else 4


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def run(job: Job) -> AlikeModel | None:
    """Make a version; None where too little has been done to learn from.

    Raises:
        CorruptError: The log is not as it was written.
        MemoryError: The limit is too low for this log.
    """
    reader = LookReader()
    walking = PlaceReader(np.load(job.places, allow_pickle=False), job.deeds_max)
    source: Iterator[Facts] = facts_before(Path(job.log), job.offset)
    positives = gather(batches(source, reader, walking), most=job.deeds_max)
    made = build(positives, reader, walking, job)
    if made is None:
        return None
    model, columns = made
    item_lists.write(Path(job.root), job.version, columns, msgspec.to_builtins(model))
    return model


def build(
    positives: Positives, reader: LookReader, walking: PlaceReader, job: Job
) -> tuple[AlikeModel, dict[str, NDArray[Any]]] | None:
    """Learn everything of a version from what was read."""
    if int(np.count_nonzero(positives.weight > 0)) < DEEDS_LEAST:
        return None
    chosen = choose(positives, regressed_max=job.regressed_max)
    taught = positives if chosen.reads else without_reads(positives)
    lists = scaled(learn(taught, chosen.method), taught, chosen.recency)
    by_impressions = reader.impressions >= IMPRESSIONS_LEAST
    fitted = (
        impression_weights(positives, reader.looks(), chosen)
        if by_impressions
        else choice_weights(taught, chosen)
    )
    walks = walking.walks(positives, visits=by_impressions)
    known = int(np.count_nonzero(positives.weight > 0))
    model = AlikeModel(
        version=job.version,
        offset=job.offset,
        method=chosen.method,
        held_out=chosen.figures,
        nearby=learn_nearby(walks, chosen.method, job.zone, impressions=by_impressions),
        items=int(lists.rows.size),
        people=positives.people,
        deeds=known,
        **fitted,
    )
    columns = _columns(lists, taught, chosen.recency, job.profiles_max).columns()
    return model, {**columns, **table_of(walks, lists.rows, job.zone).columns()}


def _columns(lists: Lists, positives: Positives, recency: Recency, profiles_max: int) -> AlikeTable:
    items = positives.items
    place = np.full(items, -1, np.int32)
    place[lists.rows] = np.arange(lists.rows.size)
    rows = np.append(lists.rows, np.int32(-1))
    packed, scale = pack_lists(lists.value)
    weight = fading(positives, recency)
    total, newest = totals(positives, weight), _newest(positives)
    people = np.flatnonzero(total > 0)
    if people.size > profiles_max:
        active = people[np.argsort(-newest[people], kind="stable")[:profiles_max]]
        people = np.sort(active)
    best, value = best_items(lists, positives, weight, people, PROFILE_KEPT)
    score, unit = pack_scores(value)
    popular = popularity(positives.item, positives.weight, items)
    crowd = np.argsort(-popular, kind="stable")[:CROWD]
    start, deeds, weights = _deeds(positives, weight, people)
    return AlikeTable(
        place=place,
        near=rows[lists.near].astype(np.int32),
        weight=packed,
        scale=scale,
        popular=popular,
        crowd=crowd[popular[crowd] > 0].astype(np.int32),
        person=positives.person[people],
        best=best,
        score=score,
        unit=unit,
        total=total[people].astype(np.float32),
        newest=newest[people],
        deed_start=start,
        deed_item=deeds,
        deed_weight=weights,
    )


def _deeds(
    positives: Positives, weight: NDArray[np.float32], people: Ints
) -> tuple[Ints, NDArray[np.int32], NDArray[np.float32]]:
    """Return what was added up to some people's profiles, by person: where each begins, items, weights."""
    owner = positives.owner()
    chosen = (weight > 0) & np.isin(owner, people)
    each = np.bincount(owner[chosen], minlength=positives.people)[people]
    start = np.concatenate([[0], np.cumsum(each)]).astype(np.int64)
    return start, positives.item[chosen].astype(np.int32), weight[chosen].astype(np.float32)


def _newest(positives: Positives) -> Ints:
    """Return when each person last did anything, shape (people,)."""
    newest = np.full(positives.people, -(2**62), np.int64)
    np.maximum.at(newest, positives.owner(), positives.time)
    return newest


def choice_weights(positives: Positives, chosen: Chosen) -> dict[str, Any]:
    """Fit what likeness and popularity weigh by what people took to of their candidates in the part held out."""
    late = last_part(positives)
    train, truth = positives.only(~late), truth_of(positives, late)
    lists = scaled(chosen.lists, train, chosen.recency)
    weight = fading(train, chosen.recency)
    rows, score = best_items(lists, train, weight, truth.people)
    popular = popularity(train.item, train.weight, positives.items)
    crowd = np.argsort(-popular, kind="stable")[:PROFILE_KEPT]
    total, parts = totals(train, weight), []
    for index, person in enumerate(truth.people.tolist()):
        own = rows[index][rows[index] >= 0]
        deeds = train.item[train.start[person] : train.start[person + 1]]
        others = np.setdiff1d(crowd, np.concatenate([own, deeds]))
        values = np.concatenate([score[index][: own.size], np.zeros(others.size)])
        some = np.concatenate([own, others])
        terms = term_of(values, np.full(some.size, total[person]))
        taken = np.isin(some, truth.rows[index])
        parts.append((np.stack([terms, popular[some]], axis=1), np.full(some.size, index), taken))
    if not parts:
        return {}
    features, group, taken = (np.concatenate([part[n] for part in parts]) for n in range(3))
    weights, errors = conditional_logit(Choices(features, group, taken))
    likeness, crowded = (sure(w, e) for w, e in zip(weights.tolist(), errors.tolist(), strict=True))
    if not likeness:
        return {}
    welcome = FactKind.NOT_INTERESTED
    return {
        "weights": tuple(
            likeness if outcome < welcome else 0.0 for outcome in range(OUTCOME_COUNT)
        ),
        "popular_weight": max(_POPULAR_LEAST, crowded),
        "item_weight": _LIVE,
        "content_share": _CONTENT,
    }


def impression_weights(positives: Positives, looks: Looks, chosen: Chosen) -> dict[str, Any]:
    """Fit what likeness weighs for each outcome by impressions after the lists' cut."""
    if not looks.time.size:
        return {}
    cut = int(np.quantile(looks.time, _LATE))
    train = positives.only(positives.time < cut)
    if not np.count_nonzero(train.weight > 0):
        return {}
    base = train if chosen.reads else without_reads(train)
    lists = scaled(learn(base, chosen.method), base, chosen.recency)
    after = np.flatnonzero(looks.time >= cut)[-ROWS_MAX:]
    term, known = _terms(lists, base, fading(base, chosen.recency), looks, after)
    items = int(max(positives.items, looks.item.max(initial=-1) + 1))
    rows = after[known]
    weights = [0.0] * OUTCOME_COUNT
    for outcome in FITTED:
        rates = item_rates(looks, looks.time < cut, int(outcome), items)
        features = np.stack([term[known], rates[looks.item[rows]]], axis=1)
        _, group = np.unique(looks.person[rows], return_inverse=True)
        coefficients, error = conditional_logit(Choices(features, group, looks.done[rows, outcome]))
        weights[outcome] = sure(float(coefficients[0]), float(error[0]))
    weights[FactKind.WATCH] = weights[FactKind.LONG_VIEW]
    return {"weights": tuple(weights)}


def _terms(
    lists: Lists, positives: Positives, weight: NDArray[np.float32], looks: Looks, rows: Ints
) -> tuple[Floats, Bools]:
    """Return the term of some impressions, and of which somebody's deeds are known. Shapes (rows,)."""
    at = np.searchsorted(positives.person, looks.person[rows])
    known = at < positives.people
    known[known] = positives.person[at[known]] == looks.person[rows][known]
    people, place = np.unique(at[known], return_inverse=True)
    best, score = best_items(lists, positives, weight, people)
    term = np.zeros(rows.size)
    total = totals(positives, weight)[people]
    item = looks.item[rows][known]
    hit = best[place] == item[:, None]
    value = np.where(hit, score[place], 0).max(axis=1, initial=0.0)
    term[known] = term_of(value, total[place])
    return term, known
