"""`community` and `key`: who is served here, and who may ask."""

from typing import Annotated, Any, Final

import typer

from lodestone.cli.ids import CommunityArgument, CommunityOption, KeyArgument, KeyOption, id_of
from lodestone.cli.output import Community, Home, Json, data, line, note, table
from lodestone.cli.reach import Reach, run, word
from lodestone.services.access import SCOPES

communities = typer.Typer(no_args_is_help=True, help="Create, list and disable communities.")
keys = typer.Typer(no_args_is_help=True, help="Create, list and revoke a community's keys.")
LEAST: Final = ("feeds", "events")
"""What a key may do when nobody says: show feeds, and say what people did with them."""


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(communities, name="community")
    app.add_typer(keys, name="key")


@communities.command(
    "create", epilog="Example: lodestone community create kaili --time-zone Asia/Shanghai"
)
def create(
    community_id: CommunityArgument = None,
    community: CommunityOption = None,
    name: Annotated[str, typer.Option(help="Its name.")] = "",
    time_zone: Annotated[str, typer.Option(help="Decides what a day is; fixed.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Three letters, ISO 4217; fixed.")] = "CNY",
    clock: Annotated[str, typer.Option(help="`wall`, or `driven` for tests and imports.")] = "wall",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a community, and its first key."""
    named = id_of(community_id, community, "--community")
    body = {"name": name, "time_zone": time_zone, "currency": currency, "clock": clock}

    async def ask(reach: Reach) -> Any:
        known = {one["id"] for one in (await reach.ask("GET", "/v1/communities"))["data"]}
        made = await reach.ask("PUT", f"/v1/communities/{word(named)}", body=body)
        if named in known:
            return made
        key = await reach.ask("POST", f"/v1/communities/{word(named)}/keys", body={"name": "first"})
        return {**made, "key": key["key"]}

    told = run(home, None, ask)
    if as_json:
        data(told)
        return
    line(f"{told['id']}: {told['state']}, {told['time_zone']}, {told['currency']}")
    if "key" in told:
        note("Its key, shown this once:")
        line(told["key"])


@communities.command("list", epilog="Example: lodestone community list --json")
def list_all(home: Home = None, as_json: Json = False) -> None:
    """List every community."""
    found = run(home, None, lambda reach: reach.ask("GET", "/v1/communities"))["data"]
    if as_json:
        data(found)
        return
    columns = ["id", "name", "state", "time_zone", "currency", "clock", "now"]
    table(columns, [[str(one[column]) for column in columns] for one in found])


@communities.command("disable", epilog="Example: lodestone community disable kaili")
def disable(
    community_id: CommunityArgument = None,
    community: CommunityOption = None,
    home: Home = None,
) -> None:
    """Close a community's doors; its data stays."""
    path = f"/v1/communities/{word(id_of(community_id, community, '--community'))}/disable"
    community_out = run(home, None, lambda reach: reach.ask("POST", path))
    line(f"{community_out['id']}: {community_out['state']}")


@keys.command(
    "create", epilog="Example: lodestone key create --name app --scope feeds --scope events"
)
def create_key(
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may do, again for each; {' and '.join(LEAST)} when left out."),
    ] = None,
    all_scopes: Annotated[
        bool, typer.Option(help="Let it do everything in its community.")
    ] = False,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a key; it is shown this once."""
    if scope and all_scopes:
        raise typer.BadParameter("name scopes, or take all of them, not both")
    chosen = list(SCOPES) if all_scopes else scope or list(LEAST)
    body: dict[str, Any] = {"name": name, "scopes": chosen}

    async def ask(reach: Reach) -> Any:
        return await reach.ask(
            "POST", f"/v1/communities/{word(await only(reach, community))}/keys", body=body
        )

    told = run(home, community, ask)
    if as_json:
        data(told)
    else:
        line(told["key"])
        note(f"it may: {' '.join(told['scopes'])}")


@keys.command("list", epilog="Example: lodestone key list --community kaili")
def list_keys(community: Community = None, home: Home = None, as_json: Json = False) -> None:
    """List a community's keys; their text is not kept."""

    async def ask(reach: Reach) -> Any:
        return await reach.ask("GET", f"/v1/communities/{word(await only(reach, community))}/keys")

    found = run(home, community, ask)["data"]
    if as_json:
        data(found)
        return
    rows = [
        [
            one["id"],
            one["name"],
            " ".join(one["scopes"]),
            one["created_at"],
            one.get("revoked_at", ""),
        ]
        for one in found
    ]
    table(["id", "name", "scopes", "created", "revoked"], rows)


@keys.command("revoke", epilog="Example: lodestone key revoke key_0123")
def revoke_key(
    key_id: KeyArgument = None,
    key: KeyOption = None,
    community: Community = None,
    home: Home = None,
) -> None:
    """Make a key worthless, with the tokens and logins made under it."""
    revoked = id_of(key_id, key, "--key")

    async def ask(reach: Reach) -> Any:
        named = await only(reach, community)
        return await reach.ask("DELETE", f"/v1/communities/{word(named)}/keys/{word(revoked)}")

    run(home, community, ask)
    line(f"{revoked}: revoked")
    note("it holds in the process that did it at once, in every other within five seconds")


async def only(reach: Reach, community: str | None) -> str:
    """Return the community meant: the one named, or the only one there is."""
    if community is not None:
        return community
    found = (await reach.ask("GET", "/v1/communities"))["data"]
    if len(found) != 1:
        message = "there are several communities" if found else "there is no community yet"
        raise typer.BadParameter(f"{message}; name one with --community")
    return str(found[0]["id"])
