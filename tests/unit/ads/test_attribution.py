"""Attribution against its published definition, "7-day click and 1-day view", and against the definition read word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.attribution import RULES, Touches
from lodestone.ads.billing import RULES as BILLING

HOUR = 3_600_000_000
DAY = 24 * HOUR


def test_what_is_billed_and_what_is_reported_are_put_down_by_the_same_windows():
    assert (RULES.after_click, RULES.after_view) == (BILLING.after_click, BILLING.after_view)


@pytest.mark.parametrize(
    ("after_view", "after_click", "counts"),
    [
        (DAY, None, True), (DAY + 1, None, False),
        (7 * DAY + HOUR, 7 * DAY, True), (7 * DAY + HOUR, 7 * DAY + 1, False),
        (0, None, True), (-1, None, False), (DAY + HOUR, -1, False), (HOUR, -1, True),
    ],
)  # fmt: skip
def test_a_conversion_counts_within_seven_days_of_a_click_or_one_day_of_a_view(
    after_view, after_click, counts
):
    # Meta's attribution setting of that name: whoever converts within 7 days of clicking or 1 day of viewing the ad.
    touches, time = Touches(), 100 * DAY
    click = None if after_click is None else time - after_click
    touches.add(1, 2, 3, view=time - after_view, click=click)
    assert (touches.last(1, 2, time) is not None) is counts


SLOTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 1), st.integers(0, 12 * 24),
        st.one_of(st.none(), st.integers(-2, 30)),
    ),
    max_size=12,
)  # fmt: skip


@given(
    slots=SLOTS, person=st.integers(0, 2), seller=st.integers(0, 1), hour=st.integers(0, 20 * 24)
)
def test_the_last_touch_is_the_latest_of_all_that_lie_in_their_windows(slots, person, seller, hour):
    touches, candidates = Touches(), []
    for key, (who, whose, seen, later) in enumerate(slots):
        click = None if later is None else (seen + later) * HOUR
        touches.add(who, whose, key, view=seen * HOUR, click=click)
        if (who, whose) == (person, seller):
            if 0 <= hour - seen <= 24:
                candidates.append((seen, key))
            if later is not None and later >= 0 and 0 <= hour - seen - later <= 7 * 24:
                candidates.append((seen + later, key))
    touch = touches.last(person, seller, hour * HOUR)
    assert (None if touch is None else (touch.time // HOUR, touch.key)) == max(
        candidates, default=None
    )
