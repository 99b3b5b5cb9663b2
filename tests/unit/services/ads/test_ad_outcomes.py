"""What counts of paid slots: net of invalid traffic, each conversion once, and nothing by what came after it."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.invalid_traffic import Invalid
from lodestone.base.clock import SECOND_MICROS
from lodestone.events.ad_facts import reason_value, release_fact
from lodestone.events.facts import FLAG_BOT, FLAG_PAID, FLAG_WHOLE, empty_facts, refund_value
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import AUTHOR, PERSON
from lodestone.services.ads.reporting.facts import read_ad_facts
from lodestone.services.ads.reporting.outcomes import counted
from tests.worlds.leased import LogOf
from tests.worlds.paid_slots import DAY, NOW, charged, given_back, heard, paid, reserved, shop_items
from tests.worlds.paid_slots import PERSON as VIEWER

IMPRESSION, CLICK, VIEWABLE = FactKind.IMPRESSION, FactKind.CLICK, FactKind.VIEWABLE


def state(own=-1):
    """Return who made the items: of the first author is known which person they are."""
    authors, people = np.zeros(2, AUTHOR), np.zeros(2, PERSON)
    authors["person"] = 0, 1
    people["ordinal"] = own, -1
    return SimpleNamespace(items=shop_items(), item_count=3, authors=authors, people=people)


def conversion(kind, seconds, *, person=VIEWER, item=1, key=1):
    facts = empty_facts(1)
    facts["kind"], facts["key"], facts["person"], facts["item"] = kind, key, person, item
    facts["time"] = NOW + seconds * SECOND_MICROS
    return facts


def told(*facts, own=-1):
    return counted(read_ad_facts(LogOf(facts)), state(own))


def kinds(slot):
    return {FactKind(kind) for kind in slot.kinds}


def test_what_billing_took_out_is_taken_out_and_what_stands_is_left():
    slots = [paid(receipt) for receipt in range(1, 6)]
    seen = [heard(slot, IMPRESSION) for slot in slots]
    clicks = [heard(slot, CLICK, 100 * slot.receipt) for slot in slots]
    charge = charged(slots[2])
    out = told(
        reserved(*slots), *seen, *clicks,
        release_fact(slots[0], reason_value(Invalid.RING, 2), 1, NOW, DAY),
        release_fact(slots[1], reason_value(Invalid.DUPLICATE, 2), 1, NOW, DAY),
        charge, given_back(charge[0], reason_value(Invalid.RATE, 2), 9, NOW, DAY),
        charged(slots[3]), heard(slots[4], VIEWABLE, 2, value=1_000, flags=FLAG_BOT),
    )  # fmt: skip
    assert [slot.valid for slot in out.values()] == [False, True, True, True, False]
    assert [kinds(slot) for slot in out.values()] == [set(), set(), set(), {CLICK}, set()]
    assert [slot.history.spent for slot in out.values()] == [0, 0, 0, 100, 0]
    assert [slot.history.billed for slot in out.values()] == [False, False, False, True, False]


def test_a_click_that_billing_never_judged_is_judged_by_the_same_rules():
    slots = [paid(receipt, bought=FactKind.ORDER) for receipt in range(1, 5)]
    seconds = (0.1, 60, 70, 200)
    out = told(
        reserved(*slots), *[heard(slot, IMPRESSION) for slot in slots],
        *[heard(slot, CLICK, after) for slot, after in zip(slots, seconds, strict=True)],
    )  # fmt: skip
    assert [kinds(slot) for slot in out.values()] == [set(), {CLICK}, set(), {CLICK}]
    assert all(slot.valid for slot in out.values())


def test_an_author_who_looks_at_their_own_ad_is_nobody():
    slot = paid()
    facts = reserved(slot), heard(slot, IMPRESSION), conversion(FactKind.ORDER, 60)
    (mine,), (other,) = told(*facts, own=VIEWER).values(), told(*facts).values()
    assert (mine.valid, mine.conversions) == (False, [])
    assert (other.valid, len(other.conversions)) == (True, 1)


def test_a_view_counts_as_seen_by_how_long_it_was_on_the_screen():
    slots = [paid(receipt, video=receipt == 3) for receipt in (1, 2, 3)]
    out = told(
        reserved(*slots), *[heard(slot, IMPRESSION) for slot in slots],
        *[heard(slot, VIEWABLE, 3, value=ms) for slot, ms in zip(slots, (999, 1_000, 1_999), strict=True)],
    )  # fmt: skip
    assert [kinds(slot) for slot in out.values()] == [set(), {VIEWABLE}, set()]


def test_of_what_came_back_whole_nothing_counts_and_of_part_of_it_the_order():
    slot = paid()
    orders = [conversion(FactKind.ORDER, 60, key=5), conversion(FactKind.ORDER, 90, key=6)]
    backs = [empty_facts(1), empty_facts(1)]
    for back, about, flags in zip(backs, (5, 6), (FLAG_WHOLE, 0), strict=True):
        back["kind"], back["target"], back["flags"] = FactKind.REFUND, about, flags
        back["value"] = refund_value(400_000, 0)
    (out,) = told(reserved(slot), heard(slot, IMPRESSION), *orders, *backs).values()
    assert [converted.key for converted in out.conversions] == [6]


DEEDS = st.lists(
    st.tuples(
        st.sampled_from([IMPRESSION, CLICK, FactKind.ORDER, FactKind.SHOP_VISIT]),
        st.integers(0, 4), st.integers(0, 1), st.integers(0, 12 * 24),
    ),
    max_size=25,
)  # fmt: skip
HOUR = 3600


def drawn(deeds):
    """Return slots, one for each receipt, and facts of what was done of them and beside them."""
    slots = [
        paid(receipt, item=(0, 2)[receipt % 2], person=VIEWER + receipt % 3)
        for receipt in range(1, 6)
    ]
    facts = []
    for at, (kind, which, who, hours) in enumerate(deeds):
        if kind in (IMPRESSION, CLICK):
            facts.append(heard(slots[which], kind, hours * HOUR))
        else:
            item = which % 3
            facts.append(conversion(kind, hours * HOUR, person=VIEWER + who, item=item, key=at + 1))
    return slots, facts


def put_down(out):
    return {converted.key: key for key, slot in out.items() for converted in slot.conversions}


@given(deeds=DEEDS)
def test_every_conversion_has_one_ad_at_most_and_that_of_its_seller_and_person(deeds):
    slots, facts = drawn(deeds)
    out = told(reserved(*slots), *facts)
    credited = [converted for slot in out.values() for converted in slot.conversions]
    assert len({converted.key for converted in credited}) == len(credited)
    authors = shop_items()["author"]
    for slot in out.values():
        for converted in slot.conversions:
            served = slot.history.slot
            assert converted.person == served.person
            assert authors[converted.item] == authors[served.item]
            assert converted.time >= slot.history.times[IMPRESSION]


@given(deeds=DEEDS, hour=st.integers(0, 12 * 24))
def test_what_happens_later_changes_nothing_of_what_a_conversion_is_put_down_to(deeds, hour):
    slots, facts = drawn(deeds)
    whole = put_down(told(reserved(*slots), *facts))
    known = [fact for fact in facts if fact["time"][0] <= NOW + hour * HOUR * SECOND_MICROS]
    first = {}
    for fact in facts:  # of each slot the first of a kind in the log counts, whenever it was
        if int(fact["flags"][0]) & FLAG_PAID:
            first.setdefault((int(fact["receipt"][0]), int(fact["kind"][0])), fact)
    known = [
        fact for fact in known
        if not int(fact["flags"][0]) & FLAG_PAID
        or first[int(fact["receipt"][0]), int(fact["kind"][0])] is fact
    ]  # fmt: skip
    then = put_down(told(reserved(*slots), *known))
    keys = {int(fact["key"][0]) for fact in known if not int(fact["flags"][0]) & FLAG_PAID}
    assert then == {key: slot for key, slot in whole.items() if key in keys}


@given(deeds=DEEDS, chance=st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_things_became_known(deeds, chance):
    once = {}
    for deed in deeds:  # the log takes each kind of each slot once
        kind, which, *_ = deed
        once.setdefault((kind, which) if kind in (IMPRESSION, CLICK) else deed, deed)
    slots, facts = drawn(list(once.values()))
    shuffled = facts.copy()
    chance.shuffle(shuffled)
    assert put_down(told(reserved(*slots), *facts)) == put_down(told(reserved(*slots), *shuffled))
