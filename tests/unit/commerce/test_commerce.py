"""The rules of trade: the life of an order, stock, price, distance, vouchers, sales."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Position
from lodestone.commerce.life import ENDED, MOVES, OrderState, Transition, after, allowed
from lodestone.commerce.place import Claim, impossible, km_text
from lodestone.commerce.price import add, first_units, freeze, less, portion, share_parts
from lodestone.commerce.product import date_key, own_key, sale_key, shared_key
from lodestone.commerce.sales import Sale, over_limit, within
from lodestone.commerce.shop import Hours, is_open
from lodestone.commerce.stock import (
    Stock,
    Take,
    hold,
    joined,
    may_return,
    offer,
    release,
    restock,
    sell,
    short,
)
from lodestone.commerce.vouchers import Voucher, VoucherRefusal, judge, read_code, write_code

HOUR = 3_600_000_000
S, M = OrderState, Transition


def test_what_has_ended_moves_no_more():
    assert {state for state in OrderState if not allowed(state)} == ENDED


def test_every_state_is_reached_from_the_beginning():
    reached, fresh = {S.WAITING, S.RESERVED}, {S.WAITING, S.RESERVED}
    while fresh:
        fresh = {to for (state, _), to in MOVES.items() if state in fresh} - reached
        reached |= fresh

    assert reached == set(OrderState)


def test_money_comes_only_to_what_is_reserved_and_goods_leave_only_when_paid():
    assert [state for state in S if after(state, M.PAY)] == [S.RESERVED]
    assert [state for state in S if after(state, M.FULFIL)] == [S.PAID]
    assert [state for state in S if after(state, M.EXPIRE)] == [S.WAITING, S.RESERVED, S.PAID]


def test_two_lines_that_share_a_stock_item_are_judged_as_one():
    stock = {"a": Stock(5), "b": Stock(1)}
    takes = joined([Take("a", 3), Take("b", 1), Take("a", 3)])

    assert takes == {"a": 6, "b": 1}
    assert short(stock, takes) == ("a",)


def test_units_that_are_held_may_return_those_sold_may_not():
    assert may_return({"a": Stock(5, held=5)}, {"a": 5})
    assert not may_return({"a": Stock(5, sold=1)}, {"a": 5})


def test_no_fewer_are_offered_than_are_held_and_sold():
    assert offer(Stock(9, held=2, sold=3), 5) == Stock(5, held=2, sold=3)
    assert offer(Stock(9, held=2, sold=3), 4) is None


@given(st.lists(st.tuples(st.sampled_from("hrsx"), st.integers(1, 5)), max_size=60))
def test_offered_is_always_available_and_held_and_sold(steps):
    stock = Stock(20)
    for what, units in steps:
        possible = {
            "h": (units <= stock.available, hold), "r": (units <= stock.held, release),
            "s": (units <= stock.held, sell), "x": (units <= stock.sold, restock),
        }  # fmt: skip
        may, how = possible[what]
        if may:
            stock = how(stock, units)
        assert stock.available + stock.held + stock.sold == stock.offered == 20
        assert min(stock.available, stock.held, stock.sold) >= 0


def test_a_line_is_priced_once_and_the_house_gets_its_share():
    parts = freeze(Micros(18_000_000), 2, share_parts(0.05))

    assert (parts.total, parts.merchant, parts.commission) == (36_000_000, 34_200_000, 1_800_000)


@given(
    st.integers(0, 10**12), st.integers(0, 1_000_000),
    st.lists(st.floats(0, 1, exclude_min=True), max_size=8),
)  # fmt: skip
def test_refunds_in_parts_give_back_just_what_was_paid_commission_in_proportion(unit, share, cuts):
    paid = freeze(Micros(unit), 1, share)
    left, back = paid.total, freeze(Micros(0), 1, share)
    for cut in [*cuts, 1.0]:
        amount = Micros(round(left * cut))
        piece = portion(paid, Micros(paid.total - left), amount)
        assert min(piece.merchant, piece.commission) >= 0
        back, left = add(back, piece), Micros(left - amount)
        if paid.total:
            assert abs(back.commission - paid.commission * back.total / paid.total) <= 1

    assert back == paid
    assert less(paid, back).total == 0


@given(st.integers(0, 10**9), st.integers(1, 50))
def test_the_units_of_a_voucher_come_to_its_price(total, count):
    steps = [first_units(Micros(total), count, units) for units in range(count + 1)]

    assert (steps[0], steps[-1]) == (0, total)
    sizes = Counter(b - a for a, b in pairwise(steps))
    assert max(sizes) - min(sizes) <= 1


def at(hours, latitude=26.0):
    return Claim(Position(latitude, 108.0), Instant(round(hours * HOUR)))


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        (None, at(1), False),
        (at(1), at(1, 26.008), False),  # 0.9 km at once
        (at(1), at(1, 26.02), True),  # 2.2 km at once
        (at(1), at(1.5, 30.0), False),  # 445 km in half an hour
        (at(1), at(1.4, 30.0), True),  # the same in 24 minutes
        (at(1.4, 30.0), at(1), True),  # told the other way round
    ],
)
def test_nobody_flies_faster_than_an_airliner_between_two_claims(before, now, refused):
    assert impossible(before, now) is refused


def test_what_lies_just_outside_never_reads_as_if_it_lay_on_the_line():
    assert km_text(10.000001) == "10.1 km"
    assert km_text(9.99) == "9.99 km"


@pytest.mark.parametrize(
    ("weekday", "minute", "open_"),
    [(0, 539, False), (0, 540, True), (0, 1259, True), (0, 1260, False), (1, 600, False),
     (4, 1439, True), (5, 0, True), (5, 119, True), (5, 120, False)],
)  # fmt: skip
def test_a_shop_is_open_by_its_hours_over_midnight_too(weekday, minute, open_):
    hours = [Hours("monday", "09:00", "21:00"), Hours("friday", "22:00", "02:00")]

    assert is_open(hours, weekday, minute) is open_


def test_a_shop_without_hours_is_always_open():
    assert is_open([], 6, 0)


@pytest.mark.parametrize(
    ("voucher", "count", "now", "refusal"),
    [
        (Voucher(3, 0, 0, Instant(10)), 3, 9, None),
        (Voucher(3, 0, 0, Instant(10)), 1, 10, VoucherRefusal.VOUCHER_EXPIRED),
        (Voucher(3, 3, 0, Instant(10)), 1, 10, VoucherRefusal.VOUCHER_EXPIRED),
        (Voucher(3, 1, 2, Instant(10)), 1, 9, VoucherRefusal.VOUCHER_REFUNDED),
        (Voucher(3, 3, 0, Instant(10)), 1, 9, VoucherRefusal.VOUCHER_USED_UP),
        (Voucher(3, 2, 0, Instant(10)), 2, 9, VoucherRefusal.COUNT_BEYOND_LEFT),
    ],
)
def test_of_two_reasons_against_a_voucher_the_earlier_is_given(voucher, count, now, refusal):
    assert judge(voucher, count, Instant(now)) is refusal


@given(st.binary(min_size=17, max_size=17))
def test_a_code_is_read_back_however_it_was_typed(chance):
    code = write_code(chance)

    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code


def test_a_code_has_130_bits_and_every_one_counts():
    codes = {write_code((1 << bit).to_bytes(17, "big")) for bit in range(6, 136)}

    assert len(codes) == 130


@pytest.mark.parametrize("typed", ["", "12345", "U" * 26, "0" * 27])
def test_what_can_be_no_code_is_none(typed):
    assert read_code(typed) is None


def test_a_sale_is_open_from_its_opening_until_just_before_its_close():
    sale = Sale(Instant(10), Instant(20), 2)

    assert [within(sale, Instant(now)) for now in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_limit_counts_what_was_had_before_and_none_is_no_limit():
    assert [over_limit(Sale(Instant(0), Instant(1), 2), 1, wanted) for wanted in (1, 2)] == [
        False,
        True,
    ]
    assert not over_limit(Sale(Instant(0), Instant(1), 0), 10**6, 10**6)


def test_stock_items_of_odd_names_are_told_apart():
    day = date(2026, 3, 4)
    keys = [
        own_key('a","b', "c"), own_key("a", 'b","c'), own_key("a", "b"), sale_key("a"),
        shared_key("a"), date_key("a", "b", day),
    ]  # fmt: skip

    assert len(set(keys)) == len(keys)
