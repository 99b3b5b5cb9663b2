"""Whether a campaign is taken as sent, and what of states holds for every object."""

from collections.abc import Iterator
from dataclasses import dataclass

from lodestone.ads.advertiser import DEPOSIT_MAX
from lodestone.ads.campaign import DAYS, HOURS, CampaignIn, ScheduleHours, State, Week, week_of
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.base.clock import Instant
from lodestone.base.wire import Money, instant_of

_R = AdRefusal


@dataclass(frozen=True, slots=True)
class CampaignContext:
    """What judging a campaign needs of how things stand."""

    before: CampaignIn | None
    """As it is; None for a new one."""
    spent: int
    """Micros."""
    currency: str
    now: Instant


def judge_state(before: State | None, after: State) -> Iterator[Fault]:
    """Yield why an object may not come into a state; before: None for a new one."""
    if before == "ended" and after != "ended":
        yield Fault(_R.ALREADY_ENDED, "state")
    if before is None and after != "paused":
        yield Fault(_R.MADE_PAUSED, "state")


def activates(before: State | None, after: State) -> bool:
    """Say whether a write activates an object; before: None for a new one."""
    return after == "active" and before != "active"


def judge_money(amount: Money | None, currency: str, field: str) -> Iterator[Fault]:
    """Yield why an amount is not taken."""
    if amount is None:
        return
    if amount.currency != currency:
        yield Fault(_R.CURRENCY_MISMATCH, field, currency)
    if not 0 < amount.micros <= DEPOSIT_MAX:
        yield Fault(_R.AMOUNT_NOT_POSITIVE, field)


def judge_campaign(campaign: CampaignIn, context: CampaignContext) -> Iterator[Fault]:
    """Yield every reason to refuse a campaign, in no order."""
    before = context.before
    yield from judge_state(None if before is None else before.state, campaign.state)
    if before is not None and before.advertiser_id != campaign.advertiser_id:
        yield Fault(_R.ADVERTISER_FIXED, "advertiser_id")
    if before is not None and before.objective != campaign.objective:
        yield Fault(_R.OBJECTIVE_FIXED, "objective")
    yield from _judge_budget(campaign, context)
    yield from _judge_dates(campaign, context)
    yield from _judge_schedule(campaign)


def _judge_budget(campaign: CampaignIn, context: CampaignContext) -> Iterator[Fault]:
    daily, lifetime = campaign.budget.daily, campaign.budget.lifetime
    yield from judge_money(daily, context.currency, "budget.daily")
    yield from judge_money(lifetime, context.currency, "budget.lifetime")
    if daily is None and lifetime is None:
        yield Fault(_R.BUDGET_MISSING, "budget")
    if daily is not None and lifetime is not None and daily.micros > lifetime.micros:
        yield Fault(_R.DAILY_OVER_LIFETIME, "budget.daily")
    if lifetime is not None and lifetime.micros < context.spent:
        yield Fault(_R.BUDGET_BELOW_SPENT, "budget.lifetime", f"{context.spent} micros")


def _judge_dates(campaign: CampaignIn, context: CampaignContext) -> Iterator[Fault]:
    if campaign.ends_at is None:
        return
    ends = instant_of(campaign.ends_at)
    if campaign.starts_at is not None and ends <= instant_of(campaign.starts_at):
        yield Fault(_R.ENDS_BEFORE_START, "ends_at")
    before = context.before
    same = before is not None and before.ends_at == campaign.ends_at
    activated = activates(None if before is None else before.state, campaign.state)
    if campaign.state == "active" and ends <= context.now and (activated or not same):
        yield Fault(_R.ENDS_IN_THE_PAST, "ends_at")


def _judge_schedule(campaign: CampaignIn) -> Iterator[Fault]:
    week, spans = campaign.schedule, campaign.hours
    if week is not None and spans:
        yield Fault(_R.SCHEDULE_TWICE, "hours")
    if week is not None and not _is_week(week):
        yield Fault(_R.SCHEDULE_MALFORMED, "schedule")
    for index, span in enumerate(spans):
        if span.end <= span.start:
            yield Fault(_R.SCHEDULE_MALFORMED, f"hours[{index}].to")
        elif any(_overlaps(span, other) for other in spans[:index]):
            yield Fault(_R.SCHEDULE_OVERLAPS, f"hours[{index}]")
    whole = week_of(week, spans)
    if whole is not None and not any(any(row) for row in whole):
        yield Fault(_R.SCHEDULE_EMPTY, "hours" if spans else "schedule")


def _is_week(week: Week) -> bool:
    return len(week) == DAYS and all(len(row) == HOURS for row in week)


def _overlaps(span: ScheduleHours, other: ScheduleHours) -> bool:
    return span.day == other.day and span.start < other.end and other.start < span.end
