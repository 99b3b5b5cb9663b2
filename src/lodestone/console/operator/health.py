"""Health: what fails, what cannot be kept, what stands still, room, back-ups, models in force and refresh times."""

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, Final

from litestar import Response, get

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, MINUTE_MICROS, Instant
from lodestone.console.asking import HttpRequest, engines, off_loop, speech_of
from lodestone.console.charts import Table, number, whole
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, answer
from lodestone.console.operator.promises import name_of
from lodestone.console.speech import Speech
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.learning.item_lists import ItemListsOut
from lodestone.services.operations.health import Disk, Health

PAGE: Final = "/operator/health"
_BACKUP_OLD: Final = 2 * DAY_MICROS
"""A back-up older than this is said to be old."""
_REFRESH_OLD: Final = 10 * MINUTE_MICROS
_BACKLOG_MANY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: how it stands, and what to do where it does not."""

    name: str
    good: bool
    said: str
    do: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What the page is made of."""

    health: Health
    disks: list[Disk]
    backup: Instant | None
    alarms: tuple[str, ...]
    """Names of promises that cannot be kept."""
    closed: dict[str, str]
    root: str
    """Of the log's chain of receipts."""
    now: Instant
    """By the community's clock."""
    wall: Instant


@cache
def health_routes() -> tuple[Any, ...]:
    """Make the route."""

    @get(PAGE, opt=ANYONE, include_in_schema=False, exception_handlers=refusals_of(OPERATOR))
    async def page(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        speech, read = speech_of(request, who.engine), await _read(request, who)
        checks = checks_of(read, speech)
        bad = [check for check in checks if not check.good]
        context = {
            "bad": bad, "good": [check for check in checks if check.good],
            "as_of": speech.moment(read.now), "models": models(read.health, speech),
            "held_out": held_out(read.health.item_lists, speech),
            "refreshes": refreshes(read.health, read.now, speech),
        }  # fmt: skip
        return await answer(request, who, "health", "health.html", context)

    return (page,)


async def _read(request: HttpRequest, who: Entered) -> Read:
    engine, home = who.engine, engines(request)
    health, speech = use_cases.health(engine, home), speech_of(request, engine)
    guards, backup = request.app.state["guards"], use_cases.newest_backup(engine)
    disks, newest, rows, root = await off_loop(
        request,
        lambda: (
            guards.disks(),
            backup(),
            request.app.state["reports"](engine).promises(),
            engine.log.root(),
        ),
    )
    names = tuple(name_of(row, speech) for row in rows if row.id in health.alarms)
    return Read(health, disks, newest, names, home.unopened(), root, engine.now(), home.wall.now())


def checks_of(read: Read, speech: Speech) -> list[Check]:
    """Look at everything, the gravest first."""
    return [
        _background(read, speech), _closed(read, speech), *_disks(read, speech), _alarms(read, speech),
        _log(read, speech), _backup(read, speech), _stalls(read.health, speech),
    ]  # fmt: skip


def _background(read: Read, speech: Speech) -> Check:
    words, say, failing = speech.words, speech.words.say, read.health.failing
    if not failing:
        return Check(
            say("Background work"), good=True, said=say("Nothing that time brings about fails.")
        )
    lines = tuple(
        say(
            "{job} {row}: {kind}, {n} times since {time}",
            {"job": failure.job, "row": failure.row, "kind": failure.kind, "n": failure.times, "time": speech.moment(failure.since)},
        )
        for failure in failing[:20]
    )  # fmt: skip
    said = words.count(
        "{n} thing fails and is tried again.", "{n} things fail and are tried again.", len(failing)
    )
    return Check(
        say("Background work"), good=False, said=said, lines=lines,
        do=say("Serving goes on. The server's log says why each fails; it is done as soon as its cause is gone."),
    )  # fmt: skip


def _closed(read: Read, speech: Speech) -> Check:
    say = speech.words.say
    if not read.closed:
        return Check(say("Communities"), good=True, said=say("Every active community is open."))
    lines = tuple(f"{name}: {reason}" for name, reason in sorted(read.closed.items()))
    return Check(
        say("Communities"), good=False, said=say("Some communities could not be opened."), lines=lines,
        do=say("Mend what is named, then start the server again."),
    )  # fmt: skip


def _disks(read: Read, speech: Speech) -> list[Check]:
    say = speech.words.say
    checks = []
    for disk in read.disks:
        fields = {
            "folder": disk.folder,
            "free": _size(disk.free_mib),
            "floor": _size(disk.floor_mib),
        }
        said = say("{free} free for {folder}.", fields)
        do = say(
            "Under {floor} the server says that it is not ready. Make room on this disk.", fields
        )
        checks.append(Check(say("Disk"), good=not disk.low, said=said, do=do if disk.low else ""))
    return checks


def _size(mib: int) -> str:
    return f"{number(mib / 1024)}\u202fGiB" if mib >= 1024 else f"{whole(mib)}\u202fMiB"


def _alarms(read: Read, speech: Speech) -> Check:
    say = speech.words.say
    if not read.alarms:
        return Check(
            say("Promises"),
            good=True,
            said=say("No price stands at its cap, so none of them is out of reach."),
        )
    said = say(
        "Cannot be kept at its present cap: {names}. Lower the target or raise the cap.",
        {"names": speech.listed(read.alarms)},
    )
    return Check(say("Promises"), good=False, said=said)


def _log(read: Read, speech: Speech) -> Check:
    say, health = speech.words.say, read.health
    fields = {"facts": whole(health.facts), "receipts": whole(health.receipts)}
    said = say("The log holds {facts} facts and {receipts} receipts.", fields)
    if health.commit_ms is not None:
        mean = say("A commit takes {n} ms on average.", {"n": number(health.commit_ms)})
        said = speech.joined(said, mean)
    slow = health.backlog_bytes > _BACKLOG_MANY
    do = say(
        "{n} bytes wait for a commit: the disk does not keep up. Something else uses it, or it is failing.",
        {"n": whole(health.backlog_bytes)},
    )
    tip = say(
        "Its root, to be kept elsewhere and handed to `lodestone verify --root`: {root}",
        {"root": read.root},
    )
    return Check(say("Log"), good=not slow, said=said, do=do if slow else "", lines=(tip,))


def _backup(read: Read, speech: Speech) -> Check:
    say, do = (
        speech.words.say,
        speech.words.say(
            "Run `lodestone backup FOLDER` every night, and `lodestone restore --check FOLDER` on its copy."
        ),
    )
    if read.backup is None:
        said = say(
            "No back-up has been noted. One that was made otherwise, such as a copy of the disk, is not known here."
        )
        return Check(say("Back-up"), good=False, said=said, do=do)
    age = read.now - read.backup
    said = say("The newest back-up was made {span} ago.", {"span": span(age, speech)})
    old = age > _BACKUP_OLD
    return Check(say("Back-up"), good=not old, said=said, do=do if old else "")


def _stalls(health: Health, speech: Speech) -> Check:
    say = speech.words.say
    if not health.stalls:
        return Check(
            say("Stalls"),
            good=True,
            said=say("Nothing has held up the serving thread for 5 ms or more."),
        )
    worst = health.stalls[0]
    said = say("The longest stall since the start was {n} ms.", {"n": number(worst.longest_ms)})
    lines = tuple(
        say("{work}: {n} ms at most, {times} times", {"work": stall.work, "n": number(stall.longest_ms), "times": whole(stall.times)})
        for stall in health.stalls
    )  # fmt: skip
    return Check(say("Stalls"), good=worst.longest_ms < 1000, said=said, lines=lines)


def span(micros: int, speech: Speech) -> str:
    """Say how long something is, in one unit."""
    words = speech.words
    if micros >= 2 * DAY_MICROS:
        return words.count("{n} day", "{n} days", micros // DAY_MICROS)
    if micros >= 2 * HOUR_MICROS:
        return words.count("{n} hour", "{n} hours", micros // HOUR_MICROS)
    return words.count("{n} minute", "{n} minutes", max(0, ceil(micros / MINUTE_MICROS)))


def models(health: Health, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Say what predicts outcomes, and which item lists are in force."""
    say, lists = speech.words.say, health.item_lists
    weights = (say("Weights that predict outcomes"), health.weights)
    if not lists.version:
        return (
            weights,
            (
                say("People alike"),
                say("none yet: they are learned once the log holds a thousand facts"),
            ),
        )
    fields = {
        "version": lists.version, "method": lists.method, "items": whole(lists.items),
        "people": whole(lists.people), "deeds": whole(lists.deeds), "facts": whole(lists.offset),
    }  # fmt: skip
    text = say(
        "version {version} ({method}): {items} posts, {people} people, {deeds} deeds, of the first {facts} facts",
        fields,
    )
    return (weights, (say("People alike"), text))


def held_out(lists: ItemListsOut, speech: Speech) -> Table | None:
    """Write the figures on deeds that were held out of learning, the best first; None before the first lists."""
    if not lists.held_out:
        return None
    say = speech.words.say
    rows = sorted(lists.held_out.items(), key=lambda pair: -pair[1])
    chosen = say("in force")
    return Table(
        (say("Method"), say("NDCG@10 on held-out deeds"), say("Chosen")),
        tuple(
            (name, f"{value:.4f}", chosen if name == lists.method else "") for name, value in rows
        ),
    )


def refreshes(health: Health, now: Instant, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Say when what is worked out beside requests was last worked out."""
    say = speech.words.say
    rows = (
        (say("Prices of promises"), health.prices_at),
        (say("Quality, gates and lists"), health.refreshed_at),
        (say("Debiasing of authors"), health.debiased_at),
    )
    never = say("not since the start: it comes with the first decisions")
    return tuple(
        (name, never if at is None else say("{time}, {span} ago", {"time": speech.moment(at), "span": span(now - at, speech)}))
        for name, at in rows
    )  # fmt: skip
