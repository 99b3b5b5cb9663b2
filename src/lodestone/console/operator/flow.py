"""Flow between domains: who came in, returned, left and shared back, what it was worth, and which whole paths led there."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from lodestone.console.charts import Table, number, percent, whole
from lodestone.console.operator.answers import Empty, Section, Walk, WalkCard
from lodestone.console.operator.figures import Figures
from lodestone.console.sankey import Sankey, Stream, laid_out
from lodestone.console.speech import Speech
from lodestone.insight.flow import Border
from lodestone.insight.paths import PathFlow
from lodestone.insight.window import DOMAIN_WORDS

WALKS: Final = 6
"""Paths that are drawn; the table has all."""
_LOOKS: Final = {"customer": "ink"}


def flow_section(figures: Figures, speech: Speech) -> Section:
    """Say how often somebody came into a middle or private domain and what that was worth, and show every way."""
    say, report = speech.words.say, figures.flow
    kicker = say("Flow between domains")
    walks = walk_card(report.paths, speech)
    if not report.borders and not report.unexplained:
        return Section(
            "flow",
            kicker,
            say("Nobody has gone from one domain into another in these days."),
            empties=(
                Empty(
                    say(
                        "Who joins, follows, buys, leaves and comes back will appear here, with what it is worth."
                    ),
                    say("Open the feed and follow somebody"),
                    "/",
                ),
            ),
            walks=walks,
        )
    came = [row for row in report.borders if row.move in ("enter", "return")]
    answer = speech.words.count(
        "Somebody came into a middle or private domain once, worth {value}.",
        "People came into a middle or private domain {n} times, worth {value}.",
        sum(row.crossings for row in came),
        {"value": speech.money(sum(row.value_micros for row in came))},
    )
    if not came:
        answer = say("Nobody was led into a middle or private domain in these days.")
    flows = (flow_chart(report.borders, speech),) if report.borders else ()
    return Section("flow", kicker, answer, _moves(figures, speech), flows=flows, walks=walks)


def _moves(figures: Figures, speech: Speech) -> str:
    """Say how many of the moves were of each kind, and how many nothing explains."""
    say, report = speech.words.say, figures.flow
    made = {"return": 0, "leave": 0, "share": 0}
    for row in report.borders:
        if row.move in made:
            made[row.move] += row.crossings
    told = [
        say(
            "Returns among these: {returns}. Beside them somebody left {left} times, and shared a post back to the public {shared} times.",
            {
                "returns": whole(made["return"]),
                "left": whole(made["leave"]),
                "shared": whole(made["share"]),
            },
        )
    ]
    if report.unexplained:
        told.append(
            say(
                "{n} more came in with nothing shown to them elsewhere in the seven days before.",
                {"n": whole(report.unexplained)},
            )
        )
    return speech.joined(*told)


def flow_chart(borders: Sequence[Border], speech: Speech) -> Sankey:
    """Draw every way that was gone, as thick as it was often."""
    say = speech.words.say
    ways: dict[tuple[str, str], list[Border]] = defaultdict(list)
    for row in borders:
        ways[row.source, row.target].append(row)
    often = {way: sum(row.crossings for row in rows) for way, rows in ways.items()}
    most = max(often, key=lambda way: often[way])
    streams = [
        Stream(
            source,
            target,
            often[source, target],
            _told(source, target, ways[source, target], speech),
        )
        for source, target in sorted(ways, key=lambda way: (DOMAIN_WORDS.index(way[0]), way[1]))
    ]
    labels = tuple(
        {
            name: f"{speech.domain(name)} {whole(sum(n for way, n in often.items() if way[side] == name))}"
            for name in DOMAIN_WORDS
        }
        for side in (0, 1)
    )
    sides = laid_out(streams, DOMAIN_WORDS, (labels[0], labels[1]))
    return Sankey(
        id="flow-between-domains",
        title=say(
            "Most went from the {source} into the {target} domain: {n} of {total} crossings",
            {
                "source": speech.domain(most[0]),
                "target": speech.domain(most[1]),
                "n": whole(often[most]),
                "total": whole(sum(often.values())),
            },
        ),
        left_title=say("from"),
        right_title=say("into"),
        left=sides.left,
        right=sides.right,
        bands=sides.bands,
        table=_table(borders, speech),
        foot=say(
            "A crossing is a change from outside to inside of one domain, or back. Coming in is credited to what was shown last elsewhere, within seven days; who leaves goes to the public."
        ),
    )


def _told(source: str, target: str, rows: Sequence[Border], speech: Speech) -> str:
    fields = {
        "source": speech.domain(source),
        "target": speech.domain(target),
        "n": whole(sum(row.crossings for row in rows)),
        "value": speech.money(sum(row.value_micros for row in rows)),
    }
    return speech.words.say("{source} to {target}: {n} crossings, worth {value}", fields)


def _way(row: Border, speech: Speech) -> str:
    say = speech.words.say
    move = {
        "enter": say("came in"),
        "return": say("returned"),
        "leave": say("went out"),
        "share": say("shared back"),
    }[row.move]
    by = {
        "follow": say("by following"),
        "join": say("by joining"),
        "order": say("by buying"),
        "unfollow": say("by unfollowing"),
        "leave": say("by leaving"),
        "share": say("by sharing"),
    }[row.by]
    return say("{move} {by}", {"move": move, "by": by})


def _table(borders: Sequence[Border], speech: Speech) -> Table:
    say = speech.words.say
    return Table(
        (
            say("Day"),
            say("From"),
            say("Into"),
            say("What they did"),
            say("Crossings"),
            say("People"),
            say("Value"),
        ),
        tuple(
            (
                say("{day}, so far", {"day": speech.day(row.day)})
                if row.partial
                else speech.day(row.day),
                speech.domain(row.source),
                speech.domain(row.target),
                _way(row, speech),
                whole(row.crossings),
                whole(row.people),
                speech.money(row.value_micros),
            )
            for row in reversed(borders)
        ),
    )


def walk_card(paths: Sequence[PathFlow], speech: Speech) -> WalkCard | None:
    """Say how many newcomers became customers, and by which paths; None while nobody has come."""
    say = speech.words.say
    total = sum(path.people for path in paths)
    if not total:
        return None
    taken: dict[tuple[str, ...], list[PathFlow]] = defaultdict(list)
    for path in paths:
        taken[tuple(path.stages)].append(path)
    people = {stages: sum(row.people for row in rows) for stages, rows in taken.items()}
    bought = sum(count for stages, count in people.items() if "customer" in stages)
    fields = {"bought": whole(bought), "n": whole(total)}
    return WalkCard(
        title=say("{bought} of {n} newcomers have bought something.", fields),
        walks=tuple(
            Walk(
                tuple((_LOOKS.get(stage, stage), _stage(stage, speech)) for stage in stages),
                say(
                    "{share} ({kept} of {count})",
                    {
                        "share": percent(people[stages] / total, 2),
                        "kept": whole(people[stages]),
                        "count": whole(total),
                    },
                ),
                round(100 * people[stages] / total, 2),
                _hours(taken[stages], speech),
            )
            for stages in sorted(people, key=lambda stages: (-people[stages], stages))[:WALKS]
        ),
        foot=say(
            "Everybody first seen in these days, in any domain, followed for thirty days. Times are medians, from the first stage to the last."
        ),
        table=_paths_table(paths, speech),
    )


def _stage(stage: str, speech: Speech) -> str:
    return speech.words.say("customer") if stage == "customer" else speech.domain(stage)


def _hours(rows: Sequence[PathFlow], speech: Speech) -> str:
    """Write how long a path took: the medians of its cohorts, from the shortest to the longest."""
    say = speech.words.say
    if len(rows[0].stages) < 2:
        return ""
    low, high = (number(pick(row.hours[-1] for row in rows), 2) for pick in (min, max))
    if low == high:
        return say("in {hours} h", {"hours": low})
    return say("in {low} to {high} h, by the day they came", {"low": low, "high": high})


def _paths_table(paths: Sequence[PathFlow], speech: Speech) -> Table:
    say = speech.words.say
    return Table(
        (
            say("Day people first came"),
            say("Path"),
            say("People"),
            say("Of those who came"),
            say("Hours to each stage"),
            say("Still open"),
        ),
        tuple(
            (
                speech.day(row.day),
                _line(row, speech),
                whole(row.people),
                whole(row.count),
                " \u2192 ".join(number(hours, 2) for hours in row.hours) or "\u2013",
                say("may go on") if row.open else say("ended"),
            )
            for row in reversed(paths)
        ),
    )


def _line(row: PathFlow, speech: Speech) -> str:
    return " \u2192 ".join(_stage(stage, speech) for stage in row.stages) or speech.words.say(
        "none"
    )
