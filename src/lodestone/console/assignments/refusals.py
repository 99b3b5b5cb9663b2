"""Why something of creators' orders was refused, in the reader's words with the cure, and at which field of its form."""

from typing import Final

from lodestone.base.errors import (
    ConflictError,
    GoneError,
    InvalidError,
    LodestoneError,
    UnknownError,
)
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader
from lodestone.console.words import Words

REFUSED: Final = (ConflictError, GoneError, UnknownError, InvalidError)
"""What a form is answered with where what it asks cannot be done."""
_FIELDS: Final = {
    "creator_id": "creator", "creator_ids": "people", "price": "price", "share": "share", "item_id": "item", "deadline": "deadline", "product_ids": "product",
    "amount": "amount", "text": "text", "settlement.price": "price", "settlement.share": "share", "settlement.floor": "floor",
    "settlement.cap": "cap", "prices.fixed": "fixed", "prices.cpm": "cpm", "prices.cpa": "cpa", "prices.cps": "cps",
}  # fmt: skip


def refusal_said(words: Words, error: LodestoneError) -> str:
    """Say a refusal; one without words of its own is told as the engine says it."""
    return {**_of_offers(words), **_of_briefs(words), **_of_orders(words)}.get(
        error.code, error.message
    )


def _of_offers(words: Words) -> dict[str, str]:
    say = words.say
    return {
        "creator_unknown": say("They take no orders here. Choose somebody who does."),
        "offer_fixed": say("An offer cannot be changed. Cancel it and make another."),
        "self_dealing": say("Nobody orders from themselves. Choose somebody else."),
        "creator_not_open": say("The creator takes no orders at present. Wait, or choose somebody else."),
        "brief_not_for_creator": say("The brief is for others. Choose one that is for everybody."),
        "offer_exists": say("There is an offer, a bid or an order for this brief already. It must end first."),
        "price_below_floor": say("That is below the least that is taken. Offer more."),
        "price_over_cap": say("That is above the most that the brief pays. Ask for less."),
        "notice_too_short": say("The creator asks for more time than is left. Make a brief with a later deadline."),
        "balance_short": say("There is not enough money on the balance to set aside. Money must be paid in first."),
        "person_unknown": say("There is nobody of this name here. Check it."),
        "offer_unknown": say("There is no such offer here."),
        "creator_erased": say("The creator is not here any more; what was set aside goes back."),
        "advertiser_erased": say("Whoever advertised has been erased."),
    }  # fmt: skip


def _of_briefs(words: Words) -> dict[str, str]:
    say = words.say
    return {
        "brief_fixed": say("A brief cannot be changed. Close it and make another."),
        "brief_closed": say("The brief is closed and stays so."),
        "brief_unknown": say("There is no such brief here."),
        "amount_not_positive": say("Write an amount above zero."),
        "price_missing": say("Write what is paid; this way of settling needs it."),
        "price_not_taken": say("Leave this empty; this way of settling does not take it."),
        "cap_missing": say("Write the most that is paid; so much is set aside."),
        "cap_below_floor": say("The most cannot be below the least. Raise it."),
        "product_missing": say("Choose what is sold; this way of settling counts it."),
        "product_unknown": say("There is no such product here."),
        "product_foreign": say("This is sold by another's shop. Choose one of your own."),
        "deadline_past": say("The deadline is over. It must lie ahead."),
    }  # fmt: skip


def _of_orders(words: Words) -> dict[str, str]:
    say = words.say
    return {
        "role_lacking": say("This is not yours to do as the order stands."),
        "already_settled": say("It was settled, once and for good."),
        "dispute_after_settlement": say("That comes too late: it was settled, and nothing opens it again."),
        "move_refused": say("The order has moved on meanwhile. Look at how it stands now."),
        "time_over": say("That comes too late: the time for it is over."),
        "rounds_used_up": say("Changes were asked for as often as the brief allows. Approve the draft, cancel, or object."),
        "item_unknown": say("There is no such post. Choose one of yours."),
        "item_foreign": say("The post is somebody else's. Choose one of yours."),
        "item_not_live": say("The post is not to be seen. Publish it first."),
        "item_taken": say("The post was named for another order. Choose another one."),
        "amount_beyond_escrow": say("That is more than was set aside. Write less."),
        "assignment_unknown": say("There is no such order here."),
        "idempotency_conflict": say("This form was sent before with something else in it. Open the page again."),
    }  # fmt: skip


def form_refused(
    words: Words, reader: FormReader | None, error: LodestoneError | None
) -> tuple[dict[str, str], Note | None]:
    """Return what is wrong with each field of a form, and what is said above it; nothing of a form that was taken.

    Args:
        words: The reader's.
        reader: What read the form, None of a page that no form was sent to.
        error: Why what the form asks was refused; said at its field where the form has that.
    """
    errors, note = {} if reader is None else dict(reader.errors), None
    if error is not None:
        message, field = refusal_said(words, error), _field_at_fault(error)
        if reader is not None and field in reader.values:
            errors[field] = message
        note = Note(message, good=False)
    if errors:
        text = words.say("Nothing was saved. See the fields that are marked.")
        note = Note(text, good=False)
    return errors, note


def _field_at_fault(error: LodestoneError) -> str:
    """Return the form's field that a refusal is about, empty where it is about none."""
    named = error.details[0].field if error.details else ""
    return _FIELDS.get(named.partition("[")[0], "")
