"""`replay`, `explain` and `verify`: decide again, say why, and walk the chain."""

from typing import Annotated, Any, Final

import typer

from lodestone.cli.ids import ReceiptArgument, ReceiptOption, id_of
from lodestone.cli.losses import require_whole
from lodestone.cli.output import FINDING, Community, Home, Json, a_thousand, data, line
from lodestone.cli.reach import run, word


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("replay", epilog="Example: lodestone replay rcp_00000000002ac5…")(replay)
    app.command("explain", epilog="Example: lodestone explain rcp_00000000002ac5… --slot 2")(
        explain
    )
    app.command("verify", epilog="Example: lodestone verify --root $(cat root.txt)")(verify)


def replay(
    receipt_id: ReceiptArgument = None,
    receipt: ReceiptOption = None,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Decide again from a receipt's own contents and compare."""
    path = f"/v1/receipts/{word(id_of(receipt_id, receipt, '--receipt'))}/replay"
    replayed = run(home, community, lambda reach: reach.ask("POST", path))
    if as_json:
        data(replayed)
    elif replayed["identical"]:
        line("identical")
    else:
        for difference in replayed["differences"]:
            line(f"differs: {difference}")
    if not replayed["identical"]:
        raise typer.Exit(FINDING)


_UNTOLD: Final = {
    "predictor": "the weights that decided are no longer in force",
    "item_lists": "the item lists that decided are no longer there",
    "personalisation": "the viewer has withdrawn consent to personalisation since",
}


def explain(
    receipt_id: ReceiptArgument = None,
    receipt: ReceiptOption = None,
    slot: Annotated[int, typer.Option(min=1, max=50, help="Which slot, from 1.")] = 1,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say why a slot holds what it holds: what its value would lose without each term, and which deeds speak for it."""
    path = f"/v1/receipts/{word(id_of(receipt_id, receipt, '--receipt'))}/why/{slot}"
    why = run(home, community, lambda reach: reach.ask("GET", path))
    if as_json:
        data(why)
        return
    line(
        f"{why['item_id']} in slot {slot}, from {why['source']}: a thousand showings are worth "
        f"{a_thousand(why['value_micros'])}, {a_thousand(why['net_micros'])} with promises"
    )
    for term in why["terms"]:
        deeds = ", ".join(_deed(deed) for deed in term["deeds"])
        line(
            f"{a_thousand(term['micros'], sign=True):>12}  {term['term']}"
            + (f": {deeds}" if deeds else "")
        )
    if why["untold"]:
        line(f"what its chances are made of cannot be said: {_UNTOLD[why['untold']]}")
    for step in why["steps"]:
        line(f"{a_thousand(step['micros'], sign=True):>12}  promise {step['promise']}")


def _deed(deed: dict[str, Any]) -> str:
    """Write a deed of the viewer's and its part of the likeness: `i7 (like, 62 %)`."""
    return f"{deed['item_id']} ({deed['did']}, {100 * deed['part']:.0f} %)"


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
