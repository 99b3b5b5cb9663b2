"""Sales told whole with their commission as a line: whatever is parted, the changes make the closing."""

from lodestone.base.wire import Money
from lodestone.services.ledger.shop_earnings import earnings_of
from lodestone.services.ledger.statements import (
    AccountStatement,
    StatementLine,
    StatementOut,
    TransferOut,
)


def cny(micros):
    return Money(micros, "CNY")


def line(code, change, *, order="o1", at="10:00"):
    transfer = TransferOut(
        id="trf", kind="posting", code=code, debit="a", credit="b", amount=cny(abs(change)),
        time=f"2026-03-04T{at}:00Z", day="2026-03-04", external=order,
    )  # fmt: skip
    return transfer, change


def account(kind, *lines, opening=0):
    entries, balance = [], opening
    for transfer, change in lines:
        balance += change
        entries.append(StatementLine(transfer=transfer, change=cny(change), balance=cny(balance)))
    return AccountStatement(
        account_id="acc", kind=kind, opening=cny(opening), closing=cny(balance), lines=entries
    )


def statement(*accounts):
    return StatementOut(
        party="shop:s", first="2026-03-04", last="2026-03-04", opening=cny(0), closing=cny(0),
        accounts=list(accounts),
    )  # fmt: skip


def told(earnings):
    return [(entry.code, entry.change, entry.balance) for entry in earnings.lines]


def test_a_sale_is_told_whole_and_its_commission_after_it():
    earnings = earnings_of(statement(
        account("held_payments", line("earned", -95), line("commission", -5)),
        account("merchant_payable", line("earned", 95), opening=10),
    ))  # fmt: skip

    assert told(earnings) == [("earned", 100, 110), ("commission", -5, 105)]
    assert (earnings.opening, earnings.closing) == (10, 105)
    assert earnings.sums == {"earned": 100, "commission": -5}


def test_what_is_taken_back_is_told_whole_with_the_commission_given_back():
    earnings = earnings_of(statement(
        account("merchant_payable", line("voucher_redeemed", 90), line("correction", -90, at="10:30")),
        account(
            "voucher_liability", line("voucher_redeemed", -90), line("commission", -10),
            line("correction", 90, at="10:30"), line("commission_back", 10, at="10:30"),
        ),
    ))  # fmt: skip

    assert told(earnings) == [
        ("voucher_redeemed", 100, 100), ("commission", -10, 90), ("correction", -100, -10),
        ("commission_back", 10, 0),
    ]  # fmt: skip


def test_two_redemptions_of_one_order_at_one_instant_keep_each_its_own_commission():
    earnings = earnings_of(statement(
        account("merchant_payable", line("voucher_redeemed", 30), line("voucher_redeemed", 60)),
        account(
            "voucher_liability", line("voucher_redeemed", -30), line("commission", -3),
            line("voucher_redeemed", -60), line("commission", -6),
        ),
    ))  # fmt: skip

    assert told(earnings) == [
        ("voucher_redeemed", 33, 33), ("commission", -3, 30), ("voucher_redeemed", 66, 96), ("commission", -6, 90),
    ]  # fmt: skip


def test_what_no_commission_goes_with_is_told_as_the_book_has_it():
    earnings = earnings_of(statement(
        account("held_payments", line("commission", -5, order="another")),
        account("merchant_payable", line("earned", 95), line("payout", -95), line("refund", -4)),
    ))  # fmt: skip

    assert told(earnings) == [("earned", 95, 95), ("payout", -95, 0), ("refund", -4, -4)]


def test_a_shop_without_an_account_has_earned_nothing():
    assert earnings_of(statement(account("held_payments"))).lines == ()
