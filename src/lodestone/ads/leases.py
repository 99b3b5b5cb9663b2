"""Leases: how much of an advertiser's balance the ledger sets aside for a campaign, a piece at a time.

A campaign may spend what is set aside for it and no more. Pieces are small beside a day's budget, so that the campaigns
of one advertiser do not keep money from each other that none of them spends.
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.money import Micros

PIECES_A_DAY: Final = 10
"""Pieces in which a day's budget is set aside."""


@dataclass(frozen=True, slots=True)
class LeaseState:
    """What a lease is worked out from, micros."""

    leased: int
    """Set aside so far, in all."""
    used: int
    """Reserved and spent so far, in all."""
    left_today: int
    """What the campaign's own budgets leave of today, the lease aside."""
    a_day: int
    """Its daily budget; of a campaign with one budget in all that one."""
    largest: int
    """The most that one slot may cost."""
    balance: int
    """What the advertiser has that is not set aside for any campaign."""


def next_piece(state: LeaseState) -> Micros:
    """Return how much more to set aside, micros, 0 for nothing.

    Once less than half a piece is left it is filled up to a whole one, which pays two slots at least: at most what the
    budgets leave, and the balance.

    >>> next_piece(LeaseState(leased=0, used=0, left_today=1_000, a_day=1_000, largest=20, balance=5_000))
    100
    >>> next_piece(LeaseState(leased=100, used=40, left_today=960, a_day=1_000, largest=20, balance=5_000))
    0
    """
    piece = max(-(-state.a_day // PIECES_A_DAY), 2 * state.largest)
    left = state.leased - state.used
    wanted = min(piece, state.left_today)
    if left >= min(state.largest, wanted) and 2 * left >= wanted:
        return Micros(0)
    return Micros(max(0, min(wanted - left, state.balance)))


def give_back(state: LeaseState) -> Micros:
    """Return how much of a lease nobody can spend any more, once the campaign has ended, micros."""
    return Micros(max(0, state.leased - state.used))
