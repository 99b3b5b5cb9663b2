"""`evaluate topn`: judge on a community's own history what would be recommended, beside simple peers."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, get_args

import numpy as np
import typer
from numpy.typing import NDArray

from lodestone import bootstrap
from lodestone.base.arrays import Ints
from lodestone.base.chance import Streams
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import time_text
from lodestone.cli.learning import copied
from lodestone.cli.output import Community, Home, Json, data, figure, line, progress, table, teller
from lodestone.events.outcomes import OUTCOMES
from lodestone.insight import topn
from lodestone.insight.topn import POSITIVE, POSITIVE_OUTCOMES, Holdout, SplitBy, TopNReport

EXAMPLE: Final = (
    "Example: lodestone evaluate topn --community kaili --holdout 0.2 --k 10 --sample 2000 --json"
)
PEOPLE_LEAST: Final = 10
"""Fewer people say nothing about anybody else."""
_K_MAX: Final = 50
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, checked."""

    holdout: float
    k: int
    sample: int
    seed: int
    outcomes: tuple[str, ...]
    by: SplitBy


def judge_lists(
    holdout: Annotated[
        float, typer.Option(metavar="SHARE", help="How much of each person's history is hidden.")
    ] = 0.2,
    k: Annotated[int, typer.Option(help=f"Recommendations a person, 1 to {_K_MAX}.")] = 10,
    sample: Annotated[
        int, typer.Option(help="People asked for at most, drawn by the seed.")
    ] = 2000,
    outcomes: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help=f"What is a positive, of {', '.join(POSITIVE_OUTCOMES)}."
        ),
    ] = ",".join(POSITIVE),
    split_by: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="Count off `positives`, or `deeds`: every item anything was done with.",
        ),
    ] = "positives",
    seed: Annotated[int, typer.Option(help="Of the sample and the intervals.")] = 1,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Judge what would be recommended: hide the last part of each person's history and ask for it.

    A scratch engine is taught with the rest and takes real decisions on discover; popularity, item-kNN, EASE (small
    catalogues) and iALS (where the package implicit is there) rank the same items. The home is only copied.
    """
    question = _checked(holdout, k, sample, seed, outcomes, split_by)
    with progress() as bar, copied(home, community) as (copy, name):
        report = _report(copy, name, question, teller(bar))
    if as_json:
        data(report)
    else:
        _print(report)


def _checked(
    holdout: float, k: int, sample: int, seed: int, outcomes: str, split_by: str
) -> _Question:
    """Return what is asked. Raises InvalidError naming the option."""
    names = tuple(dict.fromkeys(name.strip() for name in outcomes.split(",") if name.strip()))
    unknown = [name for name in names if name not in POSITIVE_OUTCOMES]
    ways = {way: way for way in get_args(SplitBy)}
    for option, good, problem in (
        ("holdout", 0 < holdout < 1, "must lie between 0 and 1, such as 0.2"),
        ("k", 1 <= k <= _K_MAX, f"must be 1 to {_K_MAX}"),
        ("sample", sample >= PEOPLE_LEAST, f"must be at least {PEOPLE_LEAST}"),
        ("seed", seed >= 0, "must not be negative"),
        ("outcomes", bool(names) and not unknown,
         f"takes some of {', '.join(POSITIVE_OUTCOMES)}" + (f", not {unknown[0]!r}" if unknown else "")),
        ("split-by", split_by in ways, f"is one of {', '.join(ways)}"),
    ):  # fmt: skip
        if not good:
            raise InvalidError(
                "option_invalid", f"--{option} {problem}", (Problem(f"--{option}", problem),)
            )
    return _Question(holdout, k, sample, seed, names, ways[split_by])


def _report(copy: Path, community: str, question: _Question, told: Told) -> TopNReport:
    history = bootstrap.history_of(copy, community)
    facts, person_row = history.world.facts, history.world.person_row
    count = len(history.person_ids)
    parted = topn.holdout_of(
        facts,
        person_row,
        history.available,
        people=count,
        share=question.holdout,
        outcomes=question.outcomes,
        by=question.by,
    )
    judged = np.flatnonzero(parted.wanted.sizes)
    _require_enough(facts["kind"].astype(np.int64), judged.size, parted, question)
    people = _drawn(judged, question)
    decided = asyncio.run(
        bootstrap.decide_on_scratch(
            copy, community, history, parted.hidden, people, question.k, told
        )
    )
    lists = {
        "engine": decided.lists,
        **dict(_peers(parted, history.available, people, question, told)),
    }
    candidates = int(np.count_nonzero(history.available))
    scores = topn.judge(lists, people, parted.wanted, parted.known, candidates, seed=question.seed)
    return TopNReport(
        community=community,
        holdout=question.holdout,
        split_by=question.by,
        outcomes=list(question.outcomes),
        k=question.k,
        seed=question.seed,
        as_of=time_text(decided.as_of),
        people=judged.size,
        asked=people.size,
        candidates=candidates,
        taught=parted.liked.item.size,
        wanted=int(parted.wanted.sizes[people].sum()),
        predictor=decided.predictor,
        policy=decided.policy,
        engine=scores.pop("engine"),
        baselines=scores,
        absent=_absent(parted),
    )


def _require_enough(kind: Ints, people: int, parted: Holdout, question: _Question) -> None:
    """Pass where there is something to judge. Raises InvalidError that says what to do."""
    if people >= PEOPLE_LEAST:
        return
    counts = np.bincount(kind, minlength=len(OUTCOMES))
    held = {name: int(counts[OUTCOMES.index(name)]) for name in POSITIVE_OUTCOMES}
    there = ", ".join(f"{name} {number:,}" for name, number in held.items() if number) or "none"
    if not any(held[name] for name in question.outcomes):
        raise InvalidError(
            "nothing_to_judge",
            f"the log holds no {' or '.join(question.outcomes)} with an item; it holds: {there}. Import history, or "
            "name others with --outcomes",
        )
    raise InvalidError(
        "people_too_few",
        f"{people} people have hidden positives that can be found again, and at least {PEOPLE_LEAST} are needed: at "
        f"--holdout {figure(question.holdout)} that takes people with {int(np.ceil(1 / question.holdout))} {question.by} "
        f"each. Import more history, raise --holdout, or count more with --outcomes (the log holds: {there}; "
        f"{parted.liked.item.size:,} teach)",
    )


def _drawn(judged: Ints, question: _Question) -> Ints:
    if judged.size <= question.sample:
        return judged
    drawn = Streams(question.seed).of("people").choice(judged, question.sample, replace=False)
    people: Ints = np.sort(drawn)
    return people


def _peers(
    parted: Holdout, available: NDArray[np.bool_], people: Ints, question: _Question, told: Told
) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield each peer's lists."""
    items, liked, absent = available.size, parted.liked, _absent(parted)
    popular = topn.popularity(liked, items)(0)
    makers: Mapping[str, Callable[[], topn.Scorer]] = {
        "popularity": lambda: topn.popularity(liked, items),
        "item_knn": lambda: topn.item_knn(liked, items),
        "ease": lambda: topn.ease(liked, items),
        "ials": lambda: topn.Ials.fitted(liked, items, seed=question.seed),
    }
    taking = [name for name in makers if name not in absent]
    for done, name in enumerate(taking):
        told("peers", done, len(taking))
        scorer = makers[name]()
        yield name, topn.lists_by(scorer, people, parted.known, available, popular, question.k)
    told("peers", len(taking), len(taking))


def _absent(parted: Holdout) -> dict[str, str]:
    """Return the peers that cannot take part, and why."""
    absent = {}
    used = np.unique(parted.liked.item).size
    if used > topn.EASE_ITEMS_MAX:
        absent["ease"] = (
            f"is for at most {topn.EASE_ITEMS_MAX:,} items with a positive; here are {used:,}"
        )
    missing = topn.Ials.missing()
    if missing is not None:
        absent["ials"] = missing
    return absent


def _print(report: TopNReport) -> None:
    line(
        f"{report.asked:,} of {report.people:,} people, their last {figure(report.holdout)} of {report.split_by} hidden; "
        f"{report.candidates:,} candidates, {report.taught:,} positives taught, {report.wanted:,} asked for"
    )
    line(f"policy {report.policy}, predictor {report.predictor}, as of {report.as_of}")
    k = report.k
    columns = ["", f"ndcg@{k}", f"recall@{k}", f"hits@{k}", "repeated", "coverage", "gini"]
    rows = []
    for name, score in {"this engine": report.engine, **report.baselines}.items():
        ndcg = f"{score.ndcg.value:.3f} ({score.ndcg.low:.3f} to {score.ndcg.high:.3f})"
        figures = (score.recall.value, score.hit_rate.value, score.repeated.value)
        cells = [f"{one:.3f}" for one in (*figures, score.coverage, score.gini)]
        rows.append([name, ndcg, *cells])
    table(columns, rows)
    for name, why in report.absent.items():
        line(f"{name} is absent: {why}")
    if report.engine.filled.value < 1:
        line(f"this engine filled {report.engine.filled.value:.1%} of the places")
