"""What each move of a creator's order, and each state of a boost, is called to the outside."""

from typing import Final

from lodestone.commerce.webhooks import EventType
from lodestone.creators.boost import BoostState
from lodestone.creators.life import Move

TYPE_OF: Final[dict[Move, EventType]] = {
    Move.OFFER: "assignment.offered",
    Move.BID: "assignment.offered",
    Move.ACCEPT: "assignment.accepted",
    Move.DECLINE: "assignment.declined",
    Move.SUBMIT: "assignment.drafted",
    Move.REVISE: "assignment.revised",
    Move.APPROVE: "assignment.approved",
    Move.PUBLISH: "assignment.published",
    Move.MEASURE: "assignment.measured",
    Move.SETTLE: "assignment.settled",
    Move.CANCEL: "assignment.cancelled",
    Move.LEAVE: "assignment.cancelled",
    Move.EXPIRE: "assignment.expired",
    Move.DISPUTE: "assignment.disputed",
    Move.DECIDE: "assignment.decided",
}
BOOST_TYPE_OF: Final[dict[BoostState, EventType]] = {
    BoostState.RUNNING: "boost.started",
    BoostState.ENDING: "boost.ending",
    BoostState.ENDED: "boost.ended",
}
"""What each state that a boost comes into is called to the outside."""
