"""Who pays for ads, as sent and as read back, and the money that they bring in."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, AppId, Currency, Money, TimeText, Word, refuse

DEPOSIT_MAX: Final = 10**15
"""Micros of one deposit, at most: a thousand million units."""


class AdvertiserIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An advertiser as an app sends it."""

    owner_id: AppId | None = None
    """The person who advertises; fixed by the first write, and left out of a shop's."""
    shop_id: AppId | None = None
    """The shop that advertises; fixed by the first write, and left out of a person's."""
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=TEXT)]
    """Who pays, as viewers are told."""
    currency: Currency | None = None
    """The community's, and no other."""

    def __post_init__(self) -> None:
        if (self.owner_id is None) is (self.shop_id is None):
            raise refuse("owner_id", "or shop_id says whose it is: one of the two, not both")


class AdvertiserOut(msgspec.Struct, frozen=True, kw_only=True):
    """An advertiser as it is read back."""

    id: str
    owner_id: str | None
    shop_id: str | None
    name: str
    currency: str
    balance: Money
    """What was paid in and is set aside for no campaign."""
    created_at: TimeText


class DepositIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money that an advertiser has paid in."""

    amount: Money
    """Above zero, in whole coins of the community's currency."""
    provider: Word = "manual"
    """Who has collected it."""


class DepositOut(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit that stands in the ledger."""

    id: str
    """The transfer's."""
    advertiser_id: str
    amount: Money
    provider: str
