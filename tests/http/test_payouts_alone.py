"""One payout, payment or day that fails keeps no other from being done: it is told once, shown, and done once mended."""

import sqlite3
from contextlib import closing

import pytest

from lodestone.base.errors import UnavailableError
from lodestone.base.money import Micros
from lodestone.ledger import AccountKind, Code, Transfer, TransferKind
from lodestone.ledger.chart import provider, shop
from lodestone.ledger.transfers import transfer_id
from lodestone.stores.external.payment_providers import ManualProvider
from tests.worlds.failing_world import count, execute, failed, failing, stage
from tests.worlds.trade_world import act, bought, line, yuan
from tests.worlds.world import opened, run

DAY = "2026-03-04"
SHOPS = ("a", "b", "c")


async def earn(world, *shops, day=None):
    money = world.engine.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    for name in shops:
        payable = money.account(AccountKind.MERCHANT_PAYABLE, shop(name))
        made = transfer_id(name, str(world.now))
        asked = Transfer(made, clearing.id, payable.id, Micros(900_000), Code.EARNED, external=name)
        await money.post([asked], opening=[clearing, payable])


async def closed(world):
    await earn(world, *SHOPS)
    world.later(days=1)
    await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)


def states(told):
    return {one["party"]: one["state"] for one in told["data"]}


class Picky(ManualProvider):
    """A provider that breaks on one party, in whatever way it is told to."""

    def __init__(self):
        super().__init__()
        self.party, self.error, self.asked = "shop:b", None, []

    async def ask(self, instruction):
        self.asked.append(instruction.party)
        if instruction.party == self.party and self.error is not None:
            raise self.error
        return await super().ask(instruction)


async def tried_again(world, seconds=6):
    world.later(seconds=seconds)
    await world.engine.tick()


def test_one_broken_account_keeps_no_other_from_being_paid_out(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await closed(world)
            broken = "UPDATE ledger_accounts SET restraint = ? WHERE party = 'shop:b'"
            account = world.engine.money.account(AccountKind.MERCHANT_PAYABLE, shop("b"))
            with closing(sqlite3.connect(tmp_path / "records.db")) as records:
                found = records.execute(
                    "SELECT restraint FROM ledger_accounts WHERE party = 'shop:b'"
                )
                (restraint,) = found.fetchone()
            execute(tmp_path, broken, 77)

            told = await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200)

            assert states(told) == {"shop:a": "sent", "shop:c": "sent"}
            row = f"order {DAY} manual {account.id.hex()}"
            assert [one["row"] for one in told["failed"]] == [row]
            assert failed(logged) == [("payout", row)]
            assert await failing(world) == [("payout", row, 1)]
            await tried_again(world)
            assert (await count(world, "payout"), failed(logged)) == (2, [("payout", row)])

            execute(tmp_path, broken, restraint)
            await tried_again(world, 20)

            assert await failing(world) == []
            told = await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200)
            assert states(told) == {"shop:a": "sent", "shop:b": "sent", "shop:c": "sent"}
            assert told["failed"] == []
            assert (await world.ask("POST", "/v1/audit", status=200))["differences"] == []

    run(scenario())


@pytest.mark.parametrize(
    "error", [AssertionError("no"), KeyError("x"), UnavailableError("gone", "no"), StopIteration()]
)
def test_one_payout_that_cannot_be_sent_keeps_no_other_from_being_sent(tmp_path, logged, error):
    async def scenario():
        async with opened(tmp_path) as world:
            await closed(world)
            picky = world.engine.parts.providers["manual"] = Picky()
            picky.error = error

            told = await world.ask("POST", "/v1/payouts", {"day": DAY}, status=200)

            assert states(told) == {"shop:a": "sent", "shop:b": "ordered", "shop:c": "sent"}
            (name,) = [one["id"] for one in told["data"] if one["party"] == "shop:b"]
            assert failed(logged) == [("payout", name)]
            assert await failing(world) == [("payout", name, 1)]
            await world.engine.tick()
            assert picky.asked.count("shop:b") == 1, "it waits before it is tried again"
            picky.error = None
            await tried_again(world)

            assert await failing(world) == []
            again = await world.ask("GET", f"/v1/payouts?day={DAY}", status=200)
            assert set(states(again).values()) == {"sent"}
            assert picky.asked.count("shop:b") == 2

    run(scenario())


def test_one_refund_that_cannot_be_asked_for_keeps_no_other_from_being_asked_for(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            for n in range(3):
                made = await bought(world, line(quantity=2), buyer=f"p{n}")
                await act(world, made, "fulfil")
                await act(world, made, "refund", {"request_id": "a", "amount": yuan(10)})
            picky = world.engine.trade.providers["manual"] = Picky()
            picky.party, picky.error = "person:p1", AssertionError("no")

            told = await world.ask("POST", "/v1/payments/send", {}, status=200)

            assert [one["state"] for one in told["data"]] == ["sent", "sent"]
            owed = (await world.ask("GET", "/v1/payments?kind=refund&state=ordered", status=200))[
                "data"
            ]
            (name,) = [one["id"] for one in owed]
            assert failed(logged) == [("payment", name)]
            assert await failing(world) == [("payment", name, 1)]
            picky.error = None
            await tried_again(world)

            assert await failing(world) == []
            sent = await world.ask("GET", "/v1/payments?kind=refund&state=sent", status=200)
            assert len(sent["data"]) == 3

    run(scenario())


def test_a_day_that_cannot_be_closed_keeps_none_before_it_open_and_no_other_community(
    tmp_path, logged
):
    async def scenario():
        async with opened(tmp_path) as world:
            for _ in range(3):
                await earn(world, "a")
                world.later(days=1)
            other = {"X-Community": "d", "Authorization": f"Bearer {world.app.operator_key}"}
            await world.ask("PUT", "/v1/communities/d", {}, headers=other)
            broken = "UPDATE ledger_transfers SET kind = ? WHERE sequence = 2"
            execute(tmp_path, broken, 99)

            answer = await world.http.post("/v1/settle", json={"day": "2026-03-06"})
            assert answer.status_code == 500
            body = {"day": "2026-03-05"}
            assert (await world.http.post("/v1/settle", json=body, headers=other)).is_success

            closed_days = [one.day for one in world.engine.money.store.closed_days("c")]
            assert len(closed_days) == 1, "the day before the broken one"
            assert failed(logged) == [("closing", "2026-03-05")]
            assert await failing(world) == [("closing", "2026-03-05", 1)]

            execute(tmp_path, broken, 0)
            await tried_again(world)

            assert await failing(world) == []
            assert len(world.engine.money.store.closed_days("c")) == 2
            told = await world.ask("POST", "/v1/settle", {"day": "2026-03-06"}, status=200)
            assert told["closed_now"] == ["2026-03-06"]

    run(scenario())


def test_one_broken_hold_keeps_no_other_from_being_released(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            money = world.engine.money
            clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
            payables = [money.account(AccountKind.MERCHANT_PAYABLE, shop(name)) for name in SHOPS]
            names = [transfer_id("hold", name) for name in SHOPS]
            asked = [
                Transfer(
                    name, clearing.id, account.id, Micros(7), Code.EARNED, TransferKind.HOLD,
                    timeout_seconds=60,
                )
                for name, account in zip(names, payables, strict=True)
            ]  # fmt: skip
            await money.post(asked, opening=[clearing, *payables])
            broken = "UPDATE ledger_holds SET state = state, debit = ? WHERE id = ?"
            execute(tmp_path, broken, b"nobody", names[1])
            world.later(seconds=61)

            await world.engine.tick()

            def pending():
                found = [money.store.account("c", one.id) for one in payables]
                return [one.credits_pending for one in found]

            assert pending() == [0, 7, 0]
            row = names[1].hex()
            assert failed(logged) == [("hold", row)]
            assert await failing(world) == [("hold", row, 1)]
            execute(tmp_path, broken, clearing.id, names[1])
            await tried_again(world)
            assert (pending(), await failing(world)) == ([0, 0, 0], [])

    run(scenario())
