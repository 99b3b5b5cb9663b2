"""`ads replay`: play a published log of auctions and say what each bidder would have bought."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Final

import typer

from lodestone.base.errors import InvalidError, Problem
from lodestone.cli.output import Json, data, line, progress, table, teller
from lodestone.insight.bids.log import advertisers_of, episodes_of, training_of
from lodestone.insight.bids.replay import BidReplay, Score, replay

_EXAMPLE: Final = (
    "Example: lodestone ads replay ipinyou ipinyou --advertiser 1458 --budget-share 0.125 --json"
)
_SHARE_MAX: Final = 1_000.0

_ads = typer.Typer(help="Replay published logs of ad auctions.", no_args_is_help=True)
_replay = typer.Typer(help="Replay a published log of auctions.", no_args_is_help=True)
_ads.add_typer(_replay, name="replay")


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_ads, name="ads")


@_replay.command("ipinyou", epilog=_EXAMPLE)
def replay_ipinyou(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Holds bid_logs.parquet and <advertiser>.info.json."),
    ],
    advertiser: Annotated[str, typer.Option(metavar="ID", help="Whose auctions.")],
    budget_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Of what winning every auction would cost, such as 0.125."
        ),
    ] = 0.125,
    as_json: Json = False,
) -> None:
    """Replay iPinYou's auctions of an advertiser, episode by episode, with a budget for each.

    The bidders know the past of an episode and the training histogram; `hindsight` knows every price and click.
    """  # fmt: skip
    if not (isfinite(budget_share) and 0 < budget_share <= _SHARE_MAX):
        problem = f"must be above 0 and at most {_SHARE_MAX:,.0f}, such as 0.125"
        raise InvalidError(
            "option_invalid",
            f"--budget-share {problem}",
            (Problem("--budget-share", problem),),
        )
    known = advertisers_of(folder)
    if advertiser not in known:
        there = ", ".join(known) or "none"
        problem = f"{advertiser!r} has no auction in {folder}; advertisers there: {there}"
        raise InvalidError(
            "option_invalid", f"--advertiser {problem}", (Problem("--advertiser", problem),)
        )
    training = training_of(folder, advertiser)
    with progress() as bar:
        answer = replay(
            training,
            episodes_of(folder, advertiser),
            budget_share,
            advertiser=advertiser,
            expected=known[advertiser],
            report=teller(bar),
        )
    if as_json:
        data(answer)
    else:
        _print(answer)


def _print(answer: BidReplay) -> None:
    line(
        f"{answer.impressions:,} auctions of {answer.advertiser} in {answer.episodes:,} episodes, "
        f"{answer.clicks:,} clicks; budget {answer.budget_micros:,} micros"
    )
    table(
        ["bidder", "clicks", "expected", "wins", "spend", "budget used", "spend a click"],
        [*_rows(answer.bidders, answer), *_rows(answer.peers, answer)],
    )
    line("expected: by the chances in the log. hindsight knows prices and clicks,")
    line("click_chances prices and chances, linear_hindsight the best base bid.")


def _rows(scores: Mapping[str, Score], answer: BidReplay) -> list[list[str]]:
    return [
        [
            name,
            f"{score.clicks:,}",
            f"{score.expected_clicks:,.1f}",
            f"{score.wins:,}",
            f"{score.spend_micros:,}",
            f"{score.spend_micros / max(1, answer.budget_micros):.1%}",
            "-" if score.cpc_micros is None else f"{score.cpc_micros:,}",
        ]
        for name, score in scores.items()
    ]
