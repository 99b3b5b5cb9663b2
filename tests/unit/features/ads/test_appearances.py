"""What a viewer was shown is remembered as long as a limit may ask for it, and forgotten after, whatever came at once."""

from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.features.ads.appearances import DAYS_MAX, Appearances, is_full

PAGES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from([7, "guest"]),
        st.lists(st.sampled_from("abc"), max_size=3, unique=True),
    ),
    max_size=20,
)


def day(number):
    return Instant(number * DAY_MICROS)


def test_two_campaigns_of_one_page_are_forgotten_together():
    appearances = Appearances()
    appearances.add(7, day(0), ("a", "b"))

    assert appearances.of(7, day(DAYS_MAX) - 1) == {"a": [0], "b": [0]}
    assert appearances.of(7, day(DAYS_MAX)) == {}
    assert appearances.of(7, day(DAYS_MAX + 1)) == {}


@given(PAGES)
def test_exactly_what_lies_within_the_longest_span_is_remembered(pages):
    appearances, last = Appearances(), 0
    pages = sorted(pages, key=lambda page: page[0])
    for number, viewer, campaigns in pages:
        appearances.add(viewer, day(number), tuple(campaigns))
        last = number

    now = day(last + 5)
    for viewer in (7, "guest"):
        expected = {}
        for number, other, campaigns in pages:
            for campaign in campaigns:
                if other == viewer and day(number) > now - DAYS_MAX * DAY_MICROS:
                    expected.setdefault(campaign, []).append(day(number))
        assert appearances.of(viewer, now) == expected


def test_a_limit_counts_what_lies_within_its_days_alone():
    times = [day(0), day(1), day(2)]

    assert is_full(times, (2, 2), day(2))
    assert not is_full(times, (3, 2), day(2))
