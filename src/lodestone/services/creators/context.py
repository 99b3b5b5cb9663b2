"""What a move of a creator's order needs: its commit, who may make it, its money, and how to refuse."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from lodestone.base.clock import Instant
from lodestone.base.errors import GoneError, InternalError, UnknownError
from lodestone.base.money import Micros
from lodestone.content import Community
from lodestone.creators.deadlines import due
from lodestone.creators.life import (
    PAID,
    RULES,
    Actor,
    Move,
    Payout,
    Stage,
    after,
)
from lodestone.creators.plays import Count
from lodestone.creators.refusals import CreatorRefusal, Fault
from lodestone.creators.settlement import Division, Kind, Terms, divide, draft_fee, earned
from lodestone.ledger.transfers import Outcome, first_refusal
from lodestone.services.commerce.postings import Movement
from lodestone.services.creators.postings import EscrowRules
from lodestone.services.support.ids import ASSIGNMENT, made_id, number_of
from lodestone.stores.commerce.types import Party
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.types import Assignment, AssignmentEvent
from lodestone.stores.creators.work import CreatorWork

_R = CreatorRefusal
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Request:
    """An idempotency key, and what was asked under it."""

    claim: bytes
    digest: bytes


class Words(NamedTuple):
    """Words that come with a move, and who wrote them; nobody of an operator's."""

    text: str
    author: Party | None


class OrderContext:
    """One commit of creators' orders."""

    def __init__(self, work: CreatorWork, community: Community) -> None:
        self.work, self.community, self.now = work, community, work.now
        self._rules = EscrowRules(community)
        self._today = community.days.of(work.now)

    def order_id(self, number: int) -> str:
        """Name an order."""
        return made_id(ASSIGNMENT, self.community.secret, number)

    # Who may

    def creator(self, order: Assignment) -> Party:
        """Return an order's creator. Raises GoneError `creator_erased`: the clock ends the order."""
        creator = self.work.party_at(order.creator)
        if creator is None:
            raise GoneError("creator_erased", "The creator has been erased; the escrow goes back.")
        return creator

    def owner(self, order: Assignment) -> Party:
        """Return who owns an order's advertiser. Raises GoneError `advertiser_erased`: only the creator may move it."""
        owner = self.work.party_at(order.owner)
        if owner is None:
            raise GoneError("advertiser_erased", "Whoever owns the advertiser has been erased.")
        return owner

    def actor(
        self, order: Assignment, person_id: str | None, alone: Actor | None = None
    ) -> tuple[Actor, Party]:
        """Return as whom somebody moves an order.

        Args:
            order: As it stands.
            person_id: Who does; None for the only party that may.
            alone: That party; None where either may.

        Raises:
            GoneError: `creator_erased`; `advertiser_erased`: only the creator may move it.
            InvalidError: `person_missing`.
            ConflictError: `role_lacking`.
        """
        creator = self.creator(order)
        if person_id is None and alone is None:
            raise Fault(_R.PERSON_MISSING, "person_id").error()
        if creator.id == person_id or (person_id is None and alone is Actor.CREATOR):
            return Actor.CREATOR, creator
        owner = self.owner(order)
        if person_id is None or owner.id == person_id:
            return Actor.ADVERTISER, owner
        raise Fault(_R.ROLE_LACKING, "person_id").error()

    def require(self, order: Assignment, move: Move, actor: Actor) -> None:
        """Raise ConflictError where somebody may not make a move, or makes it too late."""
        if after(order.stage, move, actor) is None:
            raise self._refused(order, move).error()
        if order.due is None or order.due <= self.now:
            raise Fault(_R.TIME_OVER, "assignment").error()

    def _refused(self, order: Assignment, move: Move) -> Fault:
        stage = order.stage.name.lower()
        if order.stage in PAID:
            late = move is Move.DISPUTE
            return Fault(_R.DISPUTE_AFTER_SETTLEMENT if late else _R.ALREADY_SETTLED, "assignment")
        if order.stage is Stage.EXPIRED:
            return Fault(_R.TIME_OVER, "assignment")
        others = any(
            (order.stage, move, actor) in RULES for actor in Actor if actor is not Actor.CLOCK
        )
        if others:
            return Fault(_R.ROLE_LACKING, "person_id", stage)
        return Fault(_R.MOVE_REFUSED, "assignment", stage)

    # Moving

    def move(
        self, order: Assignment, move: Move, actor: Actor, *, decided: Micros | None = None,
        words: Words | None = None, request: Request | None = None, **changes: Any,
    ) -> Assignment:  # fmt: skip
        """Move an order on, note it, and move its money: the one place where an order changes its stage.

        Args:
            order: As it stands.
            move: Known to be allowed.
            actor: Who makes it.
            decided: The creator's part of the escrow, where the operator says it.
            words: Words that come with it.
            request: The request that asked for it.
            changes: Other fields of the order.

        Raises:
            ConflictError: `balance_short`, of what sets the escrow aside.
        """
        rule = RULES[order.stage, move, actor]
        changed = replace(order, stage=rule.to, orphaned=False, **changes)
        division = division_of(changed, rule.payout, decided)
        changed = replace(changed, due=due(rule.to, self.now, changed.times), division=division)
        amount = None
        if rule.payout is Payout.HOLD:
            self._hold(order)
            amount = order.terms.cap
        elif division is not None:
            self._divide(order, division)
            amount = division.earned
        self.work.put(changed)
        self._audit(order, changed, move)
        self.note(changed, move, actor, amount=amount, words=words, request=request)
        return changed

    def note(
        self, order: Assignment, move: Move, actor: Actor, *, amount: Micros | None = None,
        words: Words | None = None, request: Request | None = None,
    ) -> None:  # fmt: skip
        """Write a move down."""
        author = None if words is None else words.author
        event = AssignmentEvent(
            self.work.next_event(), order.number, move, actor, order.stage, self.now, amount,
            None if request is None else request.claim, None if request is None else request.digest,
            None if author is None else author.ordinal, None if words is None else words.text,
        )  # fmt: skip
        self.work.note(event, author)

    def _audit(self, before: Assignment, changed: Assignment, move: Move) -> None:
        """Write a move into the audit log, where somebody asked for it: no words, no person."""
        was = {"stage": before.stage.name.lower()}
        becomes = {"stage": changed.stage.name.lower(), "move": move.name.lower()}
        self.work.audit("assignment", self.order_id(changed.number), was, becomes)

    def events(self, order: Assignment) -> list[AssignmentEvent]:
        """Return the moves of an order, the first first."""
        return self.work.events([order.number])[order.number]

    def ended_by(self, order: Assignment) -> Actor:
        """Return who made the last move of an order."""
        return self.events(order)[-1].actor

    # Money

    def _hold(self, order: Assignment) -> None:
        """Set an order's escrow aside. Raises ConflictError `balance_short`."""
        refusal = self._post(self._rules.hold(order, self.order_id(order.number)))
        if refusal is Outcome.EXCEEDS_CREDITS:
            raise Fault(_R.BALANCE_SHORT, "escrow", f"{order.terms.cap} micros").error()
        must(refusal)

    def _divide(self, order: Assignment, division: Division) -> None:
        """Divide an order's escrow."""
        must(self._post(self._rules.divide(order, self.order_id(order.number), division)))

    def _post(self, movement: Movement) -> Outcome | None:
        return first_refusal(
            self.work.ledger.post(movement.transfers, movement.accounts, self._today)
        )

    def counted_until(self, days: int) -> Instant:
        """Return the end of the day that lies so many days after today."""
        end = _EPOCH + timedelta(days=self._today + days + 1)
        return Instant(self.community.days.starts(end))


def must(refusal: Outcome | None) -> None:
    """Raise InternalError where the ledger refused what cannot be refused: the money was put there for this."""
    if refusal is not None:
        raise InternalError("internal", f"the ledger says {refusal.name.lower()}")


def accepted_order(finds: Finds, community: Community, order_id: str) -> Assignment:
    """Return an order that has been accepted. Raises UnknownError `assignment_unknown`."""
    number = number_of(ASSIGNMENT, community.secret, order_id)
    order = None if number is None else finds.order(number)
    if order is None or order.accepted is None:
        raise UnknownError("assignment_unknown", f"There is no assignment {order_id!r} here.")
    return order


def division_of(
    order: Assignment, payout: Payout, decided: Micros | None = None
) -> Division | None:
    """Return how a move divides an order's escrow, None where it divides nothing.

    Args:
        order: With what was counted of it, where it was published and is paid for.
        payout: What the move does with the escrow.
        decided: The creator's, as the operator says.
    """
    if payout in (Payout.NOTHING, Payout.HOLD):
        return None
    escrow = order.terms.cap
    if payout is Payout.UNDISPUTED:
        payout = Payout.FEE if order.published is None else Payout.EARNED
    if payout is Payout.EARNED:
        assert order.counted_late is not None
        first = order.counted or order.counted_late
        return divide(
            escrow, comes_to(order.terms, first), comes_to(order.terms, order.counted_late)
        )
    part = Micros(0)
    if payout is Payout.FEE:
        part = draft_fee(order.terms)
    elif payout is Payout.DECIDED:
        assert decided is not None
        part = decided
    return divide(escrow, part, part)


def comes_to(terms: Terms, count: Count) -> Micros:
    """Return what a count comes to, micros."""
    quantity = count.value if terms.kind is Kind.CPS else count.settled
    return earned(terms, quantity, stays=count.stays)
