"""Retained audience equals its plain definition, knows which days have ended and who could have come."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import FactKind
from lodestone.insight.retained import RETAINED_DAYS, retained
from lodestone.insight.window import Span, day_text
from tests.oracles.edges import in_order, lives, stands
from tests.oracles.facts import DAYS, array


def cohorts_by_hand(facts, today, began, there, who):
    """Count cohorts.

    Args:
        facts: The whole log.
        today: The day that has not ended.
        began: Whoever is followed, and the day on which it began.
        there: Whether one of them is there on a day.
        who: The people one of them is made of: an erased one cannot come.
    """
    erased = {fact.person: fact.day for fact in facts if fact.kind == FactKind.ERASED}
    cohorts = []
    for day in sorted(set(began.values())):
        born = [one for one, first in began.items() if first == day]
        kept, could = {}, {}
        for d in RETAINED_DAYS:
            able = [one for one in born if all(erased.get(p, 10**9) > day + d for p in who(one))]
            over = day + d < today
            could[f"day_{d}"] = len(able) if over else None
            kept[f"day_{d}"] = sum(there(one, day + d) for one in able) if over else None
        cohorts.append((day_text(day), len(born), day >= today, kept, could))
    return cohorts


def first_days(some, name):
    """Return the first day of everything that facts name."""
    return {name(fact): min(f.day for f in some if name(f) == name(fact)) for fact in some}


def retained_by_hand(facts, today):
    people = [fact for fact in facts if fact.person >= 0 and fact.kind < FactKind.PERSON]
    deeds = [fact for fact in people if fact.kind != FactKind.REFUND]
    bought = [fact for fact in deeds if fact.kind == FactKind.ORDER and stands(facts, fact)]
    moves = [fact for fact in people if fact.kind in (FactKind.FOLLOW, FactKind.UNFOLLOW)]

    def active(some):
        days = {(fact.person, fact.day) for fact in some}
        began = first_days(some, lambda f: f.person)
        return cohorts_by_hand(facts, today, began, lambda p, day: (p, day) in days, lambda p: [p])

    def follows(pair, day):
        so_far = [f for f in moves if (f.person, f.target) == pair and f.day <= day]
        return in_order(so_far)[-1].kind == FactKind.FOLLOW

    won = first_days(
        [f for f in moves if f.kind == FactKind.FOLLOW], lambda f: (f.person, f.target)
    )
    return (
        active(deeds),
        cohorts_by_hand(facts, today, won, follows, lambda pair: pair),
        active(bought),
    )


@settings(max_examples=60, deadline=None)
@given(lives(), st.integers(0, DAYS))
def test_retained_audience_is_that_counted_by_hand(facts, today):
    report = retained(array(facts), Span(0, DAYS), today)

    by_hand = retained_by_hand(facts, today)
    for series, expected in zip((report.active, report.followers, report.customers), by_hand, strict=True):  # fmt: skip
        assert [(c.day, c.count, c.partial, c.kept, c.could) for c in series] == expected


@settings(max_examples=30, deadline=None)
@given(lives(), st.integers(1, DAYS))
def test_what_is_known_of_a_day_that_has_ended_stays_so(facts, today):
    """Nothing done after its end changes what was known of it, but for money that comes back."""
    facts = [fact for fact in facts if fact.kind != FactKind.REFUND]
    early = [fact for fact in facts if fact.day <= today]
    now = retained(array(early), Span(0, today), today)
    later = retained(array(facts), Span(0, today), DAYS + 40)

    both = zip((now.active, now.followers, now.customers), (later.active, later.followers, later.customers), strict=True)  # fmt: skip
    for before, after in both:
        for one, two in zip(before, after, strict=True):
            assert one.count == two.count
            for name, kept in one.kept.items():
                assert kept is None or (kept, one.could[name]) == (two.kept[name], two.could[name])
