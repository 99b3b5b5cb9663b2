"""Why something was refused at the desk, in the reader's words: what happened, and what to do."""

from typing import Final

from lodestone.base.errors import ConflictError, InvalidError, LodestoneError, UnknownError
from lodestone.console.words import Words

REFUSED: Final = (ConflictError, UnknownError, InvalidError)
"""What a form of the desk is answered with where what it asks cannot be done."""


def told_refusal(words: Words, error: LodestoneError) -> str:
    """Say a refusal; one without words of its own is told as the engine says it."""
    say = words.say
    return {
        "voucher_unknown": say("There is no such voucher. Check the code letter by letter."),
        "short_code_unknown": say(
            "Nobody shows these eight letters at this shop now. Read them again from the buyer's screen."
        ),
        "short_code_expired": say(
            "These eight letters have run out. Type those that the buyer's screen shows now."
        ),
        "short_code_paused": say(
            "Too many wrong short codes at this shop. Wait some minutes, or scan the picture."
        ),
        "voucher_foreign": say("This voucher is another shop's. Nothing was redeemed."),
        "voucher_expired": say(
            "This voucher's time is over. Nothing was redeemed; what was left of it goes back to the buyer."
        ),
        "voucher_refunded": say(
            "What was left of this voucher has been refunded. Nothing was redeemed."
        ),
        "voucher_used_up": say(
            "This voucher has been redeemed already. Nothing was redeemed again."
        ),
        "count_beyond_left": say(
            "This voucher is not good that many times any more. Nothing was redeemed."
        ),
        "staff_unknown": say("You do not serve at this shop any more."),
        "impossible_travel": say(
            "Nobody gets here from where the buyer was last in that time. Nothing was redeemed; try again later."
        ),
        "already_reversed": say("This redemption has been taken back already."),
        "reverse_too_late": say(
            "A redemption can be taken back for one hour. It stands; refund the order instead."
        ),
        "redemption_unknown": say("This shop has no such redemption."),
        "order_unknown": say("This shop has no such order."),
        "move_refused": say("The order stands elsewhere by now. Nothing was changed."),
        "hold_expired": say(
            "The payment's hold has run out and the money has gone back. Nothing was changed."
        ),
        "reservation_expired": say("The reservation has run out. Nothing was changed."),
        "voucher_redeemed": say("Part of it has been redeemed. Refund the unused part instead."),
        "refund_beyond_paid": say(
            "That is more than is left of what was paid. Nothing was refunded."
        ),
        "refund_not_whole_units": say(
            "A voucher is refunded by whole times. Nothing was refunded."
        ),
        "amount_invalid": say("That is no amount. Write one such as 12.50."),
        "number_invalid": say("That is no whole number within bounds. Nothing was changed."),
        "stock_below_taken": say(
            "Fewer are left than you take away: some are held or sold. Nothing was changed."
        ),
        "stock_unknown": say("This shop has no such stock."),
        "product_unknown": say("This shop has no such product."),
        "manager_needed": say("A manager of this shop may do that, a clerk may not."),
        "buyer_erased": say("The buyer has been erased. Cancel the order instead."),
    }.get(error.code, error.message)
