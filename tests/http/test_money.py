"""Money over the public routes: statements that add up, days that close, payouts made once, audits that find."""

import pytest
from sqlalchemy import text

from lodestone.base.money import Micros
from lodestone.ledger import AccountKind, Code, Transfer, TransferKind
from lodestone.ledger.chart import person, provider, shop
from lodestone.ledger.transfers import chain, transfer_id
from tests.worlds.world import opened, run

DAY = "2026-03-04"


def money_of(world):
    return world.engine.money


def of(world):
    money = money_of(world)
    return {
        "clearing": money.account(AccountKind.PROVIDER_CLEARING, provider("manual")),
        "held": money.account(AccountKind.HELD_PAYMENTS, shop("s")),
        "payable": money.account(AccountKind.MERCHANT_PAYABLE, shop("s")),
        "commission": money.account(AccountKind.COMMISSION_REVENUE),
    }


async def sell(world, name, amount=1_000_000):
    """Pay, fulfil, and part an order's money: nine tenths to the shop."""
    at, share = of(world), amount // 10
    asked = [
        Transfer(transfer_id(name, 1), at["clearing"].id, at["held"].id, Micros(amount), Code.PAYMENT, external=name),
        *chain(
            Transfer(transfer_id(name, 2), at["held"].id, at["payable"].id, Micros(amount - share), Code.EARNED, external=name),
            Transfer(transfer_id(name, 3), at["held"].id, at["commission"].id, Micros(share), Code.COMMISSION, external=name),
        ),
    ]  # fmt: skip
    outcomes = await money_of(world).post(asked, opening=list(at.values()))
    assert all(outcome.stands for outcome in outcomes), outcomes
    return outcomes


def cny(micros):
    return {"micros": micros, "currency": "CNY"}


def test_a_statement_opens_and_closes_so_that_its_lines_add_up(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")
            world.later(days=1)
            await sell(world, "o2", 500_000)

            told = await world.ask("GET", f"/v1/statements/shop:s?from={DAY}&to=2026-03-05", status=200)  # fmt: skip
            second = await world.ask("GET", "/v1/statements/shop:s?from=2026-03-05&to=2026-03-05", status=200)  # fmt: skip
            trial = await world.ask("GET", "/v1/trial-balance", status=200)

            assert (told["opening"], told["closing"]) == (cny(0), cny(1_350_000))
            assert (second["opening"], second["closing"]) == (cny(900_000), cny(1_350_000))
            for part in told["accounts"]:
                changes = sum(line["change"]["micros"] for line in part["lines"])
                assert part["opening"]["micros"] + changes == part["closing"]["micros"]
            payable = next(part for part in told["accounts"] if part["kind"] == "merchant_payable")
            assert [line["balance"]["micros"] for line in payable["lines"]] == [900_000, 1_350_000]
            assert trial["difference"] == cny(0)
            assert trial["debits"] == trial["credits"] == cny(3_000_000)

    run(scenario)


def test_accounts_and_transfers_are_listed_and_read(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")
            await sell(world, "o2")

            first = await world.ask("GET", "/v1/transfers?limit=4", status=200)
            rest = await world.ask(
                "GET", f"/v1/transfers?cursor={first['next_cursor']}", status=200
            )
            one = rest["data"][-1]
            account = await world.ask("GET", f"/v1/accounts/{one['credit']}", status=200)
            listed = await world.ask("GET", "/v1/accounts?party=platform", status=200)
            earned = await world.ask("GET", f"/v1/transfers?code=earned&external=o2&day={DAY}", status=200)  # fmt: skip

            assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [4, 2, None]
            assert await world.ask("GET", f"/v1/transfers/{one['id']}", status=200) == one
            assert account["balance"] == cny(200_000)
            assert (account["kind"], account["limit"]) == ("commission_revenue", "debits_not_over_credits")  # fmt: skip
            assert listed["data"] == [account]
            assert [each["amount"] for each in earned["data"]] == [cny(900_000)]

    run(scenario)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("GET", "/v1/accounts/acc_12", None, 400, "id_invalid", "id"),
        ("GET", "/v1/accounts/acc_" + "0" * 32, None, 404, "account_unknown", None),
        ("GET", "/v1/transfers/trf_" + "0" * 32, None, 404, "transfer_unknown", None),
        ("GET", "/v1/transfers?account=x", None, 400, "id_invalid", "account"),
        ("GET", "/v1/transfers?code=gift", None, 400, "code_unknown", "code"),
        ("GET", "/v1/transfers?day=2026-02-31", None, 400, "day_invalid", "day"),
        ("GET", "/v1/transfers?cursor=eA", None, 400, "cursor_invalid", "cursor"),
        ("GET", "/v1/statements/shop:none", None, 404, "party_unknown", None),
        ("GET", "/v1/statements/person:nobody", None, 404, "person_unknown", None),
        ("GET", "/v1/statements/shop:s?from=2026-03-05&to=2026-03-04", None, 400, "span_invalid", "to"),
        ("GET", "/v1/statements/shop:s?from=yesterday", None, 400, "malformed", "from"),
        ("POST", "/v1/settle", {"day": "2026-02-30"}, 400, "day_invalid", "day"),
        ("POST", "/v1/settle", {"day": DAY}, 409, "day_not_over", "day"),
        ("POST", "/v1/payouts", {"day": DAY}, 409, "day_open", "day"),
        ("POST", "/v1/payouts", {"day": DAY, "provider": "x"}, 400, "provider_unknown", "provider"),
        ("POST", "/v1/payouts/pay_1/result", {"state": "paid"}, 404, "payout_unknown", None),
        ("POST", f"/v1/payouts/pay_{'0' * 32}/result", {"state": "paid"}, 404, "payout_unknown", None),
        ("POST", "/v1/payouts/pay_1/result", {"state": "lost"}, 400, "malformed", "state"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_name(tmp_path, method, path, body, status, code, field):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")

            told = await world.ask(method, path, body, status=status)

            assert told["error"]["code"] == code
            assert [one["field"] for one in told["error"]["details"]] == ([field] if field else [])

    run(scenario)


def test_a_key_without_the_scope_sees_no_money(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            made = await world.ask("POST", "/v1/communities/c/keys", {"scopes": ["read"]}, headers=operator)  # fmt: skip
            reader = {"Authorization": f"Bearer {made['key']}"}

            for path in ("accounts", "transfers", "trial-balance", "statements/platform"):
                told = await world.ask("GET", f"/v1/{path}", status=403, headers=reader)
                assert told["error"]["code"] == "scope_missing"

    run(scenario)


def test_settling_a_day_is_idempotent_and_a_late_fact_goes_into_the_next(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")
            day, at = money_of(world).today(), of(world)
            world.later(days=1)

            first = await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)
            again = await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)
            late = Transfer(transfer_id("late"), at["clearing"].id, at["held"].id, Micros(5), Code.PAYMENT, day=day)  # fmt: skip
            await money_of(world).post([late])
            after = await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)
            booked = await world.ask("GET", f"/v1/transfers/trf_{late.id.hex()}", status=200)
            trial = await world.ask("GET", "/v1/trial-balance", status=200)

            assert (first["closed_now"], again["closed_now"]) == ([DAY], [])
            assert first["by_code"] == again["by_code"] == after["by_code"] == [
                {"code": "payment", "transfers": 1, "amount": cny(1_000_000)},
                {"code": "earned", "transfers": 1, "amount": cny(900_000)},
                {"code": "commission", "transfers": 1, "amount": cny(100_000)},
            ]  # fmt: skip
            assert first["digest"] == again["digest"] == after["digest"]
            assert (booked["day"], booked["late_for"]) == ("2026-03-05", DAY)
            assert trial["closed_through"] == DAY

    run(scenario)


def test_a_hold_expires_when_the_communitys_clock_has_passed_it(tmp_path):
    async def scenario():
        async with opened(tmp_path, given={"clock": "driven"}) as world:
            await world.put("/v1/clock", {"instant": "2026-03-04T12:00:00Z"}, status=200)
            at = of(world)
            asked = Transfer(transfer_id("h"), at["clearing"].id, at["held"].id, Micros(7), Code.PAYMENT, TransferKind.HOLD, timeout_seconds=60)  # fmt: skip
            await money_of(world).post([asked], opening=list(at.values()))
            before = await world.ask("GET", f"/v1/accounts/acc_{at['held'].id.hex()}", status=200)

            await world.put("/v1/clock", {"instant": "2026-03-04T12:01:00Z"}, status=200)
            after = await world.ask("GET", f"/v1/accounts/acc_{at['held'].id.hex()}", status=200)

            assert (before["credits_pending"], after["credits_pending"]) == (cny(7), cny(0))
            assert after["balance"] == cny(0)

    run(scenario)


def test_payouts_of_a_period_are_ordered_once_and_filed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sell(world, "o1")
            world.later(days=1)
            await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)
            await sell(world, "o2")

            first = await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200)
            again = await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200)
            (payout,) = first["data"]
            file = (await world.http.get(f"/v1/payouts/{DAY}/file")).text
            result = f"/v1/payouts/{payout['id']}/result"
            told = [
                await world.ask("POST", result, {"state": "paid", "reference": "b-7"}, status=200)
                for _ in range(2)
            ]
            audited = await world.ask("POST", "/v1/audit", status=200)
            trial = await world.ask("GET", "/v1/trial-balance", status=200)

            assert first == again
            assert (payout["party"], payout["amount"], payout["state"]) == ("shop:s", cny(900_000), "sent")  # fmt: skip
            assert file == (
                "payout_id,party,amount,currency,state,reference\n"
                f"{payout['id']},shop:s,0.90,CNY,sent,\n"
            )
            assert told[0] == told[1]
            assert (told[0]["state"], told[0]["paid"], told[0]["reference"]) == ("paid", cny(900_000), "b-7")  # fmt: skip
            assert audited["differences"] == []
            balances = {row["kind"]: row["balance"]["micros"] for row in trial["rows"]}
            assert balances == {
                "provider_clearing": -1_100_000, "held_payments": 0, "merchant_payable": 900_000,
                "commission_revenue": 200_000, "payouts_in_transit": 0,
            }  # fmt: skip

    run(scenario)


def test_a_creators_payout_names_them_as_the_app_does(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/people/ann", {"name": "Ann"})
            ordinal, at = world.app.records.person("c", "ann").ordinal, of(world)
            hers = money_of(world).account(AccountKind.CREATOR_PAYABLE, person(ordinal))
            asked = Transfer(transfer_id("earned"), at["clearing"].id, hers.id, Micros(50_005), Code.CREATOR_EARNED)  # fmt: skip
            await money_of(world).post([asked], opening=[at["clearing"], hers])
            world.later(days=1)
            await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)

            (payout,) = (await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200))["data"]
            file = (await world.http.get(f"/v1/payouts/{DAY}/file")).text

            assert payout["party"] == "person:ann"
            assert file.splitlines()[1] == f"{payout['id']},person:ann,0.05,CNY,sent,"

    run(scenario)


def test_an_erased_creators_account_keeps_a_pseudonym(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/people/ann", {"name": "Ann"})
            ordinal = world.app.records.person("c", "ann").ordinal
            account = money_of(world).account(AccountKind.CREATOR_PAYABLE, person(ordinal))
            world.app.records.open_accounts("c", [account])
            path = f"/v1/accounts/acc_{account.id.hex()}"

            before = await world.ask("GET", path, status=200)
            await world.ask("DELETE", "/v1/people/ann")
            after = await world.ask("GET", path, status=200)
            statement = await world.ask("GET", f"/v1/statements/pseudonym:{ordinal}", status=200)

            assert (before["party"], after["party"]) == ("person:ann", f"pseudonym:{ordinal}")
            assert statement["closing"] == cny(0)

    run(scenario)


TAMPERED = [
    ("UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE kind = 3", {"balances"}),
    (
        "UPDATE ledger_transfers SET amount = amount - 1 WHERE code = 2",
        {"balances", "days"},
    ),
    ("DELETE FROM ledger_transfers WHERE code = 3", {"balances", "days"}),
    ("UPDATE ledger_transfers SET debit = x'00' WHERE code = 3", {"transfers", "balances", "days"}),
    (
        "UPDATE ledger_transfers SET amount = amount * 2 WHERE code = 2",
        {"limits", "balances", "days"},
    ),
    ("UPDATE ledger_holds SET state = 0 WHERE state = 2", {"holds"}),
    ("DELETE FROM ledger_holds", {"holds"}),
    (
        "UPDATE ledger_transfers SET hold = NULL, kind = 0 WHERE kind = 3",
        {"balances", "holds", "days"},
    ),
    ("UPDATE ledger_transfers SET external = 'o9' WHERE code = 1", {"days"}),
    ("DELETE FROM ledger_closed_days WHERE day = 20517", {"days"}),
    ("UPDATE ledger_payouts SET amount = 1", {"payouts"}),
    ("UPDATE ledger_payouts SET state = 'paid'", {"payouts"}),
]


@pytest.mark.parametrize(("statement", "checks"), TAMPERED)
def test_an_audit_names_what_was_tampered_with(tmp_path, statement, checks):
    async def scenario():
        async with opened(tmp_path) as world:
            at = of(world)
            await sell(world, "o1")
            await money_of(world).post([
                Transfer(transfer_id("h"), at["clearing"].id, at["held"].id, Micros(7), Code.PAYMENT, TransferKind.HOLD),
                Transfer(transfer_id("v"), b"", b"", Micros(0), Code.PAYMENT, TransferKind.VOID, hold=transfer_id("h")),
            ])  # fmt: skip
            world.later(days=3)
            await world.ask("POST", "/v1/settle", {"day": "2026-03-06"}, status=200)
            await world.ask("POST", "/v1/payouts", {"day": "2026-03-06"}, status=200)
            assert (await world.ask("POST", "/v1/audit", status=200))["differences"] == []
            with world.app.records._engine.begin() as connection:
                connection.execute(text(statement))

            told = await world.ask("POST", "/v1/audit", status=200)

            assert {one["check"] for one in told["differences"]} >= checks

    run(scenario)
