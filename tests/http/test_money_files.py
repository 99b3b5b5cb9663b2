"""Payouts and statements as files: whole amounts, a name, a mark for Excel, and no cell that is a formula."""

import csv
import io
from decimal import Decimal

from tests.http.test_money import DAY, sell
from tests.worlds.world import opened, run


def table(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_statement_as_a_file_adds_up_in_whole_currency_units(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1", 1_000_000)
            await sell(world, "=HYPERLINK(1)", 3_000_000)
            path = f"/v1/statements/shop:s/file?from={DAY}&to={DAY}"
            told = await world.ask("GET", path.replace("/file", ""), status=200)
            plain, marked = await world.http.get(path), await world.http.get(f"{path}&bom=true")
            return told, plain, marked

    told, plain, marked = run(scenario)
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == (
        f'attachment; filename="statement-shop-s-{DAY}-{DAY}.csv"; '
        f"filename*=UTF-8''statement-shop-s-{DAY}-{DAY}.csv"
    )
    rows = table(plain.content)
    for account in told["accounts"]:
        mine = [row for row in rows if row["account"] == account["kind"]]
        assert (mine[0]["code"], mine[-1]["code"]) == ("opening", "closing")
        lines = mine[1:-1]
        assert len(lines) == len(account["lines"])
        assert Decimal(mine[-1]["balance"]) * 1_000_000 == account["closing"]["micros"]
        moved = sum((Decimal(row["amount"]) for row in lines), Decimal(mine[0]["balance"]))
        assert moved == Decimal(mine[-1]["balance"])
        assert {len(row["amount"].rpartition(".")[2]) for row in lines} == {2}
    named = {row["external"] for row in rows}
    assert not [name for name in named if name.startswith(("=", "+", "-", "@"))]


def test_a_payout_file_has_a_name_and_escapes_what_a_spreadsheet_would_run(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")
            world.later(days=1)
            await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)
            (one,) = (await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200))["data"]
            said = {"state": "paid", "reference": "=cmd|' /C calc'!A0"}
            await world.ask("POST", f"/v1/payouts/{one['id']}/result", said, status=200)
            return await world.http.get(f"/v1/payouts/{DAY}/file?bom=true")

    answer = run(scenario)
    (row,) = table(answer.content)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert f'filename="payouts-{DAY}.csv"' in answer.headers["content-disposition"]
    assert (row["amount"], row["currency"], row["reference"]) == (
        "0.90", "CNY", "'=cmd|' /C calc'!A0"
    )  # fmt: skip
