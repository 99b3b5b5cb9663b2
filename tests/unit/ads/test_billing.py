"""What a paid slot is charged for: the order of events, their ages, and the last touch; in whatever order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.billing import RULES, Billed, ages_out, attribute, bill, touch
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, SECOND_MICROS
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.heard import NEVER, Deed, Heard, SlotTimes
from tests.worlds.paid_slots import NOW, PERSON, heard, paid, shop_items

CLICK, VIEWABLE, ORDER = FactKind.CLICK, FactKind.VIEWABLE, FactKind.ORDER
DAY = DAY_MICROS


def times(impression=0, **more):
    """Return what was heard of a slot, given in seconds after it was served."""
    return SlotTimes(
        NOW + impression * SECOND_MICROS,
        **{
            name: value if name == "visible_ms" else NOW + round(value * SECOND_MICROS)
            for name, value in more.items()
        },
    )


@pytest.mark.parametrize(
    ("bought", "was", "billed"),
    [
        (CLICK, {}, Billed.WAIT),
        (CLICK, {"click": 5}, Billed.YES),
        (CLICK, {"viewable": 5, "visible_ms": 1_000}, Billed.WAIT),
        (CLICK, {"impression": 6, "click": 5}, Billed.NEVER),
        (CLICK, {"click": 86_400}, Billed.YES),
        (CLICK, {"click": 86_401}, Billed.NEVER),
        (VIEWABLE, {"viewable": 5, "visible_ms": 1_000}, Billed.YES),
        (VIEWABLE, {"viewable": 5, "visible_ms": 999}, Billed.NEVER),
        (VIEWABLE, {"viewable": 3_601, "visible_ms": 1_000}, Billed.NEVER),
        (VIEWABLE, {"click": 5}, Billed.WAIT),
        (FactKind.FOLLOW, {"bought": 5}, Billed.YES),
        (FactKind.FOLLOW, {"click": 5}, Billed.WAIT),
        (ORDER, {"click": 5}, Billed.WAIT),
    ],
)
def test_a_slot_is_charged_for_what_its_campaign_buys(bought, was, billed):
    assert bill(paid(bought=bought), times(**was)).billed is billed


def test_a_video_must_be_seen_for_two_seconds():
    for visible, billed in ((1_999, Billed.NEVER), (2_000, Billed.YES)):
        seen = times(viewable=5, visible_ms=visible)
        assert bill(paid(bought=VIEWABLE, video=True), seen).billed is billed


@given(st.permutations([FactKind.IMPRESSION, CLICK, VIEWABLE, FactKind.LIKE]))
def test_it_does_not_matter_in_which_order_events_come(kinds):
    slot, state = paid(), Heard()
    state.open(slot)
    seconds = {FactKind.IMPRESSION: 1, VIEWABLE: 3, CLICK: 9, FactKind.LIKE: 10}
    for kind in kinds:
        assert bill(slot, state.times(slot.key)).billed is not Billed.NEVER
        state.hear(heard(slot, kind, seconds[kind], value=1_500), shop_items())

    assert bill(slot, state.times(slot.key)).time == NOW + 9 * SECOND_MICROS


def test_a_slot_ages_out_a_grace_after_the_last_that_can_count():
    hours = {VIEWABLE: 2, CLICK: 25, FactKind.FOLLOW: 25}
    for bought, after in hours.items():
        assert ages_out(paid(bought=bought), SlotTimes()) == NOW + after * HOUR_MICROS
    order = paid(bought=ORDER)
    assert ages_out(order, SlotTimes()) == NOW + 26 * HOUR_MICROS
    assert ages_out(order, times()) == NOW + 25 * HOUR_MICROS
    assert ages_out(order, times(click=60)) == NOW + 7 * DAY + HOUR_MICROS + 60 * SECOND_MICROS


@given(
    st.sampled_from([CLICK, VIEWABLE, ORDER]), st.integers(-10, 700_000), st.integers(-10, 700_000),
    st.integers(0, 3_600), st.booleans(),
)  # fmt: skip
def test_what_is_charged_came_before_the_slot_aged_out(bought, first, deed, seen, clicked):
    slot = paid(bought=bought)
    was = times(seen, viewable=first, visible_ms=3_000, **({"click": first} if clicked else {}))
    if bill(slot, was).billed is Billed.YES:
        assert bill(slot, was).time <= ages_out(slot, was) - RULES.grace
    at = NOW + deed * SECOND_MICROS
    if bought == ORDER and touch(slot, was, Deed(at, bought, 0, 0)) != NEVER:
        assert at <= ages_out(slot, was) - RULES.grace


@pytest.mark.parametrize(
    ("was", "after", "counts"),
    [
        ({}, DAY, True),
        ({}, DAY + 1, False),
        ({"click": 10}, 7 * DAY + 10 * SECOND_MICROS, True),
        ({"click": 10}, 7 * DAY + 10 * SECOND_MICROS + 1, False),
        ({"click": 10}, 5 * SECOND_MICROS, True),
        ({"click": 10}, -1, False),
    ],
)
def test_a_conversion_counts_for_a_week_after_a_click_and_a_day_after_a_look(was, after, counts):
    deed = Deed(NOW + after, int(ORDER), 0, 0)
    assert (touch(paid(bought=ORDER), times(**was), deed) != NEVER) is counts


def order_after(seconds, *, author=0, item=0):
    return Deed(NOW + seconds * SECOND_MICROS, int(ORDER), author, item)


def test_a_conversion_is_the_last_touchs_and_a_slot_has_one():
    looked, clicked, later = (paid(n, bought=ORDER, campaign=n) for n in (1, 2, 3))
    slots = [(looked, times(), 0), (clicked, times(0, click=40), 0), (later, times(60), 0)]
    deeds = [order_after(50), order_after(70), order_after(80), order_after(90)]

    assert attribute(deeds, slots) == [
        (clicked, deeds[0]), (later, deeds[1]), (looked, deeds[2]),
    ]  # fmt: skip


def test_a_conversion_is_of_the_same_seller():
    slots = [(paid(bought=ORDER), times(), 0)]
    assert attribute([order_after(5, author=1, item=2)], slots) == []
    assert len(attribute([order_after(5, author=0, item=1)], slots)) == 1


def test_an_order_before_anything_was_shown_waits_and_is_used_once():
    slot, state = paid(bought=ORDER), Heard()
    state.open(slot)
    state.hear(heard(slot, ORDER, 5, flags=0), shop_items())
    state.hear(heard(slot, FactKind.IMPRESSION, 1), shop_items())
    (pair,) = attribute(state.deeds(PERSON), [(slot, state.times(slot.key), 0)])

    state.used(slot, pair[1].time)
    assert state.deeds(PERSON) == []
