"""What a creator earned: one line for each day, kind and post."""

from typing import Literal, TypeAlias

import msgspec

from lodestone.base.wire import Money

EarningKind: TypeAlias = Literal["page_ad", "authorisation", "order", "sale"]
RECEIPTS_MAX = 100
"""Receipts that a line names, at most."""


class EarningOut(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a creator's earnings; net is gross less what was taken back."""

    id: str
    day: str
    """On which it was booked."""
    kind: EarningKind
    """Of ads on a page that a post carried, of ads that show a post, of an order, of an order settled by what was sold."""
    item_id: str | None
    gross: Money
    taken_back: Money
    """Of traffic that turned out to be invalid, or that an order came to less after its count."""
    net: Money
    payable_on: str
    """The first day on which it is paid out, if what is payable then comes to the least that is."""
    external: str
    """What its transfers in the statement say of themselves."""
    receipts: list[str]
    """Of the pages that it comes from, the first 100; none of an order."""
    receipt_count: int
