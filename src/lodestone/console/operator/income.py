"""Who earns, how many live on it and how evenly, beside the community's own income; nobody is made out by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import h3
from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.base.money import MICROS_IN_ONE
from lodestone.console.asking import HttpRequest, speech_of
from lodestone.console.charts import Table, number, percent, whole
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, answer, need
from lodestone.console.operator.span import DAYS, Picked, picked_of
from lodestone.console.speech import Speech
from lodestone.insight.income import IncomeCell, IncomeReport
from lodestone.insight.reports import Reports
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE

PAGE: Final = "/operator/income"
SCOPE: Final = "money"
_LIVING_MAX: Final = 10**9
_FIELD_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class TableCard:
    """A table with its name as a file and its heading."""

    id: str
    title: str
    table: Table


@cache
def income_routes() -> tuple[Any, ...]:
    """Make the route."""

    @get(PAGE, opt=ANYONE, include_in_schema=False, exception_handlers=refusals_of(OPERATOR))
    async def page(request: HttpRequest, state: AppState) -> Response[Any]:
        who = entered(request, OPERATOR)
        need(request, who, SCOPE)
        speech = speech_of(request, who.engine)
        wanted, report = await _read(request, state, who)
        say = speech.words.say
        context = {
            "picked": wanted, "answer": _answer(report, speech), "lines": _lines(report, speech),
            "cards": income_cards(report, speech), "currency": speech.currency,
            "living": _typed(request, "living"), "target": _typed(request, "target"),
            "days": [(str(days), say("{n} days", {"n": days})) for days in DAYS],
            "csv": lambda name: f"/operator/tables/{name}?{wanted.query(bom='1')}",
            "empty": say("What people earn will appear here once five of them have earned something.")
            if report.people is None else "",
        }  # fmt: skip
        return await answer(request, who, "income", "income.html", context)

    return (page,)


async def income_table(request: HttpRequest, who: Entered, number: int) -> Table:
    """Return one of the page's tables for a file: by kind, audience, region, and the chain."""
    need(request, who, SCOPE)
    _, report = await _read(request, request.app.state, who)
    cards = income_cards(report, speech_of(request, who.engine))
    return cards[number].table if cards else Table((), ())


async def _read(request: HttpRequest, state: AppState, who: Entered) -> tuple[Picked, IncomeReport]:
    wanted, reports = picked_of(request, who.engine), _reports(state, who)
    last = wanted.last if not wanted.wrong else None
    first = wanted.first if not wanted.wrong else None
    span = reports.span(first, last)
    living = _amount(_typed(request, "living"), _LIVING_MAX)
    target = _amount(_typed(request, "target"), 100)
    micros = None if living is None else round(living * MICROS_IN_ONE) or None
    share = None if target is None else target / 100
    long = use_cases.threads(who.engine).long
    return wanted, await long(reports.income, span, micros, share)


def _reports(state: AppState, who: Entered) -> Reports:
    reports: Reports = state["reports"](who.engine)
    return reports


def _typed(request: HttpRequest, name: str) -> str:
    return request.query_params.get(name, "")[:_FIELD_MAX].strip()


def _amount(text: str, most: int) -> float | None:
    """Read a number that was typed; None for none, or one that cannot be."""
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if 0 <= amount <= most else None


def _answer(report: IncomeReport, speech: Speech) -> str:
    say = speech.words.say
    if report.people is None or report.income is None:
        return say("Fewer than five people earned anything in these days.")
    fields = {
        "n": whole(report.people), "amount": speech.money(report.income.micros),
        "share": percent(report.partners_share or 0.0, 2),
    }  # fmt: skip
    return say("{n} people earned {amount}: {share} of all that was earned here.", fields)


def _lines(report: IncomeReport, speech: Speech) -> list[str]:
    """Say what else is known, a sentence each."""
    say, lines = speech.words.say, []
    lines.append(say("The community itself earned {amount}.", {"amount": speech.money(report.house.micros)}))  # fmt: skip
    if report.target is not None and report.reached is not None:
        fields = {"target": percent(report.target, 2)}
        lines.append(
            say("The target of {target} for people is reached.", fields)
            if report.reached
            else say("The target of {target} for people is not reached.", fields)
        )
    if report.median and report.median_interval:
        low, high = report.median_interval.low, report.median_interval.high
        fields = {"amount": speech.money(report.median.micros), "low": speech.money(low), "high": speech.money(high)}  # fmt: skip
        lines.append(
            say("Half of them earned about {amount} or more ({low} to {high}, 95 % interval).", fields)
        )  # fmt: skip
    if report.gini is not None and report.gini_interval:
        fields = {"gini": number(report.gini), "low": number(report.gini_interval.low), "high": number(report.gini_interval.high)}  # fmt: skip
        lines.append(say("Gini {gini} ({low} to {high}): 0 is all alike, 1 is one has all.", fields))  # fmt: skip
    if report.living:
        share = report.living.share
        fields = {"n": whole(report.living.people), "amount": speech.money(report.living.amount.micros), "low": percent(share.low, 2), "high": percent(share.high, 2)}  # fmt: skip
        lines.append(say("At least {n} earned {amount} or more ({low} to {high} of those who earned).", fields))  # fmt: skip
    if report.small_share is not None:
        lines.append(say("Creators with fewer followers than the median one earned {share} of it.", {"share": percent(report.small_share, 2)}))  # fmt: skip
    return lines


def income_cards(report: IncomeReport, speech: Speech) -> list[TableCard]:
    """Return the tables: by kind of income, size of audience, region, and the chain of each region."""
    if report.people is None:
        return []
    say = speech.words.say
    kinds = {
        "sales": say("sales of an own shop"), "order": say("advertisers' orders"),
        "ad_share": say("share of ads"), "other": say("other"),
    }  # fmt: skip
    return [
        _card("income-kinds", (say("By kind of income"), say("Kind")), report.by_kind, [kinds[cell.name] for cell in report.by_kind], speech),
        _card("income-audiences", (say("By followers"), say("Followers")), report.by_audience, [_audience(cell.name, speech) for cell in report.by_audience], speech),
        _card("income-regions", (say("By region"), say("Region")), report.by_region, [_region(cell.name, speech) for cell in report.by_region], speech),
        TableCard("income-chain", say("From being seen to being paid"), _chain(report, speech)),
    ]  # fmt: skip


def _card(
    name: str, titles: tuple[str, str], cells: Sequence[IncomeCell], names: Sequence[str], speech: Speech
) -> TableCard:  # fmt: skip
    say, hidden = speech.words.say, speech.words.say("too few")
    rows = tuple(
        (
            text,
            hidden if cell.people is None else whole(cell.people),
            hidden if cell.income is None else speech.money(cell.income.micros),
        )
        for text, cell in zip(names, cells, strict=True)
    )
    return TableCard(name, titles[0], Table((titles[1], say("People"), say("Earned")), rows))


def _chain(report: IncomeReport, speech: Speech) -> Table:
    say, hidden = speech.words.say, speech.words.say("too few")

    def figure(count: int | None, first: str | None) -> str:
        if count is None:
            return hidden
        return whole(count) if first is None else f"{whole(count)} ({speech.day(first)})"

    head = (say("Region"), say("Impressions"), say("Orders paid"), say("People paid"))
    return Table(
        head,
        tuple(
            (
                _region(link.region, speech),
                figure(link.impressions, link.first_impression),
                figure(link.orders, link.first_order),
                figure(link.people_paid, link.first_paid),
            )
            for link in report.chain
        ),
    )


def _audience(name: str, speech: Speech) -> str:
    if name == "none":
        return speech.words.say("no creator")
    return speech.words.say("{n} or more", {"n": whole(int(name.removesuffix("+")))})


def _region(name: str, speech: Speech) -> str:
    """Name a region by its middle: degrees north and east."""
    if name == "unknown":
        return speech.words.say("unknown")
    latitude, longitude = h3.cell_to_latlng(name)
    return f"{latitude:.1f}°, {longitude:.1f}°"
