"""One campaign: what stands in its way, its budget, its ad groups and ads, and the buttons that start and pause them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from litestar import Response, get, post

from lodestone.ads.ad import AdOut
from lodestone.ads.ad_group import AdGroupOut
from lodestone.ads.campaign import WEEK_HOURS, CampaignOut, State
from lodestone.ads.diagnosis import DiagnosisOut
from lodestone.base.errors import InvalidError, LodestoneError
from lodestone.base.money import decimals
from lodestone.base.wire import app_id
from lodestone.console.advertiser.desk import ADVERTISER, Desk, desk, onward, sent, show
from lodestone.console.advertiser.diagnosis import diagnosis_said
from lodestone.console.advertiser.refusals import field_at_fault, refusal_said
from lodestone.console.advertiser.results import Results, question_of, results_of
from lodestone.console.advertiser.said import (
    audience_said,
    budget_pairs,
    delivery_said,
    objective_name,
    review_name,
    state_name,
    strategy_said,
)
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.refusals import REFUSED
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader, plain_amount
from lodestone.console.operator.posts import PostCard, cards_of
from lodestone.services import ad_cases, use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.ads.desk import Part, WholeCampaign
from lodestone.services.ads.diagnosis import CampaignNow
from lodestone.services.ads.reporting.facts import read_ad_facts
from lodestone.services.ads.reporting.report import Question

_REFUSALS: Final = refusals_of(ADVERTISER)
_PARTS: Final = ("campaign", "group", "ad")
_STATES: Final = ("active", "paused")
PATH: Final = "/advertiser/campaign"


@dataclass(frozen=True, slots=True)
class AdCard:
    """One ad in the reader's words."""

    id: str
    headline: str
    post: PostCard | None
    state: str
    state_name: str
    review: str
    review_name: str
    reason: str
    """What the moderator wrote."""
    delivery: str


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One ad group in the reader's words."""

    id: str
    name: str
    state: str
    state_name: str
    audience: str
    strategy: str
    delivery: str
    ads: tuple[AdCard, ...]


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_campaign(request: HttpRequest) -> Response[Any]:
    """Show one campaign."""
    here = await desk(request)
    asked = request.query_params
    return await _page(request, here, app_id(asked.get("campaign", "")), done=asked.get("done", ""))


@post(f"{PATH}/budget", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def change_budget(request: HttpRequest) -> Response[Any]:
    """Change what a campaign may spend."""
    here, fields = await sent(request)
    campaign = await _own(request, here, fields)
    reader = FormReader(here.words, fields, here.speech.currency)
    daily, lifetime = (reader.price_or_none(name) for name in ("daily", "lifetime"))
    if reader.errors:
        return await _page(request, here, campaign.id, reader=reader)
    try:
        await ad_cases.ad_desk(here.engine).set_budget(campaign.id, daily, lifetime)
    except REFUSED as error:
        return await _page(request, here, campaign.id, reader=reader, error=error)
    return onward(PATH, here, campaign=campaign.id, done="budget")


@post(f"{PATH}/state", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def change_state(request: HttpRequest) -> Response[Any]:
    """Start or pause a campaign, an ad group or an ad."""
    here, fields = await sent(request)
    campaign = await _own(request, here, fields)
    try:
        done = await _change_state(here, campaign.id, fields)
    except REFUSED as error:
        return await _page(request, here, campaign.id, error=error)
    return onward(PATH, here, campaign=campaign.id, done=done)


async def _change_state(here: Desk, campaign_id: str, fields: Mapping[str, str]) -> str:
    """Do what a button says; return what came of it. Raises InvalidError for a button that is none."""
    part, state = fields.get("part", ""), fields.get("state", "")
    if part not in _PARTS or state not in _STATES:
        raise InvalidError("malformed", "choose what to start or pause")
    desk = ad_cases.ad_desk(here.engine)
    if part == "campaign" and state == "active":
        return "waits" if await desk.start(campaign_id) else "started"
    name = app_id(fields.get("name", ""), field="name")
    await desk.set_state(campaign_id, cast("Part", part), name, cast("State", state))
    return "started" if state == "active" else "paused"


async def _own(request: HttpRequest, here: Desk, fields: Mapping[str, str]) -> CampaignOut:
    """Return the campaign that a form is about. Raises UnknownError for another advertiser's."""
    name = app_id(fields.get("campaign", ""), field="campaign")
    campaign = await off_loop(request, here.advertising.campaign, name)
    here.require(campaign)
    return campaign


async def _page(
    request: HttpRequest, here: Desk, campaign_id: str, *, done: str = "",
    reader: FormReader | None = None, error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    whole, posts = await off_loop(request, _read, here, campaign_id)
    campaign, asked = whole.campaign, request.query_params
    errors = {} if reader is None else dict(reader.errors)
    note = _came_of(here, done)
    if error is not None:
        said, field = refusal_said(here.words, error), field_at_fault(error)
        if reader is not None and field is not None:
            errors[field] = said
        else:
            note = Note(said, good=False)
    if errors:
        note = Note(
            here.words.say("Nothing was saved. See the fields that are marked."), good=False
        )
    try:
        question = question_of(here, campaign.id, asked)
    except InvalidError:
        text = here.words.say(
            "Choose a first day that is not after the last, and at most 400 days."
        )
        note = Note(text, good=False)
        question = question_of(here, campaign.id, {})
    now = here.engine.billing.campaign_now(campaign.id)
    results, diagnosis = await use_cases.threads(here.engine).long(
        _brought, here, campaign, question, now
    )
    context: dict[str, object] = {
        "campaign": campaign, "called": campaign.name or campaign.id, "facts": _facts(here, campaign),
        "state_name": state_name(here.words, campaign.state), "delivery": delivery_said(here.words, campaign.delivery),
        "budgets": budget_pairs(here, campaign), "groups": [_group(here, group, ads, posts) for group, ads in whole.groups],
        "results": results, "findings": diagnosis_said(here, diagnosis),
        "values": _values(here, campaign) if reader is None else reader.values, "errors": errors,
    }  # fmt: skip
    return show(
        request,
        here,
        "campaign",
        context,
        note=note,
        query={"campaign": campaign.id, "by": results.by},
    )


def _read(here: Desk, campaign_id: str) -> tuple[WholeCampaign, dict[str, PostCard]]:
    """Read a campaign and the posts that its ads show; in a thread. Raises UnknownError."""
    whole = ad_cases.ad_desk(here.engine).whole(campaign_id)
    here.require(whole.campaign)
    items = {ad.item_id for _, ads in whole.groups for ad in ads}
    return whole, cards_of(here.engine, items, here.speech)


def _brought(
    here: Desk, campaign: CampaignOut, question: Question, now: CampaignNow
) -> tuple[Results, DiagnosisOut]:
    """Return what a campaign brought and why it runs as it does; reads the log once for both, in a thread."""
    facts = read_ad_facts(here.engine.log)
    report = ad_cases.ad_reports(here.engine).run(question, facts)
    diagnosis = ad_cases.ad_diagnosis(here.engine).run(campaign, now, facts)
    return results_of(here, campaign, report), diagnosis


def _group(
    here: Desk, group: AdGroupOut, ads: tuple[AdOut, ...], posts: Mapping[str, PostCard]
) -> GroupCard:
    return GroupCard(
        group.id, group.name or here.words.say("Ad group"), group.state, state_name(here.words, group.state),
        audience_said(here, group.targeting), strategy_said(here, group), delivery_said(here.words, group.delivery),
        tuple(_ad(here, ad, posts.get(ad.item_id)) for ad in ads),
    )  # fmt: skip


def _ad(here: Desk, ad: AdOut, post: PostCard | None) -> AdCard:
    words = here.words
    return AdCard(
        ad.id, ad.headline or (post.text if post is not None else ad.item_id), post, ad.state,
        state_name(words, ad.state), ad.review, review_name(words, ad.review), ad.review_reason,
        delivery_said(words, ad.delivery),
    )  # fmt: skip


def _values(here: Desk, campaign: CampaignOut) -> dict[str, str]:
    places, budget = decimals(here.speech.currency), campaign.budget
    return {
        name: "" if money is None else plain_amount(money.micros, places)
        for name, money in (("daily", budget.daily), ("lifetime", budget.lifetime))
    }


def _facts(here: Desk, campaign: CampaignOut) -> tuple[tuple[str, str], ...]:
    """Return what else was said when the campaign was made."""
    words = here.words
    facts = [(words.say("For"), objective_name(words, campaign.objective))]
    for name, moment in (
        (words.say("From"), campaign.starts_at), (words.say("To"), campaign.ends_at),
    ):  # fmt: skip
        if moment is not None:
            text = here.speech.moment(datetime.fromisoformat(moment), seconds=False)
            facts.append((name, text))
    if campaign.schedule is not None:
        hours = sum(map(sum, campaign.schedule))
        said = words.say("{n} of {all} hours a week", {"n": hours, "all": WEEK_HOURS})
        facts.append((words.say("Hours"), said))
    if campaign.frequency is not None:
        often = words.say(
            "at most {n} in {days} days",
            {"n": campaign.frequency.impressions, "days": campaign.frequency.days},
        )
        facts.append((words.say("How often one person sees it"), often))
    return tuple(facts)


def _came_of(here: Desk, done: str) -> Note | None:
    say = here.words.say
    text = {
        "made": say("It is made, and a moderator looks at the ad. Start it now or later."),
        "budget": say("The budget is saved."),
        "started": say("Started."),
        "waits": say("Started. What waits for a moderator is not shown; start that ad once it is approved."),
        "paused": say("Paused. Nothing of it is shown from now on."),
    }.get(done)  # fmt: skip
    return None if text is None else Note(text, good=True)


ROUTES: Final = [get_campaign, change_budget, change_state]
