"""Let a living town live, stop it, take it up again; and set policies side by side in processes of their own."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from lodestone import bootstrap
from lodestone.base.errors import ConflictError, InvalidError, Problem, UnavailableError
from lodestone.cli.learning import learn_at_night
from lodestone.cli.output import Json, data, figure, line, note, progress, table
from lodestone.cli.reach import Reach, reach, settings_of
from lodestone.client import AsyncClient as Client
from lodestone.client import ClientError
from lodestone.town import ARMS, NAME, OtherLifeError, Shelf, Wish
from lodestone.town import run as run_life
from lodestone.town.runs import FIGURES, summary
from lodestone.town.runs import ZONE as _ZONE
from lodestone.town.study.compare import Comparison, pictures

TOWN: Final = "town"
ZONE: Final = _ZONE
_STOPPED: Final = 130
_LEARNS_AFTER: Final = (2,)
"""The operator of every arm lets the predictor learn from the log after the third day, then every Sunday. Item lists are
made every night: a driven clock makes none by itself."""


def live(wish: Wish, community: str, home: str | None, *, as_json: bool) -> None:
    """Live a life, or go on with it, and print what came of it."""
    if wish.arm not in ARMS:
        problem = Problem("arm", f"must be one of {', '.join(ARMS)}")
        raise InvalidError("arm_unknown", f"arm {problem.problem}", (problem,))
    figures = asyncio.run(_live(wish, community, home))
    if figures is None:
        note("stopped; the same command goes on from here")
        raise typer.Exit(_STOPPED)
    if as_json:
        data(figures)
        return
    for name, value in summary(figures):
        line(f"{name}: {_short(value)}")


async def _live(wish: Wish, community: str, home: str | None) -> Any:
    settings = settings_of(home)
    shelf = Shelf(bootstrap.path_of(settings) / "town" / community)
    stop = False

    def halt() -> None:
        nonlocal stop
        stop = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, halt)
    async with reach(settings, community) as found:
        client = await _community(found, community)

        async def after(day: int) -> None:
            if day in _LEARNS_AFTER or day % 7 == 6:
                await learn_at_night(found, community)
            await found.ask("POST", "/v1/item-lists")

        with progress() as bar:
            try:
                return await run_life(
                    client, shelf, wish, teller(bar), halted=lambda: stop, after=after
                )
            except OtherLifeError as error:
                raise ConflictError("other_life", str(error)) from error
            except ClientError as error:
                if error.code != "clock_backwards":
                    raise ConflictError(error.code, error.message) from error
                message = (
                    "the engine's clock is further than the town's last page: somebody else drove it, or an older version "
                    "was killed within a step; begin the life anew in another home"
                )
                raise ConflictError(error.code, message) from error


async def _community(found: Reach, community: str) -> Client:
    """Make the town's community where there is none yet; return a client of it."""
    client = Client(found.http, found.key, community)
    known = {one["id"] for one in (await client.ask("GET", "/v1/communities"))["data"]}
    if community not in known:
        body = {"name": NAME, "time_zone": ZONE, "currency": "CNY", "clock": "driven"}
        await client.put_community(community, body)
    return client


def teller(bar: Any) -> Callable[[int, int, str], None]:
    """Return what shows progress on a bar."""
    tasks: dict[str, Any] = {}

    def told(done: int, whole: int, what: str) -> None:
        if what not in tasks:
            for task in tasks.values():
                bar.update(task, completed=bar.tasks[task].total)
            tasks[what] = bar.add_task(what, total=whole)
        bar.update(tasks[what], completed=done)

    return told


def compare(
    days: Annotated[int, typer.Option(min=1, help="How many days each life lasts.")] = 31,
    people: Annotated[int, typer.Option(min=50, help="How many live in each town.")] = 500,
    seeds: Annotated[str, typer.Option(help="Which towns, such as 1,2,3.")] = "1,2,3",
    arms: Annotated[str, typer.Option(help="Which policies, parted by commas.")] = ",".join(ARMS),
    folder: Annotated[
        Path, typer.Option("--into", help="Where lives, table and pictures are kept.")
    ] = Path("town-compare"),
    jobs: Annotated[int, typer.Option(min=1, help="How many lives at a time.")] = 2,
    without_trade: Annotated[
        bool, typer.Option("--without-trade", help="Let an order be no more than an event.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set policies side by side on the same towns, each life in a process of its own.

    Stopped, it goes on where each life was when the same command is given again.
    """
    wishes = [replace(wish, trade=not without_trade) for wish in _wishes(days, people, seeds, arms)]
    lives = [(wish, folder / f"{wish.arm}-{wish.seed}") for wish in wishes]
    _run_all(lives, jobs)
    figures = [
        msgspec.json.decode((home / "town" / TOWN / FIGURES).read_bytes()) for _, home in lives
    ]
    comparison = Comparison(figures)
    folder.joinpath("comparison.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(comparison.told()), indent=2)
    )
    for name, picture in pictures(comparison).items():
        folder.joinpath(name).write_text(picture, "utf-8")
    if as_json:
        data(comparison.told())
        return
    table(["", *comparison.names()], comparison.rows())
    note(f"table, figures and pictures lie in {folder}")


def _wishes(days: int, people: int, seeds: str, arms: str) -> list[Wish]:
    numbers = [one.strip() for one in seeds.split(",")]
    names = [one.strip() for one in arms.split(",")]
    wrong = next((number for number in numbers if not number.isdecimal()), None)
    if wrong is not None:
        problem = Problem("seeds", f"{wrong!r} is no whole number; write such as 1,2,3")
        raise InvalidError("seeds_malformed", f"seeds: {problem.problem}", (problem,))
    odd = next((name for name in names if name not in ARMS), None)
    if odd is not None:
        problem = Problem("arms", f"{odd!r} is none of {', '.join(ARMS)}")
        raise InvalidError("arm_unknown", f"arms: {problem.problem}", (problem,))
    return [Wish(int(seed), people, days, arm) for seed in numbers for arm in names]


def _run_all(lives: list[tuple[Wish, Path]], jobs: int) -> None:
    """Live all lives, so many at a time; those that are done are not lived again."""
    waiting = list(lives)
    running: list[tuple[subprocess.Popen[bytes], str]] = []
    with progress() as bar:
        task = bar.add_task("lives", total=len(lives))
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    wish, home = waiting.pop(0)
                    running.append((_start(wish, home), f"{wish.arm}, seed {wish.seed}"))
                process, name = running.pop(0)
                if process.wait() != 0:
                    raise UnavailableError(
                        "life_failed", f"the life of {name} ended with {process.returncode}"
                    )
                bar.advance(task)
        finally:
            for process, _ in running:
                process.terminate()
                process.wait()


def _start(wish: Wish, home: Path) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "lodestone",
        "town",
        "--days",
        str(wish.days),
        "--people",
        str(wish.people),
        "--seed",
        str(wish.seed),
        "--arm",
        wish.arm,
        "--home",
        str(home),
        "--json",
        *([] if wish.trade else ["--without-trade"]),
    ]
    with (home / "life.txt").open("wb") as told:
        return subprocess.Popen(command, stdout=told, stderr=told)  # noqa: S603  our own program, our own words


def _short(value: Any) -> str:
    return figure(value) if isinstance(value, float) else str(value)
