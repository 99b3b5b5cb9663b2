"""`evaluate`: judge the predictor on a community's own log."""

from typing import Annotated, Any

import msgspec
import typer

from lodestone import bootstrap
from lodestone.base.errors import InvalidError, Problem
from lodestone.cli.learning import aside
from lodestone.cli.say import Community, Home, Json, data, line, progress, table
from lodestone.insight.evaluation import Evaluation, evaluate

Day = Annotated[str, typer.Option(metavar="DATE", help="Such as 2022-04-30.")]


def add(app: typer.Typer) -> None:
    """Add the command."""
    example = "Example: lodestone evaluate --train-until 2022-04-30 --test-from 2022-05-01 --test-until 2022-05-04"
    app.command("evaluate", epilog=example)(judge)


def judge(
    train_until: Day,
    test_from: Day,
    test_until: Day,
    as_of: Annotated[
        bool, typer.Option(help="Let everything strictly before an impression teach too.")
    ] = False,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Judge the day-one predictor on the log: learn from the days up to one, ask about later ones."""
    days = [
        _day(train_until, "train-until"),
        _day(test_from, "test-from"),
        _day(test_until, "test-until"),
    ]
    if not days[0] < days[1] <= days[2]:
        problem = Problem("test-from", "must lie after train-until and not after test-until")
        raise InvalidError("span_invalid", f"test-from {problem.problem}", (problem,))
    with progress() as bar, aside(home, community) as world:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=whole)
            bar.update(tasks[what], completed=done, total=whole)

        found = evaluate(world, days[0], days[1], days[2], as_of=as_of, told=told)
    if as_json:
        data(found)
    else:
        _print(found)


def _day(text: str, field: str) -> int:
    try:
        return bootstrap.day_of(text)
    except ValueError as error:
        problem = Problem(field, "must be a date such as 2022-04-30")
        raise InvalidError("span_invalid", f"{field} {problem.problem}", (problem,)) from error


def _print(found: Evaluation) -> None:
    test = found.test
    line(f"learned from {found.train.rows:,} impressions to {found.train.until}")
    line(f"asked about {test.rows:,} of {test.people:,} people, {test.first} to {test.until}")
    columns = ["auc", "gauc", "ndcg_at_5", "log_loss", "ece", "predicted_over_actual"]
    rows = []
    for name, score in found.outcomes.items():
        held: dict[str, Any] = msgspec.to_builtins(score)
        popular = found.baselines["popularity"][name].gauc
        cells = ["-" if held[column] is None else f"{held[column]:.4f}" for column in columns]
        rows.append(
            [name, f"{score.positives:,}", *cells, "-" if popular is None else f"{popular:.4f}"]
        )
    table(["outcome", "positives", *columns, "popularity's gauc"], rows)
