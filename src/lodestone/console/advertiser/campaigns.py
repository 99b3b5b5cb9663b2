"""The campaigns of an advertiser: how each stands, what is in its way, what it may spend and has spent; also as a file."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get

from lodestone.ads.campaign import CampaignOut
from lodestone.base.money import decimals
from lodestone.console.advertiser.desk import ADVERTISER, Desk, desk, show
from lodestone.console.advertiser.said import (
    budget_pairs,
    delivery_said,
    objective_name,
    reviews_said,
    state_name,
)
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.forms import plain_amount
from lodestone.console.site import HEADERS
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.support.spreadsheet import attachment, table_file, text_cell

PAGE: Final = 50
_FILE_MAX: Final = 10_000
_REFUSALS: Final = refusals_of(ADVERTISER)
_COLUMNS: Final = (
    "id", "name", "objective", "state", "ads_approved", "ads_pending", "ads_rejected", "delivery", "budget_daily",
    "budget_lifetime", "spent", "currency", "starts_at", "ends_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign in the list."""

    id: str
    name: str
    state: str
    state_name: str
    delivery: str
    more: str
    """What it is for, and its ads by their review."""
    budgets: tuple[tuple[str, str], ...]


@get("/advertiser", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_campaigns(request: HttpRequest) -> Response[Any]:
    """List the campaigns of an advertiser."""
    here = await desk(request)
    after = request.query_params.get("after") or None
    campaigns: list[CampaignOut] = []
    if here.chosen is not None:
        campaigns = await off_loop(
            request, here.advertising.campaigns, PAGE + 1, after, here.chosen.id
        )
    shown = campaigns[:PAGE]
    context: dict[str, object] = {
        "rows": [_row(here, campaign) for campaign in shown],
        "after": shown[-1].id if len(campaigns) > PAGE else None,
        "summary": _summary(here, shown, whole=after is None and len(campaigns) <= PAGE),
        "may_start": bool(here.shops),
        "balance": _balance(here),
    }
    return show(
        request, here, "campaigns", context, query={} if after is None else {"after": after}
    )


@get("/advertiser/campaigns/file", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)  # fmt: skip
async def get_campaigns_file(request: HttpRequest) -> Response[bytes]:
    """Fetch the campaigns of an advertiser as CSV; with a mark of UTF-8 for spreadsheets on request."""
    here = await desk(request)
    bom = request.query_params.get("bom") == "1"
    body = await use_cases.threads(here.engine).long(_file, here, bom=bom)
    name = "campaigns" if here.chosen is None else f"campaigns-{here.chosen.id}"
    headers = {**HEADERS, "content-disposition": attachment(f"{name}.csv")}
    return Response(body, media_type="text/csv", headers=headers)


def _file(here: Desk, *, bom: bool) -> bytes:
    campaigns: list[CampaignOut] = []
    while here.chosen is not None and len(campaigns) < _FILE_MAX:
        after = campaigns[-1].id if campaigns else None
        page = here.advertising.campaigns(1_000, after, here.chosen.id)
        campaigns += page
        if len(page) < 1_000:
            break
    places = decimals(here.speech.currency)
    return table_file(_COLUMNS, (_cells(campaign, places) for campaign in campaigns), bom=bom)


def _cells(campaign: CampaignOut, places: int) -> tuple[str, ...]:
    budget, review = campaign.budget, campaign.reviews
    daily, lifetime = (
        "" if money is None else plain_amount(money.micros, places)
        for money in (budget.daily, budget.lifetime)
    )
    return (
        text_cell(campaign.id), text_cell(campaign.name), campaign.objective, campaign.state, str(review.approved),
        str(review.pending), str(review.rejected), campaign.delivery.code, daily, lifetime,
        plain_amount(campaign.spent.micros, places), campaign.spent.currency, campaign.starts_at or "",
        campaign.ends_at or "",
    )  # fmt: skip


def _row(here: Desk, campaign: CampaignOut) -> Row:
    words = here.words
    about = [
        words.say("For {what}", {"what": objective_name(words, campaign.objective)}),
        reviews_said(words, campaign.reviews),
    ]
    return Row(
        campaign.id, campaign.name or campaign.id, campaign.state, state_name(words, campaign.state),
        delivery_said(words, campaign.delivery), " · ".join(part for part in about if part),
        budget_pairs(here, campaign),
    )  # fmt: skip


def _balance(here: Desk) -> str:
    """Say what is paid in and free; empty while there is no advertiser."""
    if here.chosen is None:
        return ""
    amount = here.speech.exact(here.chosen.balance.micros)
    if not here.chosen.balance.micros:
        return here.words.say("The balance is empty: campaigns run on what is paid in.")
    return here.words.say(
        "Balance: {amount} paid in and set aside for no campaign.", {"amount": amount}
    )


def _summary(here: Desk, campaigns: list[CampaignOut], *, whole: bool) -> str:
    """Answer what an advertiser comes with: does it run, and what has it cost."""
    words = here.words
    if not campaigns:
        return words.say("Nothing is advertised yet")
    runs = sum(campaign.delivery.code == "eligible" for campaign in campaigns)
    spent = here.speech.exact(sum(campaign.spent.micros for campaign in campaigns))
    fields = {"runs": runs, "spent": spent}
    if not whole:
        return words.say("Of the campaigns below {runs} may be shown; they have spent {spent}", fields)  # fmt: skip
    return words.count(
        "{runs} of {n} campaign may be shown; {spent} spent so far",
        "{runs} of {n} campaigns may be shown; {spent} spent so far",
        len(campaigns), fields,
    )  # fmt: skip


ROUTES: Final = [get_campaigns, get_campaigns_file]
