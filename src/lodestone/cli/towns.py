"""`town`: a county town that simulation, for the demo a day, for the trial as long as one likes, by the public API."""

from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from lodestone import bootstrap
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.cli import simulation
from lodestone.cli.output import Home, Json, data, line, note, progress
from lodestone.cli.reach import Reach, here, run
from lodestone.client import AsyncClient as Client
from lodestone.town import ARMS, NAME, Filled, Wish, fill, make_town

DEMO: Final = "demo"
SEED: Final = 1
_ZONE: Final = simulation.ZONE


towns = typer.Typer(
    help="Let a county town live, and compare policies on it.",
    invoke_without_command=True,
    epilog="Example: lodestone town --days 3 --seed 7 --people 120",
)
towns.command(
    "compare", epilog="Example: lodestone town compare --days 3 --people 120 --seeds 1,2"
)(simulation.compare)


@towns.callback()
def town(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="The same seed makes the same town.")] = SEED,
    people: Annotated[int, typer.Option(min=50, help="How many live there.")] = 1000,
    days: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Let it live so many days, people with minds of their own; without, one day for show.",
        ),
    ] = None,
    arm: Annotated[
        str, typer.Option(help=f"With --days: under which policy: {', '.join(ARMS)}.")
    ] = "engine",
    without_ring: Annotated[
        bool, typer.Option("--without-ring", help="With --days: let no paid clickers come.")
    ] = False,
    without_trade: Annotated[
        bool,
        typer.Option("--without-trade", help="With --days: let an order be no more than an event."),
    ] = False,
    posts: Annotated[
        int, typer.Option(min=50, help="Without --days: how many posts there are.")
    ] = 3000,
    community_id: Annotated[
        str | None, typer.Option("--id", help="Under which id; demo, or town with --days.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a county town and let it live, over the public API.

    With --days a run may be stopped at any time and goes on when the same command is given again.
    """
    if context.invoked_subcommand is not None:
        return
    if days is not None:
        wish = Wish(seed, people, days, arm, ring=not without_ring, trade=not without_trade)
        simulation.live(wish, community_id or simulation.TOWN, home, as_json=as_json)
        return
    name = community_id or DEMO

    async def ask(reach: Reach) -> Filled:
        return await _fill(reach, name, seed, people=people, posts=posts)

    filled = run(home, name, ask)
    if as_json:
        data(filled)
    else:
        line(
            f"{filled.people} people, {filled.items} posts, {filled.feeds} feeds, {filled.events} events"
        )


async def fill_demo(app: bootstrap.App) -> None:
    """Fill the demo when there is none, or finish one that was interrupted."""
    if app.home.key(DEMO) is not None:
        return
    async with here(app, DEMO) as reach:
        if not await _lived(reach):
            note("filling a demo town and living its first day, once; a minute or two")
            await _fill(reach, DEMO, SEED, people=1000, posts=3000)
        await _keep_desk_key(app, Client(reach.http, reach.key, DEMO))
        key = await Client(reach.http, reach.key).create_key(DEMO, "demo")
        app.home.keep_key(DEMO, key)


async def _keep_desk_key(app: bootstrap.App, client: Client) -> None:
    """Keep a key of whoever serves at every shop of the demo; a demo of before shops has none."""
    shops = (await client.ask("GET", "/v1/shops?limit=1"))["data"]
    for shop in shops:
        path = f"/v1/shops/{shop['id']}/staff/{shop['owner_id']}/keys"
        app.home.keep_key("merchant", (await client.ask("POST", path))["key"])


async def _lived(reach: Reach) -> bool:
    """Say whether the demo's day is over: its clock is released at the end of it.

    The key may be missing all the same, where a back-up was restored or the last start was cut short just then.
    """
    found = (await reach.ask("GET", "/v1/communities"))["data"]
    return any(one["id"] == DEMO and one["clock"] == "wall" for one in found)


async def _fill(reach: Reach, community: str, seed: int, *, people: int, posts: int) -> Filled:
    client = Client(reach.http, reach.key, community)
    body = {"name": NAME, "time_zone": _ZONE, "currency": "CNY", "clock": "driven"}
    known = {one["id"]: one for one in (await client.ask("GET", "/v1/communities"))["data"]}
    if community not in known or known[community]["clock"] == "driven":
        await client.put_community(community, body)
    until = await _until(client, community)
    with progress() as bar:
        told = simulation.teller(bar)
        filled = await fill(
            client, make_town(seed, until, people=people, posts=posts), told, hour_of=_hour
        )
        await client.advance(bootstrap.WallClock().now(), release=True)
    return filled


async def _until(client: Client, community: str) -> Instant:
    """Return when the first day ends: a day after the clock began, which an interrupted fill keeps."""
    told = await client.ask("GET", f"/v1/communities/{community}")
    return Instant(_instant(told["created_at"]))


def _instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * SECOND_MICROS)


def _hour(at: Instant) -> int:
    return datetime.fromtimestamp(at / SECOND_MICROS, UTC).astimezone(ZoneInfo(_ZONE)).hour
