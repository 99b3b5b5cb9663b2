"""The table of moves: every order ends, its escrow is held once and divided once, and nobody moves out of turn."""

from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.creators.deadlines import LATE_DAYS, OBJECTION_DAYS, Times, due
from lodestone.creators.life import (
    ASKED,
    ENDED,
    HOLDS,
    RULES,
    SILENCE,
    Actor,
    Move,
    Payout,
    Stage,
    after,
)
from lodestone.creators.settlement import Kind, Terms, divide, draft_fee, earned

ENDING = frozenset(Payout) - {Payout.NOTHING, Payout.HOLD}
MICROS = st.integers(0, 10**15)


def allowed(stage, actor):
    """Return the moves that a stage allows somebody."""
    return [move for move in Move if (stage, move, actor) in RULES]


def ways():
    """Return every way through the table from an offer or a bid, each cycle gone round once."""
    ended_ways, open_ways = [], [[(stage, None)] for stage in ASKED]
    while open_ways:
        way = open_ways.pop()
        steps = [rule for key, rule in RULES.items() if key[0] is way[-1][0]]
        open_ways += [
            [*way, (rule.to, rule.payout)]
            for rule in steps
            if sum(stage is rule.to for stage, _ in way) < 2
        ]
        if not steps:
            ended_ways.append(way)
    return ended_ways


def test_every_way_ends_and_holds_and_divides_the_escrow_once_or_never():
    made = ways()
    assert len(made) > 100
    for way in made:
        payouts = [payout for _, payout in way if payout]
        holds, ends = [payout is Payout.HOLD for payout in payouts], way[-1][0]
        assert ends in ENDED
        assert sum(holds) == (len(payouts) > 0)
        assert len(payouts) in (0, 2), way
        assert not payouts or (payouts[0] is Payout.HOLD and payouts[1] in ENDING)


def test_money_lies_in_the_escrow_in_the_stages_that_hold_and_in_no_other():
    for (stage, _, _), rule in RULES.items():
        assert (rule.payout is Payout.HOLD) == (stage in ASKED and rule.to in HOLDS)
        assert (rule.payout in ENDING) == (stage in HOLDS and rule.to in ENDED)


def test_nothing_leaves_an_end_and_the_clock_leaves_everything_else():
    for stage in Stage:
        assert (stage in ENDED) == (not any(allowed(stage, actor) for actor in Actor))
    for stage, move in SILENCE.items():
        assert after(stage, move, Actor.CLOCK) is not None
        assert after(stage, Move.LEAVE, Actor.CLOCK) is not None


def test_whoever_asks_does_not_answer_and_only_an_operator_decides():
    assert Move.ACCEPT not in allowed(Stage.OFFERED, Actor.ADVERTISER)
    assert Move.ACCEPT not in allowed(Stage.BID, Actor.CREATOR)
    deciders = {actor for _, move, actor in RULES if move is Move.DECIDE}
    assert deciders == {Actor.OPERATOR, Actor.CLOCK}


@given(st.integers(0, 2**60), st.integers(0, 2**60), st.integers(1, 14), st.integers(0, 2**60))
def test_every_stage_but_an_end_has_its_time(now, deadline, approval, until):
    times = Times(Instant(deadline), approval, Instant(until))
    for stage in Stage:
        at = due(stage, Instant(now), times)
        assert (at is None) == (stage in ENDED)
    settles = due(Stage.MEASURED, Instant(now), times)
    assert settles >= now + OBJECTION_DAYS * DAY_MICROS
    assert settles >= until + LATE_DAYS * DAY_MICROS


@st.composite
def terms(draw):
    kind, cap = draw(st.sampled_from(Kind)), draw(MICROS)
    if kind is Kind.FIXED:
        return Terms(kind, cap, Micros(0), Micros(cap))
    return Terms(kind, draw(MICROS), Micros(draw(st.integers(0, cap))), Micros(cap))


@given(terms(), st.integers(0, 10**12), st.integers(0, 10**12), st.booleans())
def test_the_parts_of_an_escrow_are_the_whole_and_none_is_below_zero(agreed, first, more, stays):
    measured = earned(agreed, first, stays=True)
    final = earned(agreed, first + more, stays=stays)
    division = divide(agreed.cap, measured, final)

    assert division.measured + division.adjustment + division.back == agreed.cap
    assert min(division.measured, division.earned, division.back) >= 0
    assert 0 <= draft_fee(agreed) <= agreed.sure <= agreed.cap
    assert not stays or agreed.sure <= final
    assert earned(agreed, first, stays=stays) <= earned(agreed, first + more, stays=stays)
