"""`evaluate`: judge the predictor on a community's own log; `evaluate topn`: judge what it recommends."""

from typing import Annotated, Any

import msgspec
import typer

from lodestone import bootstrap
from lodestone.base.errors import InvalidError, Problem
from lodestone.cli.learning import aside
from lodestone.cli.output import Community, Home, Json, data, line, progress, table, teller
from lodestone.cli.topn import EXAMPLE, judge_lists
from lodestone.insight.evaluation import Evaluation, evaluate

Day = Annotated[
    str | None, typer.Option(metavar="DATE", help="Such as 2022-04-30.", show_default=False)
]


_evaluate = typer.Typer(
    help="Judge the predictor on the log, or what is recommended (`topn`).",
    subcommand_metavar="[topn]",
)
_evaluate.command("topn", epilog=EXAMPLE)(judge_lists)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_evaluate, name="evaluate")


@_evaluate.callback(
    invoke_without_command=True,
    epilog="Example: lodestone evaluate --train-until 2022-04-30 --test-from 2022-05-01 --test-until 2022-05-04",
)
def judge(
    context: typer.Context,
    train_until: Day = None,
    test_from: Day = None,
    test_until: Day = None,
    as_of: Annotated[
        bool, typer.Option(help="Let everything strictly before an impression teach too.")
    ] = False,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Judge the day-one predictor on the log: learn from the days up to one, ask about later ones.

    `evaluate topn` judges instead what would be recommended, from positives alone; see its own --help.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    days = _days(context, train_until, test_from, test_until)
    with progress() as bar, aside(home, community) as world:
        evaluation = evaluate(world, days[0], days[1], days[2], as_of=as_of, progress=teller(bar))
    if as_json:
        data(evaluation)
    else:
        _print(evaluation)


def _refuse_options(context: typer.Context) -> None:
    """Let no option before a subcommand be passed over in silence."""
    given = [name for name, value in context.params.items() if value not in (None, False)]
    if given:
        option = "--json" if given[0] == "as_json" else f"--{given[0].replace('_', '-')}"
        context.fail(
            f"{option} stands before {context.invoked_subcommand}; write it behind, if it takes it"
        )


def _days(context: typer.Context, *texts: str | None) -> list[int]:
    """Return train-until, test-from and test-until as days; raises for one that is missing or misplaced."""
    names = ("train-until", "test-from", "test-until")
    for name, text in zip(names, texts, strict=True):
        if text is None:
            context.fail(f"Missing option '--{name}'; or did you mean `evaluate topn`?")
    days = [_day(text or "", name) for name, text in zip(names, texts, strict=True)]
    if not days[0] < days[1] <= days[2]:
        problem = Problem("test-from", "must lie after train-until and not after test-until")
        raise InvalidError("span_invalid", f"test-from {problem.problem}", (problem,))
    return days


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
