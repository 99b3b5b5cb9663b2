"""What the ledger says of campaigns' leases: read from its transfers alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lodestone.ledger.chart import Code
from lodestone.ledger.transfers import Booked

CODES: Final = (Code.AD_LEASE, Code.AD_LEASE_BACK, Code.AD_CHARGES, Code.AD_REFUND)
_EXTERNAL: Final = re.compile(r"campaign (\d+)(?: log (\d+)-(\d+))?")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the log that was posted: facts with first <= offset < last."""

    first: int
    last: int
    amount: int


@dataclass(slots=True)
class CampaignLease:
    """One campaign's lease, micros."""

    leased: int = 0
    back: int = 0
    charged: int = 0
    refunded: int = 0
    charges_upto: int = 0
    """The offset before which all charges are posted."""
    refunds_upto: int = 0

    @property
    def net(self) -> int:
        """Return what the campaign may spend in all."""
        return self.leased - self.back


def external_of(campaign: int, first: int | None = None, last: int = 0) -> str:
    """Write what a transfer is about: a campaign's number, and a stretch of the log.

    >>> external_of(7), external_of(7, 10, 20)
    ('campaign 7', 'campaign 7 log 10-20')
    """
    return f"campaign {campaign}" + ("" if first is None else f" log {first}-{last}")


def about(booked: Booked) -> tuple[int, Stretch | None] | None:
    """Read it again; None where a transfer is about no campaign.

    Args:
        booked: Of one of `CODES`.
    """
    match = _EXTERNAL.fullmatch(booked.transfer.external)
    if match is None:
        return None
    campaign, first, last = match.groups()
    if first is None:
        return int(campaign), None
    return int(campaign), Stretch(int(first), int(last), booked.transfer.amount)


def leases_in(transfers: Iterable[Booked]) -> dict[int, CampaignLease]:
    """Return every campaign's lease by its number, from transfers of `CODES` in the order of the book."""
    leases: dict[int, CampaignLease] = {}
    for booked in transfers:
        named = about(booked)
        if named is not None:
            campaign, stretch = named
            note(leases.setdefault(campaign, CampaignLease()), booked.transfer.code,
                 booked.transfer.amount, 0 if stretch is None else stretch.last)  # fmt: skip
    return leases


def note(lease: CampaignLease, code: int, amount: int, upto: int) -> None:
    """Add one transfer that stands."""
    if code == Code.AD_LEASE:
        lease.leased += amount
    elif code == Code.AD_LEASE_BACK:
        lease.back += amount
    elif code == Code.AD_CHARGES:
        lease.charged += amount
        lease.charges_upto = upto
    elif code == Code.AD_REFUND:
        lease.refunded += amount
        lease.refunds_upto = upto
