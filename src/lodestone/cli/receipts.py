"""`replay` and `verify`: decide again, and walk the chain."""

from typing import Annotated, Any

import typer

from lodestone.cli.losses import require_whole
from lodestone.cli.reach import run, word
from lodestone.cli.say import FINDING, Community, Home, Json, data, line


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("replay", epilog="Example: lodestone replay rcp_00000000002ac5…")(replay)
    app.command("verify", epilog="Example: lodestone verify --root $(cat root.txt)")(verify)


def replay(
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="A receipt's id.")],
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Decide again from a receipt's own contents and compare."""
    told = run(
        home, community, lambda reach: reach.ask("POST", f"/v1/receipts/{word(receipt)}/replay")
    )
    if as_json:
        data(told)
    elif told["identical"]:
        line("identical")
    else:
        for difference in told["differences"]:
            line(f"differs: {difference}")
    if not told["identical"]:
        raise typer.Exit(FINDING)


def verify(
    root: Annotated[str | None, typer.Option(help="A root kept elsewhere.")] = None,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Walk receipts and facts from the first; name what is tampered, missing, reordered or cut off."""
    require_whole(home, as_json=as_json)
    told = run(home, community, lambda reach: reach.ask("POST", "/v1/verify", body={"root": root}))
    if as_json:
        data(told)
    else:
        for one in told["findings"]:
            where = one["receipt_id"] or one["said"] or f"facts from {one['number']}"
            line(f"{one['problem']}: {where}")
        line(
            f"{told['receipts']} receipts, {told['facts']} facts, {len(told['findings'])} findings"
        )
        for one in told["accepted"]:
            line(_accepted(one))
        line(f"root {told['root']}")
    if told["findings"]:
        raise typer.Exit(FINDING)


def _accepted(loss: dict[str, Any]) -> str:
    """Say of an accepted loss when it was, what, and how much."""
    much = (
        "nobody knows how much"
        if loss["facts"] is None
        else f"{loss['facts']} facts, {loss['receipts']} receipts"
    )
    return f"accepted {loss['time']}: {loss['what'].replace('_', ' ')}, {much}"
