"""Why something was refused at the advertiser's desk, in the reader's words, and at which field of its form."""

from typing import Final

from lodestone.base.errors import LodestoneError
from lodestone.console.words import Words

_FIELDS: Final = {
    "budget.daily": "daily", "budget.lifetime": "lifetime", "budget": "daily", "product_id": "product", "daily_budget": "daily",
}  # fmt: skip
_FIELD_OF: Final = {
    "shop_without_position": "product", "product_unknown": "product", "shop_closed": "product", "item_not_live": "product",
    "bid_over_budget": "daily",
}  # fmt: skip


def refusal_said(words: Words, error: LodestoneError) -> str:
    """Say a refusal; one without words of its own is told as the engine says it."""
    say = words.say
    return {
        "amount_not_positive": say("Write an amount above zero."),
        "budget_missing": say("Write a budget a day, one in all, or both."),
        "daily_over_lifetime": say("A day's budget cannot be above the budget in all."),
        "budget_below_spent": say("It has spent more than that already. Write more, or pause it."),
        "bid_over_budget": say("An ad group bids more than that. Write more, or lower the bid."),
        "ends_in_the_past": say("Its last day is past; it cannot be started."),
        "already_ended": say("It has ended and stays so. Make another."),
        "parent_ended": say("What it belongs to has ended. Make another."),
        "review_pending": say("It waits for a moderator. Start it once it is approved."),
        "review_rejected": say("A moderator rejected it. Change it, and it is reviewed again."),
        "item_not_live": say("It is withdrawn or a draft. Put it on sale first."),
        "item_foreign": say("The post is somebody else's."),
        "shop_closed": say("The shop is closed or waits for its review. Open it first."),
        "shop_without_position": say("The shop has no place on the map, so there is nothing to be near to."),
        "product_unknown": say("This shop has no such product."),
        "audience_gone": say("Everybody whose followers it is for has been erased. Make another ad group."),
        "campaign_unknown": say("There is no such campaign here."),
        "advertiser_erased": say("Whoever advertised has been erased."),
    }.get(error.code, error.message)  # fmt: skip


def field_at_fault(error: LodestoneError) -> str | None:
    """Return the form's field that a refusal is about, None where it is about none."""
    named = error.details[0].field if error.details else ""
    return _FIELDS.get(named) or _FIELD_OF.get(error.code)
