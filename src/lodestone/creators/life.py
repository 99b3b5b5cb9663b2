"""The life of a creator's order, from an offer to its settlement: one table of allowed moves, and nothing else decides.

| stage | what holds |
|---|---|
| offered, bid | asked of the creator by the advertiser, or the other way round; no money |
| accepted | the escrow is set aside; a draft is due by the brief's deadline |
| drafted | a draft waits for the advertiser; silence approves it |
| revising | the advertiser asked for changes; another draft is due |
| approved | the creator may publish |
| published | an item is named; it is counted to a stated day |
| measured | what it came to is shown; late facts are still taken in, and either may object |
| disputed | an operator decides; silence decides as if nobody had objected |
| settled, decided | the escrow was divided; nothing moves any more |
| declined, expired, cancelled | it came to nothing, or to the fee for a draft that was not wanted |
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Stage(IntEnum):
    """Where an order stands; numbers are stored and never change."""

    OFFERED = 1
    BID = 2
    ACCEPTED = 3
    DRAFTED = 4
    REVISING = 5
    APPROVED = 6
    PUBLISHED = 7
    MEASURED = 8
    DISPUTED = 9
    SETTLED = 10
    DECLINED = 11
    EXPIRED = 12
    CANCELLED = 13
    DECIDED = 14


class Move(IntEnum):
    """What may be asked of an order, or falls due; numbers are stored and never change."""

    OFFER = 1
    BID = 2
    ACCEPT = 3
    DECLINE = 4
    SUBMIT = 5
    REVISE = 6
    APPROVE = 7
    PUBLISH = 8
    MEASURE = 9
    SETTLE = 10
    CANCEL = 11
    EXPIRE = 12
    DISPUTE = 13
    DECIDE = 14
    LEAVE = 15
    """A party was erased."""


class Actor(IntEnum):
    """Who moves an order; numbers are stored and never change."""

    ADVERTISER = 1
    CREATOR = 2
    OPERATOR = 3
    CLOCK = 4


class Payout(IntEnum):
    """What a move does with the escrow."""

    NOTHING = 0
    HOLD = 1
    """It is set aside."""
    BACK = 2
    """All of it goes back to the advertiser."""
    FEE = 3
    """The creator has the fee for a draft, see `settlement.draft_fee`; the rest goes back."""
    EARNED = 4
    """The creator has what the settlement comes to; the rest goes back."""
    DECIDED = 5
    """The creator has what the operator says; the rest goes back."""
    UNDISPUTED = 6
    """As if nobody had objected: `EARNED` of what was published, else `FEE`."""


class Rule(NamedTuple):
    """What a move of somebody leads to."""

    to: Stage
    payout: Payout = Payout.NOTHING


_S, _M, _P = Stage, Move, Payout
_AD, _CR, _OP, _CLOCK = Actor
RULES: Final = {
    (_S.OFFERED, _M.ACCEPT, _CR): Rule(_S.ACCEPTED, _P.HOLD),
    (_S.OFFERED, _M.DECLINE, _CR): Rule(_S.DECLINED),
    (_S.OFFERED, _M.CANCEL, _AD): Rule(_S.CANCELLED),
    (_S.OFFERED, _M.EXPIRE, _CLOCK): Rule(_S.EXPIRED),
    (_S.OFFERED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED),
    (_S.BID, _M.ACCEPT, _AD): Rule(_S.ACCEPTED, _P.HOLD),
    (_S.BID, _M.DECLINE, _AD): Rule(_S.DECLINED),
    (_S.BID, _M.CANCEL, _CR): Rule(_S.CANCELLED),
    (_S.BID, _M.EXPIRE, _CLOCK): Rule(_S.EXPIRED),
    (_S.BID, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED),
    (_S.ACCEPTED, _M.SUBMIT, _CR): Rule(_S.DRAFTED),
    (_S.ACCEPTED, _M.CANCEL, _AD): Rule(_S.CANCELLED, _P.BACK),
    (_S.ACCEPTED, _M.CANCEL, _CR): Rule(_S.CANCELLED, _P.BACK),
    (_S.ACCEPTED, _M.EXPIRE, _CLOCK): Rule(_S.EXPIRED, _P.BACK),
    (_S.ACCEPTED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.DRAFTED, _M.REVISE, _AD): Rule(_S.REVISING),
    (_S.DRAFTED, _M.APPROVE, _AD): Rule(_S.APPROVED),
    (_S.DRAFTED, _M.APPROVE, _CLOCK): Rule(_S.APPROVED),
    (_S.DRAFTED, _M.CANCEL, _AD): Rule(_S.CANCELLED, _P.FEE),
    (_S.DRAFTED, _M.CANCEL, _CR): Rule(_S.CANCELLED, _P.BACK),
    (_S.DRAFTED, _M.DISPUTE, _AD): Rule(_S.DISPUTED),
    (_S.DRAFTED, _M.DISPUTE, _CR): Rule(_S.DISPUTED),
    (_S.DRAFTED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.REVISING, _M.SUBMIT, _CR): Rule(_S.DRAFTED),
    (_S.REVISING, _M.CANCEL, _AD): Rule(_S.CANCELLED, _P.FEE),
    (_S.REVISING, _M.CANCEL, _CR): Rule(_S.CANCELLED, _P.BACK),
    (_S.REVISING, _M.DISPUTE, _CR): Rule(_S.DISPUTED),
    (_S.REVISING, _M.EXPIRE, _CLOCK): Rule(_S.EXPIRED, _P.BACK),
    (_S.REVISING, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.APPROVED, _M.PUBLISH, _CR): Rule(_S.PUBLISHED),
    (_S.APPROVED, _M.CANCEL, _CR): Rule(_S.CANCELLED, _P.BACK),
    (_S.APPROVED, _M.EXPIRE, _CLOCK): Rule(_S.EXPIRED, _P.BACK),
    (_S.APPROVED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.PUBLISHED, _M.MEASURE, _CLOCK): Rule(_S.MEASURED),
    (_S.PUBLISHED, _M.DISPUTE, _AD): Rule(_S.DISPUTED),
    (_S.PUBLISHED, _M.DISPUTE, _CR): Rule(_S.DISPUTED),
    (_S.PUBLISHED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.MEASURED, _M.SETTLE, _CLOCK): Rule(_S.SETTLED, _P.EARNED),
    (_S.MEASURED, _M.DISPUTE, _AD): Rule(_S.DISPUTED),
    (_S.MEASURED, _M.DISPUTE, _CR): Rule(_S.DISPUTED),
    (_S.MEASURED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
    (_S.DISPUTED, _M.DECIDE, _OP): Rule(_S.DECIDED, _P.DECIDED),
    (_S.DISPUTED, _M.DECIDE, _CLOCK): Rule(_S.DECIDED, _P.UNDISPUTED),
    (_S.DISPUTED, _M.LEAVE, _CLOCK): Rule(_S.CANCELLED, _P.BACK),
}
"""Every move there is, by stage, move and who makes it. What is not here is refused."""

SILENCE: Final = {
    _S.OFFERED: _M.EXPIRE,
    _S.BID: _M.EXPIRE,
    _S.ACCEPTED: _M.EXPIRE,
    _S.DRAFTED: _M.APPROVE,
    _S.REVISING: _M.EXPIRE,
    _S.APPROVED: _M.EXPIRE,
    _S.PUBLISHED: _M.MEASURE,
    _S.MEASURED: _M.SETTLE,
    _S.DISPUTED: _M.DECIDE,
}
"""What the clock does once the time of a stage is over and nobody has moved."""
ASKED: Final = frozenset({_S.OFFERED, _S.BID})
"""Nobody has agreed to anything yet."""
HOLDS: Final = frozenset(SILENCE) - ASKED
"""Stages in which money lies in the escrow."""
ENDED: Final = frozenset(Stage) - frozenset(SILENCE)
"""Stages that nothing leaves."""
PAID: Final = frozenset({_S.SETTLED, _S.DECIDED})
"""Ended by dividing the escrow."""


def after(stage: Stage, move: Move, actor: Actor) -> Rule | None:
    """Return what a move leads to, None when it is not allowed.

    >>> after(Stage.OFFERED, Move.ACCEPT, Actor.CREATOR)
    Rule(to=<Stage.ACCEPTED: 3>, payout=<Payout.HOLD: 1>)
    >>> after(Stage.OFFERED, Move.ACCEPT, Actor.ADVERTISER) is None
    True
    """
    return RULES.get((stage, move, actor))
