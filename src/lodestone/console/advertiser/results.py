"""What a campaign brought and cost: figures, a table by day, place or post, and the same as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from litestar import Response, get

from lodestone.ads.campaign import CampaignOut
from lodestone.ads.objective import ACTIONS, Objective
from lodestone.ads.report import AdFigures, AdReport, AdReportRow, Part
from lodestone.base.errors import InvalidError
from lodestone.base.wire import Money, app_id
from lodestone.console.advertiser.desk import ADVERTISER, Desk, desk
from lodestone.console.advertiser.diagnosis import action_name
from lodestone.console.advertiser.said import outcomes_name
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.charts import whole
from lodestone.console.logging_in import refusals_of
from lodestone.console.operator.posts import cards_of
from lodestone.console.reader import name_of
from lodestone.console.site import HEADERS
from lodestone.services import ad_cases, use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ads.reporting.file import report_file
from lodestone.services.ads.reporting.report import Question
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.support.spreadsheet import attachment

DAYS: Final = 28
_DAYS_MAX: Final = 400
_ROWS_MAX: Final = 100
_DIVISIONS: Final[tuple[Part, ...]] = ("day", "place", "creative")
_REFUSALS: Final = refusals_of(ADVERTISER)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the whole."""

    name: str
    value: str
    more: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what it is of, and its cells."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    """Each with what stands below it in small: what each cost, and the same unpaid."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a campaign's page shows of what it brought."""

    figures: tuple[Figure, ...]
    by: str
    divisions: tuple[tuple[str, str], ...]
    """(word, name) of what rows may be divided by."""
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int
    """Rows that are not shown."""
    first: str
    last: str
    notes: tuple[str, ...]


@get("/advertiser/campaign/file", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_results_file(request: HttpRequest) -> Response[bytes]:
    """Fetch what a campaign brought as CSV, divided as its page is; with a mark of UTF-8 for spreadsheets on request."""
    here = await desk(request)
    asked = request.query_params
    name = app_id(asked.get("campaign", ""), field="campaign")
    here.require(await off_loop(request, here.advertising.campaign, name))
    question = question_of(here, name, asked)
    report = await use_cases.threads(here.engine).long(
        ad_cases.ad_reports(here.engine).run, question
    )
    headers = {
        **HEADERS, "content-disposition": attachment(f"{name}-{report.first}-{report.last}.csv"),
    }  # fmt: skip
    body = report_file(report, bom=asked.get("bom") == "1")
    return Response(body, media_type="text/csv", headers=headers)


def question_of(here: Desk, campaign_id: str, asked: Mapping[str, str]) -> Question:
    """Return what an address asks of a campaign: over which days, and by which division.

    Raises:
        InvalidError: The days are none, or out of order.
    """
    by = asked.get("by", "")
    part = next((part for part in _DIVISIONS if part == by), _DIVISIONS[0])
    today = here.engine.money.today()
    first, last = days_of_statement(asked.get("from"), asked.get("to"), today, days=DAYS)
    if not 0 <= last - first < _DAYS_MAX:
        raise InvalidError("span_invalid", f"from must lie before `to`, at most {_DAYS_MAX} days")
    return Question("campaign", (part,), first, last, campaign_id=campaign_id)


def results_of(here: Desk, campaign: CampaignOut, report: AdReport) -> Results:
    """Say what a report holds; names posts and places from the records, so it is called in a thread."""
    words = here.words
    (by,) = report.by
    goal = _goal(campaign)
    rows = report.rows[::-1] if by == "day" else report.rows
    if by != "day":
        rows = sorted(rows, key=lambda row: -row.spend.micros)
    named = _names(here, by, rows[:_ROWS_MAX])
    columns = [words.say("Seen"), words.say("Clicks")]
    columns += [] if goal == "click" else [outcomes_name(words, goal)]
    columns.append(words.say("Spent"))
    return Results(
        _figures(here, report.total, goal),
        by,
        tuple(zip(_DIVISIONS, (words.say("By day"), words.say("By place"), words.say("By post")), strict=True)),
        tuple(columns),
        tuple(
            Row(name, _cells(here, row, goal))
            for name, row in zip(named, rows[:_ROWS_MAX], strict=True)
        ),
        max(0, len(rows) - _ROWS_MAX),
        report.first,
        report.last,
        _notes(here, report, goal),
    )  # fmt: skip


def _goal(campaign: CampaignOut) -> str:
    """Return the outcome that a campaign is for; `click` for reach and live rooms, whose looks are counted beside it."""
    action = ACTIONS[cast("Objective", campaign.objective)][0]
    return "click" if action in ("impression", "live_view") else action


def _figures(here: Desk, total: AdFigures, goal: str) -> tuple[Figure, ...]:
    words, exact = here.words, here.speech.exact
    people = words.count("{n} person", "{n} people", total.reach)
    outcomes = total.outcomes
    figures = [
        Figure(words.say("Spent"), exact(total.spend.micros), words.count("{n} charge", "{n} charges", total.charges)),
        Figure(words.say("Seen"), whole(total.impressions.net), people),
        Figure(words.say("Clicks"), whole(outcomes.click), _each(here, total.cost_per.click)),
    ]  # fmt: skip
    if goal != "click":
        cost = _each(here, getattr(total.cost_per, goal))
        figures.append(Figure(outcomes_name(words, goal), whole(getattr(outcomes, goal)), cost))
    if outcomes.order and total.order_value.micros:
        worth = here.speech.exact(total.order_value.micros)
        orders = action_name(words, "order", outcomes.order)
        figures.append(Figure(words.say("Sold through it"), worth, orders))
    return tuple(figures)


def _each(here: Desk, cost: Money | None) -> str:
    if cost is None:
        return here.words.say("none yet")
    return here.words.say("{amount} each", {"amount": here.speech.money(cost.micros)})


def _cells(here: Desk, row: AdFigures, goal: str) -> tuple[tuple[str, ...], ...]:
    seen = _beside(here, row.impressions.net, row.organic.impressions)
    names = ("click",) if goal == "click" else ("click", goal)
    counts = []
    for name in names:
        counted = _beside(here, getattr(row.outcomes, name), getattr(row.organic.outcomes, name))
        cost: Money | None = getattr(row.cost_per, name)
        each = () if cost is None else (_each(here, cost),)
        counts.append((counted[0], *each, counted[1]))
    return seen, *counts, (here.speech.exact(row.spend.micros),)


def _beside(here: Desk, count: int, unpaid: int) -> tuple[str, str]:
    """Return a count, and the same of slots that nobody paid for."""
    return whole(count), here.words.say("{n} unpaid", {"n": whole(unpaid)})


def _names(here: Desk, by: Part, rows: list[AdReportRow]) -> list[str]:
    """Return what the table calls each row."""
    if by == "day":
        return [here.speech.day(row.day or "") for row in rows]
    if by == "place":
        known = {row.place for row in rows if row.place is not None}
        places = use_cases.stored(here.engine).domains_called(known) if known else {}
        names = {name: name_of(place.given) or name for name, place in places.items()}
        nowhere = here.words.say("Somewhere else, or not said")
        return [nowhere if row.place is None else names.get(row.place, row.place) for row in rows]
    posts = cards_of(here.engine, {row.creative or "" for row in rows}, here.speech)
    return [
        posts[row.creative or ""].text if row.creative in posts else row.creative or ""
        for row in rows
    ]


def _notes(here: Desk, report: AdReport, goal: str) -> tuple[str, ...]:
    """Say how it is counted, as far as it matters for these figures."""
    words, total = here.words, report.total
    notes = []
    if goal in ("order", "shop_visit") or total.outcomes.order:
        notes.append(
            words.say("An order or a visit counts for the ad that its buyer touched last: clicked within 7 days before, or saw within 1 day before.")
        )  # fmt: skip
    notes.append(
        words.say("“Unpaid” is the same post where nobody paid for it; it is no part of the other figures.")
    )  # fmt: skip
    if total.impressions.invalid:
        notes.append(
            words.count(
                "{n} impression more was invalid traffic and is not counted.",
                "{n} impressions more were invalid traffic and are not counted.",
                total.impressions.invalid,
            )
        )
    return tuple(notes)


ROUTES: Final = [get_results_file]
