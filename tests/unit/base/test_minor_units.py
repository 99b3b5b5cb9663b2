"""Amounts are divided in whole minor units of their currency, and nothing of them is lost."""

from decimal import Decimal
from gettext import NullTranslations
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import get_currency_precision, list_currencies
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.errors import InvalidError
from lodestone.base.money import Micros, decimals, minor_unit
from lodestone.commerce.price import (
    SHARE_WHOLE,
    divide,
    first_units,
    portion,
    require_whole,
)
from lodestone.console.speech import Speech
from lodestone.console.words import Words

CURRENCIES = ("JPY", "CNY", "KWD", "CLF")


def test_decimals_are_those_of_iso_4217_as_babel_knows_them():
    known = {code for code in list_currencies() if len(code) == 3}
    current = [code for code in ("JPY", "KRW", "VND", "CLP", "XAF", "ISK", "KWD", "BHD", "JOD", "TND", "OMR",
                                 "CNY", "USD", "EUR", "GBP", "CLF") if code in known]  # fmt: skip

    assert {code: decimals(code) for code in current} == {
        code: get_currency_precision(code) for code in current
    }
    assert [minor_unit(code) for code in CURRENCIES] == [1_000_000, 10_000, 1_000, 100]


@given(
    st.sampled_from(CURRENCIES), st.integers(0, 10**7), st.integers(0, SHARE_WHOLE),
    st.lists(st.integers(0, 10**6), max_size=8),
)  # fmt: skip
def test_every_part_of_an_order_is_a_whole_number_of_coins_and_all_parts_add_up(
    currency, coins, share, cuts
):
    unit = minor_unit(currency)
    paid = divide(Micros(coins * unit), share, unit=unit)
    assert paid.commission <= paid.total * share / SHARE_WHOLE < paid.commission + unit
    before, merchant, commission = 0, 0, 0
    for cut in [*cuts, coins]:
        amount = min(cut * unit, paid.total - before)
        part = portion(paid, Micros(before), Micros(amount), unit=unit)
        assert min(part.merchant, part.commission) >= 0
        assert part.merchant % unit == part.commission % unit == 0
        before, merchant, commission = (
            before + amount,
            merchant + part.merchant,
            commission + part.commission,
        )

    assert (before, merchant, commission) == (paid.total, paid.merchant, paid.commission)


@given(st.sampled_from(CURRENCIES), st.integers(0, 10**5), st.integers(1, 40))
def test_every_unit_of_a_voucher_is_worth_whole_coins_within_one_of_each_other(
    currency, coins, count
):
    unit = minor_unit(currency)
    upto = [first_units(Micros(coins * unit), count, n, unit=unit) for n in range(count + 1)]
    worth = [later - earlier for earlier, later in pairwise(upto)]

    assert upto[-1] == coins * unit
    assert all(one % unit == 0 for one in worth)
    assert max(worth) - min(worth) in (0, unit)


def test_990_yen_at_five_percent_are_941_for_the_merchant_and_49_for_the_house():
    parts = divide(Micros(990_000_000), 50_000, unit=minor_unit("JPY"))

    assert (parts.merchant, parts.commission) == (941_000_000, 49_000_000)


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "0.5"), ("CNY", "0.001"), ("KWD", "0.0001")]
)
def test_part_of_a_coin_is_refused_and_names_the_field(currency, amount):
    micros = int(Decimal(amount) * 1_000_000)

    require_whole(10_000_000, currency, "price")
    with pytest.raises(InvalidError) as refused:
        require_whole(micros, currency, "price")
    assert refused.value.code == "amount_not_whole"
    assert [one.field for one in refused.value.details] == ["price"]


@pytest.mark.parametrize(
    ("currency", "micros", "shown"),
    [
        ("JPY", 941_000_000, "¥941"),
        ("JPY", 940_500_000, "¥940.5"),
        ("CNY", 18_000_000, "¥18.00"),
        ("CNY", 18_005_000, "¥18.005"),
        ("KWD", 1_234_000, "KWD1.234"),
        ("RSD", 1_500_000, "RSD1.50"),
    ],
)
def test_a_desk_writes_an_amount_to_its_smallest_coin_and_an_odd_one_as_it_is(
    currency, micros, shown
):
    speech = Speech(Words("en", NullTranslations()), ZoneInfo("UTC"), currency)

    assert speech.exact(micros) == shown
