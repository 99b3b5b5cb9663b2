"""`town`: a simulated county town, for the demo some weeks, for a trial as long as one likes, by the public API."""

from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from lodestone import bootstrap
from lodestone.base.clock import SECOND_MICROS, Clock, Instant
from lodestone.base.errors import ConflictError
from lodestone.cli import simulation
from lodestone.cli.kernels import compiling
from lodestone.cli.output import Home, Json, data, line, note, progress
from lodestone.cli.reach import Reach, here, run, settings_of
from lodestone.client import AsyncClient as Client
from lodestone.town import ARMS, NAME, Filled, Shelf, Wish, fill, make_town
from lodestone.town.demo import DEMO_DAYS, DEMO_PEOPLE, DemoPlan, live_demo
from lodestone.town.demo.names import TOWN

DEMO: Final = "demo"
DEMO_MARK: Final = "demo.town"
"""The file that marks a home as a demo's, with the instant at which it was begun."""
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


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(towns, name="town")


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
    ads: Annotated[
        bool, typer.Option("--ads", help="With --days: let shops and creators advertise.")
    ] = False,
    orders: Annotated[
        bool, typer.Option("--orders", help="With --days: let shops order films from creators.")
    ] = False,
    ad_price: Annotated[
        int,
        typer.Option(
            min=0,
            max=10**9,
            help="With --ads: what an ad's appearance costs a viewer's time, micros.",
        ),
    ] = 0,
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
    require_no_demo(home)
    if days is not None:
        wish = Wish(
            seed, people, days, arm, ring=not without_ring, trade=not without_trade,
            ads=ads, orders=orders, ad_price=ad_price,
        )  # fmt: skip
        simulation.live(wish, community_id or simulation.TOWN, home, as_json=as_json)
        return
    name = community_id or simulation.TOWN

    async def ask(reach: Reach) -> Filled:
        return await _fill(reach, name, seed, people=people, posts=posts)

    filled = run(home, name, ask)
    if as_json:
        data(filled)
    else:
        line(
            f"{filled.people} people, {filled.items} posts, {filled.feeds} feeds, {filled.events} events"
        )


async def fill_demo(
    app: bootstrap.App, wall: Clock | None = None, *, days: int = DEMO_DAYS
) -> None:
    """Fill the demo when there is none, or finish one that was interrupted.

    Args:
        app: Opened on the demo's home.
        wall: The clock that the installation runs by; the system's where it is left out.
        days: Whole days to live before the present one, at least 1.
    """
    if app.home.key(DEMO) is not None:
        return
    async with here(app, DEMO) as reach:
        if not await _lived(reach):
            note(
                f"letting a demo town live the last {days} days, once; a minute or two, and the page shows how far"
            )
            async with compiling():
                await _live(app, reach, wall or bootstrap.WallClock(), days)
        await _keep_desk_key(app, Client(reach.http, reach.key, DEMO))
        key = await Client(reach.http, reach.key).create_key(DEMO, "demo")
        app.home.keep_key(DEMO, key)


async def _live(app: bootstrap.App, reach: Reach, wall: Clock, days: int) -> None:
    """Let the demo's town live up to now, then let its clock run with the wall."""
    now = wall.now()
    app.home.note(DEMO_MARK, now)
    client = Client(reach.http, reach.key, DEMO)
    body = {
        "name": NAME,
        "time_zone": _ZONE,
        "currency": "CNY",
        "clock": "driven",
        "translations": {"en": {"name": TOWN}},
    }
    await client.put_community(DEMO, body)
    with progress() as bar:
        show = simulation.teller(bar)

        def both(done: int, whole: int, what: str) -> None:
            show(done, whole, what)
            app.progress.tell(done, whole, what)

        plan = DemoPlan(SEED, DEMO_PEOPLE, days, now)
        await live_demo(client, Shelf(app.home.path / "town" / DEMO), plan, both)
    await client.advance(wall.now(), release=True)


def require_no_demo(home: str | None) -> None:
    """Refuse to let another town into a home that a demo lives in.

    Raises:
        ConflictError: `demo_home`: it bears a demo's mark, or a demo's key.
    """
    path = bootstrap.path_of(settings_of(home))
    marks = [path / DEMO_MARK, path / f"{DEMO}.key"]
    if any(mark.exists() for mark in marks):
        message = (
            f"{path} holds the demo that `lodestone serve --demo` serves; a town there would live beside it and be "
            "served with it. Name another home: `lodestone town --home DIR`"
        )
        raise ConflictError("demo_home", message)


async def _keep_desk_key(app: bootstrap.App, client: Client) -> None:
    """Keep a key of somebody who serves at every shop of the demo; a demo of before shops has none.

    It is the owner of the shop that handed something over last: their desk shows their own shop first.
    """
    shops = (await client.ask("GET", "/v1/shops?limit=1000"))["data"]
    if not shops:
        return
    orders = (await client.ask("GET", "/v1/orders?limit=1000"))["data"]
    done = [
        (order["created_at"], order["shop_id"]) for order in orders if order["state"] == "fulfilled"
    ]
    first = max(done)[1] if done else shops[0]["id"]
    keeper = next(shop["owner_id"] for shop in shops if shop["id"] == first)
    for shop in shops:
        staff = f"/v1/shops/{shop['id']}/staff/{keeper}"
        await client.ask("PUT", staff, {"role": "manager"})
    made = await client.ask("POST", f"/v1/shops/{first}/staff/{keeper}/keys")
    app.home.keep_key("merchant", made["key"])


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
