"""`settle`, `audit` and `payouts`, as an operator types them."""

import sqlite3
from contextlib import closing

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.bootstrap.installation import records_at
from lodestone.ledger import AccountKind, Code, Transfer, chart
from lodestone.ledger.transfers import transfer_id
from tests.cli.test_cli import lodestone, table

DAY, TODAY = "2023-11-14", 19_675
NOW = Instant(1_700_000_000_000_000)


def earn(home):
    """Book a shop's earnings on a day long past, as a door would have."""
    lodestone("community", "create", "kaili", home=home)
    records = records_at(f"sqlite:///{home}/records.db")
    record = records.community("kaili")

    def of(kind, party):
        return chart.account(record.secret, kind, party, record.given.currency)

    clearing = of(AccountKind.PROVIDER_CLEARING, chart.provider("manual"))
    payable = of(AccountKind.MERCHANT_PAYABLE, chart.shop("s"))
    asked = Transfer(
        transfer_id("earned"), clearing.id, payable.id, Micros(12_500_000), Code.EARNED
    )
    records.post_transfers("kaili", [asked], opening=[clearing, payable], now=NOW, today=TODAY)
    records.close()


def test_a_day_is_settled_paid_out_once_and_proved(tmp_path):
    earn(tmp_path)

    first = table(tmp_path, "settle", DAY)
    again = table(tmp_path, "settle", DAY)
    file = tmp_path / "payouts.csv"
    paid = table(tmp_path, "payouts", DAY, "--file", str(file))
    repeat, said = lodestone("payouts", DAY, home=tmp_path)
    proved = table(tmp_path, "audit")
    status, told = lodestone("audit", home=tmp_path)

    assert (first["closed_now"], again["closed_now"]) == ([DAY], [])
    assert first["digest"] == again["digest"]
    (payout,) = paid["data"]
    assert (payout["party"], payout["amount"]["micros"], payout["state"]) == ("shop:s", 12_500_000, "sent")  # fmt: skip
    assert file.read_text().splitlines()[1] == f"{payout['id']},shop:s,12.50,CNY,sent,"
    assert (repeat, said.count("pay_")) == (0, 1)
    assert proved["differences"] == []
    assert status == 0
    assert "3 transfers, 3 accounts, 1 holds, 1 closed days, 0 differences" in told


def test_an_audit_that_finds_a_difference_names_it_and_ends_with_1(tmp_path):
    earn(tmp_path)
    with closing(sqlite3.connect(tmp_path / "records.db")) as other, other:
        other.execute("UPDATE ledger_accounts SET credits_posted = 1 WHERE kind = 3")

    status, told = lodestone("audit", home=tmp_path)

    assert status == 1
    assert "expected 12500000, found 1" in told


def test_a_day_that_is_not_over_is_refused(tmp_path):
    earn(tmp_path)

    assert lodestone("settle", "2100-01-01", home=tmp_path)[0] == "day_not_over"
    assert lodestone("settle", "tomorrow", home=tmp_path)[0] == "malformed"
    assert lodestone("payouts", DAY, home=tmp_path)[0] == "day_open"
