"""Laws of dividing what ads were charged between creators and the community."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.revenue_share import Charged, Looks, divide

WHOLE = st.integers(0, 1_000_000)
CHARGE = st.tuples(
    st.integers(0, 3), st.integers(1, 9), st.integers(0, 5), st.integers(0, 10**15), st.integers(0, 4), WHOLE, WHOLE,
    st.integers(0, 4), st.integers(-1, 4), st.integers(0, 50),
)  # fmt: skip
LOOK = st.tuples(
    st.integers(0, 3), st.integers(1, 9), st.integers(0, 5), st.integers(-1, 4), st.integers(0, 10**6), st.integers(0, 50),
)  # fmt: skip


def columns(kind, rows):
    return kind(*np.array(rows, np.int64).reshape(-1, len(kind._fields)).T)


def one_by_one(charges, looks):
    """Divide in whole numbers, one charge after another."""
    parts = []
    for at, (receipt, slot, item, amount, author, own, page, payer, viewer, upto) in enumerate(
        charges
    ):
        first = amount * own // 10**6
        if first:
            parts.append((at, author, item, first))
        seen = {}
        for where, place, post, owner, ms, offset in looks:
            if where == receipt and offset < upto and place != slot:
                best = seen.get(place)
                if best is None or ms > best[0]:
                    seen[place] = (ms, post, owner)
        weights = {
            place: (1_000 + min(ms, 60_000)) // abs(place - slot)
            for place, (ms, _, owner) in seen.items()
            if owner >= 0 and owner not in (author, payer, viewer)
        }
        rest = (amount - first) * page // 10**6
        for place, weight in weights.items():
            part = rest * weight // sum(weights.values())
            if part:
                parts.append((at, seen[place][2], seen[place][1], part))
    return sorted(parts)


@given(
    st.lists(CHARGE, max_size=6),
    st.lists(LOOK, max_size=20, unique_by=lambda look: look[:2] + look[4:5]),
)
def test_parts_are_what_the_rule_says_of_each_charge_alone(charges, looks):
    parts = divide(columns(Charged, charges), columns(Looks, looks))
    got = zip(
        *(column.tolist() for column in (parts.charge, parts.owner, parts.item, parts.amount)),
        strict=True,
    )
    assert sorted(got) == one_by_one(charges, looks)


@given(st.lists(CHARGE, min_size=1, max_size=6), st.lists(LOOK, max_size=20))
def test_nothing_is_lost_and_nobody_has_less_than_nothing(charges, looks):
    parts = divide(columns(Charged, charges), columns(Looks, looks))
    assert (parts.amount > 0).all()
    for at, charge in enumerate(charges):
        assert parts.amount[parts.charge == at].sum() <= charge[3]


def test_the_nearer_and_the_longer_looked_at_has_more_and_a_page_without_authors_leaves_it_to_the_house():
    charge = (0, 5, 1, 10_000, 1, 0, 300_000, 1, 2, 99)
    near, far, long = (0, 4, 2, 7, 0, 1), (0, 1, 3, 8, 0, 1), (0, 9, 4, 9, 30_000, 1)
    parts = divide(columns(Charged, [charge]), columns(Looks, [near, far, long]))
    by_owner = dict(zip(parts.owner.tolist(), parts.amount.tolist(), strict=True))
    assert by_owner == {7: 333, 8: 83, 9: 2583}
    own = [(0, 4, 2, 1, 0, 1), (0, 6, 2, 2, 0, 1), (0, 7, 2, -1, 0, 1)]
    assert divide(columns(Charged, [charge]), columns(Looks, own)).amount.size == 0
