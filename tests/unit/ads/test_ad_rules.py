"""Rules of advertising: faults come in one order, whatever else is wrong; delivery names the first reason."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lodestone.ads.ad import AdIn, Landing, needs_review
from lodestone.ads.ad_group import AdGroupIn, Targeting, TargetPlace
from lodestone.ads.campaign import (
    WEEKDAYS,
    Budget,
    CampaignIn,
    ReviewCounts,
    ScheduleHours,
    runs,
    week_of,
)
from lodestone.ads.delivery import SENTENCES, Delivery, Hour, Standing, delivery_of
from lodestone.ads.judge_ad import AdContext, Target, judge_ad
from lodestone.ads.judge_campaign import CampaignContext, judge_campaign
from lodestone.ads.judge_group import GroupContext, TargetingContext, judge_group
from lodestone.ads.objective import ACTIONS, BID, COST, RETURN, STRATEGIES
from lodestone.ads.refusals import CONFLICTS, CURES, UNKNOWN, AdRefusal, Fault, first
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, InvalidError, UnknownError
from lodestone.base.wire import Money, Position, instant_of

YUAN = 1_000_000
TIME = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOW = Instant(instant_of(TIME))
HOUR = Hour(NOW, 2, 12 * 60)
CAMPAIGN = CampaignIn(
    advertiser_id="a", objective="orders", budget=Budget(daily=Money(100 * YUAN, "CNY"))
)
CONTEXT = CampaignContext(None, 0, "CNY", NOW)
GROUP = AdGroupIn(campaign_id="c")
GROUP_CONTEXT = GroupContext(
    before=None, campaign=CAMPAIGN, targeting=TargetingContext(True, {"d": "place", "e": "channel"}, {"p"}), currency="CNY",
)  # fmt: skip
AD = AdIn(ad_group_id="g", item_id="i", landing=Landing(product_id="x"))
AD_CONTEXT = AdContext(
    before=None, review="pending", group_state="paused", objective="orders", owner=7,
    item=Target(7, live=True), landing=Target(7, live=True),
)  # fmt: skip


def codes(faults):
    return {fault.refusal for fault in faults}


def test_what_is_right_has_no_fault():
    assert first(judge_campaign(CAMPAIGN, CONTEXT)) is None
    assert first(judge_group(GROUP, GROUP_CONTEXT)) is None
    assert first(judge_ad(AD, AD_CONTEXT)) is None


@given(st.lists(st.sampled_from([*AdRefusal]), min_size=1))
def test_of_many_faults_the_one_that_stands_first_in_the_order_is_given(refusals):
    faults = [Fault(refusal, "field") for refusal in refusals]

    assert first(faults).refusal is min(refusals, key=lambda refusal: refusal.value)


@given(st.sets(st.sampled_from(["budget", "dates", "schedule", "money"])))
def test_every_fault_of_a_campaign_is_found_whatever_else_is_wrong_with_it(wrong):
    spoilt, expected = CAMPAIGN, set()
    if "budget" in wrong:
        budget = Budget(daily=Money(9, "CNY"), lifetime=Money(8, "CNY"))
        spoilt, expected = replace(spoilt, budget=budget), {AdRefusal.DAILY_OVER_LIFETIME}
    if "money" in wrong:
        budget = replace(spoilt.budget, daily=Money(spoilt.budget.daily.micros, "EUR"))
        spoilt, expected = replace(spoilt, budget=budget), {*expected, AdRefusal.CURRENCY_MISMATCH}
    if "dates" in wrong:
        spoilt = replace(spoilt, starts_at=TIME, ends_at=TIME)
        expected = {*expected, AdRefusal.ENDS_BEFORE_START}
    if "schedule" in wrong:
        spoilt = replace(spoilt, schedule=((True,),))
        expected = {*expected, AdRefusal.SCHEDULE_MALFORMED}

    assert codes(judge_campaign(spoilt, CONTEXT)) == expected


@given(lifetime=st.integers(1, 10**12), spent=st.integers(0, 10**12))
def test_a_lifetime_budget_covers_what_is_spent_to_the_micro(lifetime, spent):
    budget = replace(CAMPAIGN, budget=Budget(lifetime=Money(lifetime, "CNY")))
    refusals = codes(judge_campaign(budget, CampaignContext(CAMPAIGN, spent, "CNY", NOW)))

    assert (AdRefusal.BUDGET_BELOW_SPENT in refusals) == (lifetime < spent)


spans = st.lists(
    st.builds(
        lambda day, start, length: ScheduleHours(day=day, start=start, end=min(24, start + length)),
        st.sampled_from(WEEKDAYS),
        st.integers(0, 23),
        st.integers(1, 24),
    ),
    max_size=8,
)


@given(spans)
def test_spans_are_refused_just_when_an_hour_is_named_twice(hours):
    named = [(span.day, hour) for span in hours for hour in range(span.start, span.end)]
    refusals = codes(judge_campaign(replace(CAMPAIGN, hours=tuple(hours)), CONTEXT))

    assert (AdRefusal.SCHEDULE_OVERLAPS in refusals) == (len(set(named)) < len(named))
    if hours:
        week = week_of(None, hours)
        assert {
            (WEEKDAYS[day], hour) for day in range(7) for hour in range(24) if week[day][hour]
        } == set(named)


@given(spans, st.integers(0, 6), st.integers(0, 1439))
def test_a_schedule_runs_in_the_hours_that_it_names(hours, weekday, minute):
    here = any(
        WEEKDAYS.index(span.day) == weekday and span.start * 60 <= minute < span.end * 60
        for span in hours
    )

    assert runs(week_of(None, hours), weekday, minute) == (here or not hours)


def test_an_empty_week_is_refused_and_a_malformed_one_before_it():
    never = replace(CAMPAIGN, schedule=((False,) * 24,) * 7)
    short = replace(CAMPAIGN, schedule=((False,) * 24,) * 6)

    assert first(judge_campaign(never, CONTEXT)).refusal is AdRefusal.SCHEDULE_EMPTY
    assert first(judge_campaign(short, CONTEXT)).refusal is AdRefusal.SCHEDULE_MALFORMED


@pytest.mark.parametrize("objective", STRATEGIES)
def test_each_strategy_takes_what_it_bids_by_and_nothing_else(objective):
    campaign = replace(CAMPAIGN, objective=objective)
    for strategy in (*BID, *COST, *RETURN, "max_delivery"):
        group = AdGroupIn(
            campaign_id="c",
            strategy=strategy,
            bid=Money(YUAN, "CNY") if strategy in BID else None,
            target=Money(YUAN, "CNY") if strategy in COST else 2.0 if strategy in RETURN else None,
        )
        there = GroupContext(None, campaign, TargetingContext(True, {}, set()), "CNY")
        fits = strategy in STRATEGIES[objective]
        assert codes(judge_group(group, there)) == (
            set() if fits else {AdRefusal.STRATEGY_MISMATCH}
        )
        bare = replace(group, bid=None, target=None)
        missing = AdRefusal.BID_MISSING in codes(judge_group(bare, there))
        assert missing == (strategy != "max_delivery")
    assert ACTIONS[objective]


@given(st.lists(st.sampled_from(["newcomers", "followers", "customers", "rich"]), unique=True),
       st.lists(st.sampled_from(["newcomers", "followers", "customers"]), unique=True))  # fmt: skip
def test_an_audience_is_empty_just_when_every_way_in_is_shut(inside, outside):
    targeting = Targeting(segments_in=tuple(inside), segments_out=tuple(outside))
    refusals = codes(judge_group(replace(GROUP, targeting=targeting), GROUP_CONTEXT))

    assert (AdRefusal.AUDIENCE_EMPTY in refusals) == (bool(inside) and set(inside) <= set(outside))
    assert (AdRefusal.SEGMENT_UNKNOWN in refusals) == ("rich" in inside)


@given(
    domain=st.sampled_from([None, "d", "e", "none"]),
    position=st.sampled_from([None, Position(1.0, 2.0)]),
    radius=st.sampled_from([None, 3.0]),
)
def test_a_place_is_a_domain_or_a_circle_about_a_point(domain, position, radius):
    place = TargetPlace(domain_id=domain, position=position, radius_km=radius)
    targeting = Targeting(places=(place,))
    refusals = codes(judge_group(replace(GROUP, targeting=targeting), GROUP_CONTEXT))

    good = (domain == "d" and position is None and radius is None) or (
        domain is None and position is not None
    )
    assert (not refusals) == good
    assert (AdRefusal.RADIUS_WITHOUT_CENTRE in refusals) == (
        radius is not None and position is None
    )


@settings(max_examples=200)
@given(
    before=st.sampled_from(["paused", "active", "ended", None]),
    after=st.sampled_from(["paused", "active", "ended"]),
    review=st.sampled_from(["pending", "approved", "rejected"]),
    live=st.booleans(),
)
def test_an_ad_becomes_active_only_when_approved_and_live_and_may_always_stop(
    before, after, review, live
):
    old = None if before is None else replace(AD, state=before)
    context = AdContext(
        before=old, review=review, group_state="active", objective="orders", owner=7,
        item=Target(7, live=live), landing=Target(7, live=True),
    )  # fmt: skip
    refusals = codes(judge_ad(replace(AD, state=after), context))

    if before in ("paused", "active") and after in ("paused", "ended"):
        assert not refusals
    if after == "active" and before == "paused":
        assert (not refusals) == (review == "approved" and live)
    if before == "ended":
        assert (AdRefusal.ALREADY_ENDED in refusals) == (after != "ended")


def test_only_the_state_of_an_ad_needs_no_review():
    changes = {
        "item_id": "j", "headline": "h", "call_to_action": "visit", "landing": Landing(shop_id="s"),
    }  # fmt: skip

    assert not needs_review(AD, replace(AD, state="active", ad_group_id="other"))
    for field, value in changes.items():
        assert needs_review(AD, replace(AD, **{field: value}))


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://x.example/", True), ("https://x.example:8443/a?b=c#d", True), ("HTTPS://x.example", False),
        ("http://x.example", False), ("javascript:alert(1)", False), ("https://", False), ("https:///x", False),
        ("https://x.example\\@y.example", False), ("https://u:p@x.example", False), ("https://x .example", False),
        ("https://x.example/\"><script>", False),
    ],
)  # fmt: skip
def test_an_address_is_one_of_https_and_nothing_that_a_page_could_read_otherwise(url, good):
    context = AdContext(None, "pending", "paused", "clicks", 7, Target(7, live=True), None)
    refusals = codes(judge_ad(replace(AD, landing=Landing(url=url)), context))

    assert (refusals == set()) == good
    assert good or refusals == {AdRefusal.LANDING_NOT_HTTPS}


def test_every_refusal_has_its_cure_and_its_kind_of_error():
    assert set(CURES) == set(AdRefusal)
    assert not UNKNOWN & CONFLICTS
    for refusal in AdRefusal:
        error = Fault(refusal, "field", "9 micros").error()
        kind = UnknownError if refusal in UNKNOWN else ConflictError if refusal in CONFLICTS else InvalidError  # fmt: skip
        assert type(error) is kind
        assert error.code == refusal.name.lower()
        assert error.message.startswith("field ")
        assert "(9 micros)" in error.message


ACTIVE = replace(CAMPAIGN, state="active", budget=Budget(lifetime=Money(YUAN, "CNY")))
GOOD = {
    "states": [("campaign", "active"), ("ad group", "active"), ("ad", "active")],
    "campaign": ACTIVE, "spent": 0, "review": "approved",
}  # fmt: skip
NEVER = ((False,) * 24,) * 7
REASONS = {
    Delivery.ENDED: {"states": [("campaign", "ended"), ("ad group", "paused"), ("ad", "active")]},
    Delivery.AUDIENCE_GONE: {"audience_gone": True},
    Delivery.ITEM_NOT_LIVE: {"item_live": False},
    Delivery.SHOP_CLOSED: {"landing_live": False},
    Delivery.REJECTED: {"review": "rejected"},
    Delivery.REVIEW: {"review": "pending"},
    Delivery.PAUSED: {"states": [("campaign", "active"), ("ad group", "active"), ("ad", "paused")]},
    Delivery.OVER: {"campaign": {"ends_at": TIME}},
    Delivery.NOT_STARTED: {"campaign": {"starts_at": TIME + timedelta(seconds=1)}},
    Delivery.BUDGET_SPENT: {"spent": YUAN},
    Delivery.SCHEDULE: {"campaign": {"schedule": NEVER}},
}
"""What of a standing brings each reason about, in their order."""


def standing(*reasons):
    """Return how things stand when several reasons hold, the first one's states counting."""
    fields = dict(GOOD)
    campaign = {}
    for reason in reversed(reasons):
        change = dict(REASONS[reason])
        campaign |= change.pop("campaign", {})
        fields |= change
    return Standing(**{**fields, "campaign": replace(ACTIVE, **campaign)})


def test_nothing_against_it_is_eligible():
    assert delivery_of(standing(), HOUR).code == "eligible"


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_told_by_its_code_and_a_sentence(reason):
    shown = delivery_of(standing(reason), HOUR)

    assert shown.code == reason.name.lower()
    assert shown.message.endswith((".", "it is reviewed again."))


@pytest.mark.parametrize(("earlier", "later"), [*pairwise(REASONS)])
def test_of_two_reasons_the_earlier_is_told(earlier, later):
    assert delivery_of(standing(earlier, later), HOUR).code == earlier.name.lower()
    assert earlier.value < later.value


def test_a_reason_above_is_told_as_such():
    states = [("campaign", "active"), ("ad group", "paused"), ("ad", "paused")]
    shown = delivery_of(Standing(states, ACTIVE, 0, "approved"), HOUR)

    assert shown.message == "Its ad group is paused."
    assert set(SENTENCES) == set(Delivery) - {Delivery.ENDED, Delivery.PAUSED}


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({}, "no_ads"),
        ({"rejected": 2}, "rejected"),
        ({"rejected": 2, "pending": 1}, "review"),
        ({"pending": 1, "approved": 1}, "eligible"),
    ],
)
def test_a_campaign_stands_as_the_best_of_its_ads(counts, code):
    states = [("campaign", "active")]
    shown = delivery_of(Standing(states, ACTIVE, 0, ReviewCounts(**counts)), HOUR)

    assert shown.code == code
