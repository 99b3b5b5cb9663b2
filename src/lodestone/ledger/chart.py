"""The chart of accounts: where each kind of money lives, and which way it may not go.

Every account belongs to one party and one currency. A balance is credits less debits: above zero
the platform owes it to the party or has earned it; below zero the party owes it, or a provider holds it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from lodestone.ledger.accounts import Account, Limit, account_id

PLATFORM: Final = "platform"
"""The party of what is the community's own."""


class AccountKind(IntEnum):
    """What an account is for. Numbers are stored and never given anew."""

    PROVIDER_CLEARING = 1
    HELD_PAYMENTS = 2
    MERCHANT_PAYABLE = 3
    MERCHANT_RECEIVABLE = 4
    COMMISSION_REVENUE = 5
    VOUCHER_LIABILITY = 6
    REFUNDS = 7
    CREATOR_PAYABLE = 8
    PAYOUTS_IN_TRANSIT = 9
    ADJUSTMENT = 10
    ADVERTISER_BALANCE = 11
    CAMPAIGN_LEASE = 12
    AD_REVENUE = 13
    CREATOR_ESCROW = 14
    CREATOR_HELD = 20
    CREATOR_RECEIVABLE = 21


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the chart."""

    kind: AccountKind
    party: str
    """What its parties' names begin with."""
    limit: Limit
    means: str


CHART: Final = {
    place.kind: place
    for place in (
        Place(AccountKind.PROVIDER_CLEARING, "provider", Limit.CREDITS_NOT_OVER_DEBITS,
              "what a payment provider has collected from buyers and holds for the community"),
        Place(AccountKind.HELD_PAYMENTS, "shop", Limit.DEBITS_NOT_OVER_CREDITS,
              "what buyers paid for a shop's orders that are not fulfilled yet"),
        Place(AccountKind.MERCHANT_PAYABLE, "shop", Limit.DEBITS_NOT_OVER_CREDITS,
              "what a shop has earned and has not been paid out"),
        Place(AccountKind.MERCHANT_RECEIVABLE, "shop", Limit.CREDITS_NOT_OVER_DEBITS,
              "what a shop owes after a refund of money it had been paid out"),
        Place(AccountKind.COMMISSION_REVENUE, "platform", Limit.DEBITS_NOT_OVER_CREDITS,
              "commission earned, less what refunds took back"),
        Place(AccountKind.VOUCHER_LIABILITY, "shop", Limit.DEBITS_NOT_OVER_CREDITS,
              "what buyers paid for vouchers that are not redeemed yet"),
        Place(AccountKind.REFUNDS, "provider", Limit.DEBITS_NOT_OVER_CREDITS,
              "refunds decided and on their way back to buyers"),
        Place(AccountKind.CREATOR_PAYABLE, "person", Limit.DEBITS_NOT_OVER_CREDITS,
              "what a creator has earned and has not been paid out"),
        Place(AccountKind.PAYOUTS_IN_TRANSIT, "provider", Limit.DEBITS_NOT_OVER_CREDITS,
              "payouts ordered of a provider and not confirmed yet"),
        Place(AccountKind.ADJUSTMENT, "platform", Limit.NONE,
              "differences nobody has explained yet: what a provider says less what the book says"),
        Place(AccountKind.ADVERTISER_BALANCE, "advertiser", Limit.DEBITS_NOT_OVER_CREDITS,
              "what an advertiser has paid in and is set aside for no campaign"),
        Place(AccountKind.CAMPAIGN_LEASE, "campaign", Limit.DEBITS_NOT_OVER_CREDITS,
              "what is set aside for a campaign and not charged yet, as far as charges are posted"),
        Place(AccountKind.AD_REVENUE, "platform", Limit.DEBITS_NOT_OVER_CREDITS,
              "what ads were charged, less what invalid traffic gave back"),
        Place(AccountKind.CREATOR_ESCROW, "assignment", Limit.DEBITS_NOT_OVER_CREDITS,
              "what is set aside for a creator's order that has not ended"),
        Place(AccountKind.CREATOR_HELD, "person", Limit.DEBITS_NOT_OVER_CREDITS,
              "what a creator has of ads that may still turn out to be invalid traffic"),
        Place(AccountKind.CREATOR_RECEIVABLE, "person", Limit.CREDITS_NOT_OVER_DEBITS,
              "what a creator owes of ads that turned out to be invalid traffic after they were paid out"),
    )
}  # fmt: skip
PAYABLE: Final = (AccountKind.MERCHANT_PAYABLE, AccountKind.CREATOR_PAYABLE)
"""What payouts pay out."""


class Code(IntEnum):
    """What a transfer is for. Numbers are stored and never given anew."""

    PAYMENT = 1
    """A buyer pays: provider's clearing to held payments."""
    EARNED = 2
    """An order is fulfilled: held payments to the shop's payable."""
    COMMISSION = 3
    """The community's share: held payments (or payable) to commission."""
    VOUCHER_SOLD = 4
    """Held payments to voucher liability."""
    VOUCHER_REDEEMED = 5
    """Voucher liability to the shop's payable."""
    REFUND = 6
    """A refund is decided: out of held payments, payable, receivable or voucher liability to refunds."""
    REFUND_PAID = 7
    """The provider has paid a refund: refunds to provider's clearing."""
    COMMISSION_BACK = 8
    """Commission that a refund takes back."""
    PAYOUT = 9
    """A payout is ordered: payable to payouts in transit."""
    PAYOUT_PAID = 10
    """The provider has paid it: payouts in transit to provider's clearing."""
    PAYOUT_BACK = 11
    """The provider declined it: back to the payable, correcting the payout."""
    ADJUSTMENT = 12
    """A difference, or its explanation."""
    CORRECTION = 13
    """Any other correction."""
    CREATOR_EARNED = 14
    """A creator's share."""
    DEBT_SETTLED = 15
    """A shop's earnings pay what it owes: payable to receivable."""
    AD_DEPOSIT = 16
    """An advertiser pays in: provider's clearing to the advertiser's balance."""
    AD_LEASE = 17
    """Money is set aside for a campaign: balance to lease."""
    AD_LEASE_BACK = 18
    """What an ended campaign has not used: lease to balance."""
    AD_CHARGES = 19
    """The charges of a stretch of the log: lease to revenue."""
    AD_REFUND = 20
    """What invalid traffic in a stretch of the log gives back: revenue to balance."""
    ESCROW = 21
    """A creator's order is accepted: the advertiser's balance to its escrow."""
    ESCROW_BACK = 22
    """What an ended creator's order leaves: escrow to balance."""
    ESCROW_ADJUSTED = 23
    """What facts that came late change of what a creator's order earned: escrow to payable, or back."""
    PAYOUT_REVERSED = 24
    """The provider took back what it had paid out: provider's clearing to the payable."""
    PROVIDER_FUNDED = 25
    """Money is brought from one provider to another, to pay out from there: clearing to clearing."""
    BOOST = 26
    """A boost is bought: provider's clearing, or what the person has earned, to the balance of its advertiser."""
    BOOST_BACK = 27
    """What an ended boost was not charged: balance to where it came from; less than a coin to what the person has earned."""
    AD_SHARE = 30
    """A creator's part of what ads were charged in a stretch of the log: revenue to held."""
    AD_SHARE_BACK = 31
    """What invalid traffic takes back of it: held to revenue, or receivable to revenue where it was paid out."""
    AD_SHARE_FREED = 32
    """Time to hold it is over: held to the creator's payable."""
    AD_SHARE_DEBT = 33
    """What a creator earns pays what they owe: held to receivable."""


def shop(name: str) -> str:
    """Return a shop's party.

    >>> shop("fish-sauce")
    'shop:fish-sauce'
    """
    return f"shop:{name}"


def person(ordinal: int) -> str:
    """Return a person's party: a pseudonym, since only records know whose ordinal it is."""
    return f"person:{ordinal}"


def advertiser(name: str) -> str:
    """Return an advertiser's party, by its id."""
    return f"advertiser:{name}"


def campaign(name: str) -> str:
    """Return a campaign's party, by its id."""
    return f"campaign:{name}"


def assignment(name: str) -> str:
    """Return a creator's order's party, by its id."""
    return f"assignment:{name}"


def provider(name: str) -> str:
    """Return a payment provider's party."""
    return f"provider:{name}"


def account(secret: bytes, kind: AccountKind, party: str, currency: str) -> Account:
    """Return a new account as the chart has it.

    Args:
        secret: The community's.
        kind: Which line of the chart.
        party: As `shop`, `person` and `provider` make it, or `PLATFORM`.
        currency: ISO 4217.
    """
    place = CHART[kind]
    assert party.partition(":")[0] == place.party
    return Account(account_id(secret, kind, party, currency), kind, party, currency, place.limit)
