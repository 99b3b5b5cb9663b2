"""`refresh`: make item lists of the log as it stands."""

from typing import Any

import typer

from lodestone.cli.keys import only
from lodestone.cli.output import Community, Home, Json, data, line
from lodestone.cli.reach import Reach, naming, run

DEEDS_LEAST = 1_000
"""Events that an import must have brought for item lists to be made at its end."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("refresh", epilog="Example: lodestone refresh --community kaili")(refresh)


def refresh(community: Community = None, home: Home = None, as_json: Json = False) -> None:
    """Make item lists (people alike) of everything in the log, and decide by them from then on."""

    async def ask(reach: Reach) -> Any:
        named = await only(reach, community)
        return await made(reach, named)

    found = run(home, community, ask)
    if as_json:
        data(found)
        return
    if not found["version"]:
        line("nothing to learn from yet: nobody has liked, bought or read anything")
        return
    line(f"version {found['version']}: {found['method']}")
    line(f"{found['deeds']:,} deeds of {found['people']:,} people with {found['items']:,} items")
    for name, figure in sorted(found["held_out"].items(), key=lambda pair: -pair[1]):
        line(f"  {figure:.4f}  {name}")


async def made(reach: Reach, community: str) -> Any:
    """Ask for item lists to be made, and return what is in force then."""
    return await reach.ask("POST", "/v1/item-lists", headers=naming(community))
