"""What the desk says of campaigns: how they stand, what is in their way, what they are for, whom they reach."""

from lodestone.ads.ad_group import RADIUS_KM_DEFAULT, AdGroupOut, Targeting
from lodestone.ads.campaign import AdDelivery, CampaignOut, ReviewCounts
from lodestone.base.wire import Money
from lodestone.console.advertiser.desk import Desk
from lodestone.console.charts import number
from lodestone.console.words import Words


def state_name(words: Words, state: str) -> str:
    """Name whether something is on."""
    return {"paused": words.say("paused"), "active": words.say("on"), "ended": words.say("ended")}[state]  # fmt: skip


def review_name(words: Words, review: str) -> str:
    """Name where an ad stands in its review."""
    return {
        "pending": words.say("waits for a moderator"), "approved": words.say("approved"),
        "rejected": words.say("rejected"),
    }[review]  # fmt: skip


def reviews_said(words: Words, counts: ReviewCounts) -> str:
    """Say how many ads stand where in their review."""
    parts = [
        text
        for number, text in (
            (counts.approved, words.count("{n} ad approved", "{n} ads approved", counts.approved)),
            (counts.pending, words.count("{n} ad waits for a moderator", "{n} ads wait for a moderator", counts.pending)),
            (counts.rejected, words.count("{n} ad rejected", "{n} ads rejected", counts.rejected)),
        )
        if number
    ]  # fmt: skip
    return " · ".join(parts)


def delivery_said(words: Words, delivery: AdDelivery) -> str:
    """Say why something is shown or not; a reason without words of its own is said as the engine says it."""
    say = words.say
    by_message = {
        "Its campaign has ended.": say("Its campaign has ended."),
        "Its ad group has ended.": say("Its ad group has ended."),
        "Its campaign is paused.": say("Its campaign is paused."),
        "Its ad group is paused.": say("Its ad group is paused."),
    }
    by_code = {
        "ended": say("It has ended, and stays so."),
        "audience_gone": say("Everybody whose followers it is for has been erased."),
        "no_ads": say("It has no ad; without one nothing can be shown."),
        "item_not_live": say("The post that it shows is withdrawn or a draft. Publish it again."),
        "not_authorised": say("Its author does not let this advertiser run the post now."),
        "shop_closed": say("Where it leads is closed or withdrawn. Open it again."),
        "rejected": say("A moderator rejected it. Change it, and it is reviewed again."),
        "review": say("It waits for a moderator."),
        "paused": say("It is paused. Start it when you like."),
        "over": say("Its last day is past."),
        "not_started": say("Its first day lies ahead."),
        "budget_spent": say("It has spent its budget. Raise it to go on."),
        "schedule": say("It does not run at this hour of the week."),
        "eligible": say("Nothing stands in its way; it is shown while money is set aside for it."),
    }
    said = by_message.get(delivery.message)
    return said or by_code.get(delivery.code, delivery.message)


def objective_name(words: Words, objective: str) -> str:
    """Name what a campaign is for."""
    return {
        "followers": words.say("followers"), "shop_visits": words.say("visits to the shop"),
        "orders": words.say("orders"), "clicks": words.say("clicks"),
        "long_views": words.say("people who watch to the end"), "live_viewers": words.say("viewers of a live room"),
        "reach": words.say("many people once"),
    }.get(objective, objective)  # fmt: skip


def outcomes_name(words: Words, action: str) -> str:
    """Name what a campaign is for or was forecast, as the heading of its figures."""
    return {
        "click": words.say("Clicks"), "follow": words.say("Follows"), "order": words.say("Orders"),
        "shop_visit": words.say("Visits to the shop"), "long_view": words.say("Watched to the end"),
    }[action]  # fmt: skip


def strategy_said(here: Desk, group: AdGroupOut) -> str:
    """Say how an ad group bids."""
    say, exact = here.words.say, here.speech.exact
    bid = "" if group.bid is None else exact(group.bid.micros)
    cost = exact(group.target.micros) if isinstance(group.target, Money) else ""
    return {
        "max_delivery": say("As much as the budget buys"),
        "bid_cap": say("At most {amount} for each result", {"amount": bid}),
        "cost_cap": say("Results for {amount} each on average, at most", {"amount": cost}),
        "target_cpa": say("Results for about {amount} each", {"amount": cost}),
        "target_roas": say(
            "Orders worth {n} times what they cost",
            {"n": f"{group.target if isinstance(group.target, float) else 0:g}"},
        ),
        "manual_cpc": say("{amount} for a click", {"amount": bid}),
        "manual_cpm": say("{amount} for a thousand impressions", {"amount": bid}),
    }.get(group.strategy, group.strategy)


def audience_said(here: Desk, targeting: Targeting) -> str:
    """Say whom an ad group is for."""
    words = here.words
    parts = [
        words.say("within {km} km", {"km": number(place.radius_km or RADIUS_KM_DEFAULT)})
        if place.position is not None
        else words.say("in {place}", {"place": place.domain_id or ""})
        for place in targeting.places
    ]
    narrower = (
        targeting.channels, targeting.professions, targeting.tags, targeting.languages, targeting.segments_in,
        targeting.segments_out, targeting.followers_of, targeting.lookalike_of, targeting.exclude_converted_days,
    )  # fmt: skip
    more = sum(bool(condition) for condition in narrower)
    if not parts and not more:
        return words.say("For everybody")
    if more:
        parts.append(words.count("by {n} more condition", "by {n} more conditions", more))
    return words.say("For people {where}", {"where": here.speech.listed(parts)})


def budget_pairs(here: Desk, campaign: CampaignOut) -> tuple[tuple[str, str], ...]:
    """Return what a campaign has spent and may spend, each with its name."""
    say, exact, budget = here.words.say, here.speech.exact, campaign.budget
    pairs = [(say("Spent so far"), exact(campaign.spent.micros))]
    if budget.daily is not None:
        pairs.append((say("Budget a day"), exact(budget.daily.micros)))
    if budget.lifetime is not None:
        pairs.append((say("Budget in all"), exact(budget.lifetime.micros)))
    return tuple(pairs)
