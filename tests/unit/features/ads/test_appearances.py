"""What a viewer was shown is remembered as long as a limit may ask for it, and forgotten after, whatever came at once."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.campaign import Frequency
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.features.ads.appearances import DAYS_MAX, Appearances, PeopleServed, is_full

PAGES = st.lists(
    st.tuples(
        st.integers(0, 3 * DAYS_MAX // 2),
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

    assert appearances.of(7) == {"a": [0], "b": [0]}
    appearances.add("guest", day(DAYS_MAX), ("a",))
    assert (appearances.of(7), appearances.of("guest")) == ({}, {"a": [day(DAYS_MAX)]})


@given(PAGES)
def test_exactly_what_lies_within_the_longest_span_is_remembered(pages):
    appearances, last = Appearances(), 0
    pages = sorted(pages, key=lambda page: page[0])
    for number, viewer, campaigns in pages:
        appearances.add(viewer, day(number), tuple(campaigns))
        last = number

    now = day(last + 5)
    appearances.add("other", now, ("a",))
    for viewer in (7, "guest"):
        expected = {}
        for number, other, campaigns in pages:
            for campaign in campaigns:
                if other == viewer and day(number) > now - DAYS_MAX * DAY_MICROS:
                    expected.setdefault(campaign, []).append(day(number))
        assert appearances.of(viewer) == expected


def test_a_limit_counts_what_lies_within_its_days_alone():
    times = [day(0), day(1), day(2)]

    assert is_full(times, (2, 2), day(2))
    assert not is_full(times, (3, 2), day(2))


def test_what_nobody_was_served_after_all_and_whoever_is_erased_are_forgotten():
    served = PeopleServed()
    served.add(7, day(1), (3,))
    served.add(7, day(1), (3,))
    served.add(8, day(1), (4,))
    served.remove(7, day(1), 3)
    served.forget(8)
    again = PeopleServed()
    again.fill(served.columns())
    again.add(9, day(1 + DAYS_MAX), (5,))

    assert (served.of(7), served.of(8)) == ({3: [day(1)]}, {})
    assert again.columns().tolist() == [[day(1 + DAYS_MAX), 9, 5]]


def test_the_longest_limit_that_a_campaign_may_have_is_remembered():
    (hint,) = [field for field in msgspec.inspect.type_info(Frequency).fields if field.name == "days"]  # fmt: skip
    assert hint.type.le == DAYS_MAX
