"""`settle`, `audit`, `payouts`, `payments`: close a day, prove the book, pay out, give back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lodestone.cli.ids import DayArgument, DayOption, id_of
from lodestone.cli.losses import require_whole
from lodestone.cli.output import FINDING, Community, Home, Json, amount, data, line, table
from lodestone.cli.reach import Reach, run


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("settle", epilog="Example: lodestone settle 2026-03-01")(settle)
    app.command("audit", epilog="Example: lodestone audit --json")(audit)
    app.command("payouts", epilog="Example: lodestone payouts 2026-03-01 --file payouts.csv")(
        payouts
    )
    app.command("payments", epilog="Example: lodestone payments --provider manual")(payments)


def settle(
    day_argument: DayArgument = None,
    day: DayOption = None,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Release expired holds and close a day's books; again changes nothing."""
    body = {"day": id_of(day_argument, day, "--day")}
    closing = run(home, community, lambda reach: reach.ask("POST", "/v1/settle", body=body))
    if as_json:
        data(closing)
        return
    closed = ", ".join(closing["closed_now"]) or "nothing; it was closed before"
    line(f"closed {closed}")
    line(
        f"{closing['transfers']} transfers, {closing['expired']} holds expired, digest {closing['digest']}"
    )
    table(
        ["code", "transfers", "amount"],
        [
            [
                one["code"],
                str(one["transfers"]),
                amount(one["amount"]),
            ]
            for one in closing["by_code"]
        ],
    )


def audit(community: Community = None, home: Home = None, as_json: Json = False) -> None:
    """Prove that the book is what its transfers say; name every difference, and end with 1 on one."""
    require_whole(home, as_json=as_json)
    told = run(home, community, lambda reach: reach.ask("POST", "/v1/audit"))
    if as_json:
        data(told)
    else:
        for one in told["differences"]:
            line(
                f"{one['check']}: {one['subject']}: expected {one['expected']}, found {one['found']}"
            )
        line(
            f"{told['transfers']} transfers, {told['accounts']} accounts, {told['holds']} holds, "
            f"{told['closed_days']} closed days, {len(told['differences'])} differences"
        )
        line(f"proved: {', '.join(told['checks'])}")
    if told["differences"]:
        raise typer.Exit(FINDING)


def payouts(
    day_argument: DayArgument = None,
    day: DayOption = None,
    file: Annotated[Path | None, typer.Option(help="Where to write them as CSV.")] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin the file with a byte-order mark, for Excel.")
    ] = False,
    provider: Annotated[str, typer.Option(help="Who pays.")] = "manual",
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Pay out, once, what every party earned through a closed day."""
    closed = id_of(day_argument, day, "--day")

    async def ask(reach: Reach) -> tuple[Any, bytes]:
        body = {"day": closed, "provider": provider}
        told = await reach.ask("POST", "/v1/payouts", body=body)
        written = b""
        if file is not None:
            written = (
                await reach.http.get(f"/v1/payouts/{closed}/file?bom={str(bom).lower()}")
            ).content
        return told, written

    told, written = run(home, community, ask)
    if file is not None:
        file.write_bytes(written)
    if as_json:
        data(told)
    else:
        table(
            ["payout", "party", "amount", "state"],
            [
                [
                    one["id"],
                    one["party"],
                    amount(one["amount"]),
                    one["state"],
                ]
                for one in told["data"]
            ],
        )
        for one in told["failed"]:
            line(f"failed, and tried again later: {one['row']} ({one['kind']})")
    if told["failed"]:
        raise typer.Exit(FINDING)


def payments(
    provider: Annotated[str, typer.Option(help="Who gives back, and took.")] = "manual",
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Ask a provider for every refund it owes buyers, and how charges stand; again does no harm."""
    body = {"provider": provider}
    told = run(home, community, lambda reach: reach.ask("POST", "/v1/payments/send", body=body))
    if as_json:
        data(told)
        return
    table(
        ["payment", "order", "kind", "amount", "state"],
        [
            [
                one["id"],
                one["order_id"],
                one["kind"],
                amount(one["amount"]),
                one["state"],
            ]
            for one in told["data"]
        ],
    )
