"""The lists of orders at a desk: what waits for the reader, what is under way, what has ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lodestone.console.assignments.now import Side
from lodestone.console.assignments.view import Row, row_of
from lodestone.console.speech import Speech
from lodestone.creators.assignment import AssignmentOut
from lodestone.creators.life import ENDED, HOLDS
from lodestone.services.creators import AssignmentFilter
from lodestone.services.creators.order_desk import BriefShown, OrderDesk

_PAGE: Final = 30
_OPEN_MAX: Final = 200
"""Orders under way that are shown at once."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What a page lists."""

    waiting: tuple[Row, ...]
    """For the reader."""
    others: tuple[Row, ...]
    """Under way, and for somebody else to move."""
    ended: tuple[Row, ...]
    before: int | None
    """Before which number the next page of ended ones begins, None after the last."""


def lists_of(
    speech: Speech, side: Side, reads: OrderDesk, wanted: AssignmentFilter, before: int | None,
    called: Callable[[set[str]], dict[str, str]],
) -> Lists:  # fmt: skip
    """Read the lists of one side; in a thread.

    Args:
        speech: The reader's.
        side: Whose desk it is.
        reads: What desks read.
        wanted: Whose orders.
        before: Of a later page of ended ones, before which number it begins; nothing else is listed then.
        called: Says what people are called, by id.
    """
    ended, follows = reads.orders(_PAGE, before, wanted._replace(stages=ENDED))
    asked = [] if before is not None else reads.asked(wanted)
    under_way = [] if before is not None else reads.orders(_OPEN_MAX, None, wanted._replace(stages=HOLDS))[0]  # fmt: skip
    orders = [*(shown.made for shown in asked), *(shown.order for shown in (*under_way, *ended))]
    names = called({order.creator_id for order in orders if order.creator_id is not None})

    def row(order: AssignmentOut, of: BriefShown | None, offer_id: str = "") -> Row:
        creator = names.get(order.creator_id or "", "")
        return row_of(speech, side, order, of, offer_id=offer_id, creator=creator)

    running = [
        *(row(shown.made, shown.of, shown.offer.id) for shown in asked),
        *(row(shown.order, shown.of) for shown in under_way),
    ]
    return Lists(
        tuple(order for order in running if order.waits), tuple(order for order in running if not order.waits),
        tuple(row(shown.order, shown.of) for shown in ended), follows,
    )  # fmt: skip
