"""Prove that every escrow of a creator's order follows from its moves, and the ledger from both; see `ledger`."""

from collections.abc import Iterator, Sequence
from typing import Final

from lodestone.creators.life import ASKED, ENDED, RULES, Actor, Move, Payout, Stage, after
from lodestone.creators.settlement import Division
from lodestone.ledger.chart import AccountKind
from lodestone.services.audit.ledger import Audited, Check, Difference, Net, net_differences
from lodestone.services.creators.context import division_of
from lodestone.services.support.ids import ASSIGNMENT, made_id
from lodestone.stores.creators.types import Assignment, AssignmentEvent

_K: Final = AccountKind


def _orders(audited: Audited) -> Iterator[Difference]:
    """Every order has come where it stands by allowed moves, and its escrow was set aside and divided once."""
    secret = audited.records.community(audited.money.community).secret
    events: dict[int, list[AssignmentEvent]] = {}
    for event in audited.snapshot.assignment_events():
        events.setdefault(event.number, []).append(event)
    moved = {name: net for name, net in audited.walked.nets.items() if name.startswith(ASSIGNMENT)}
    for order in audited.snapshot.assignments():
        name = made_id(ASSIGNMENT, secret, order.number)
        mine = events.pop(order.number, [])
        yield from _moves(name, order, mine)
        yield from _division(name, order, mine)
        yield from net_differences("creators", name, _expected(order), moved.pop(name, {}))
    for name in sorted(moved):
        yield _said(name, "an order", "transfers alone")
    for number in sorted(events):
        yield _said(made_id(ASSIGNMENT, secret, number), "an order", "moves alone")


def _moves(name: str, order: Assignment, events: Sequence[AssignmentEvent]) -> Iterator[Difference]:
    """Each move leads on from the stage before, by the table."""
    begins = (Move.BID, Stage.BID) if order.by_creator else (Move.OFFER, Stage.OFFERED)
    if not events or (events[0].move, events[0].stage) != begins:
        yield _said(name, begins[1].name.lower(), "another beginning")
        return
    stage = events[0].stage
    for event in events[1:]:
        rule = after(stage, event.move, event.actor)
        if rule is None or rule.to is not event.stage:
            made = f"{event.move.name.lower()} by {event.actor.name.lower()}"
            yield _said(name, f"a move from {stage.name.lower()}", made)
        stage = event.stage
    if stage is not order.stage:
        yield _said(name, stage.name.lower(), order.stage.name.lower())
    if (order.due is None) is not (order.stage in ENDED):
        yield _said(name, "a time of every stage but an end", "another")


def _division(
    name: str, order: Assignment, events: Sequence[AssignmentEvent]
) -> Iterator[Difference]:
    """An escrow is divided as the move says that ended the order."""
    ended = order.accepted is not None and order.stage in ENDED
    if not ended or order.division is None:
        if ended or order.division is not None:
            yield _said(name, "a division of every escrow that has ended", "another")
        return
    before = events[-2].stage if len(events) > 1 else events[-1].stage
    rule = RULES.get((before, events[-1].move, events[-1].actor))
    payout = Payout.NOTHING if rule is None else rule.payout
    if payout is Payout.DECIDED and events[-1].actor is Actor.OPERATOR:
        expected = division_of(order, payout, events[-1].amount)
    else:
        expected = division_of(order, payout)
    if expected != order.division:
        yield _said(f"{name} division", _text(expected), _text(order.division))


def _expected(order: Assignment) -> Net:
    """Return what the ledger has moved for an order, and nothing else."""
    if order.stage in ASKED or order.accepted is None:
        return {}
    cap, division = order.terms.cap, order.division
    if division is None:
        return {_K.ADVERTISER_BALANCE: -cap, _K.CREATOR_ESCROW: int(cap)}
    return {
        _K.ADVERTISER_BALANCE: division.back - cap,
        _K.CREATOR_ESCROW: 0,
        _K.CREATOR_PAYABLE: int(division.earned),
    }


def _text(division: Division | None) -> str:
    if division is None:
        return "none"
    return f"{division.measured} {division.adjustment:+} and {division.back} back"


def _said(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="creators", subject=subject, expected=expected, found=actual)


CREATORS: Final = Check("creators", _orders)
