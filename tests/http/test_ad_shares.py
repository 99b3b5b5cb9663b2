"""What creators have of ads: divided once a day, held, made payable, and taken back where traffic was invalid."""

import pytest

from lodestone.base.errors import UnavailableError
from lodestone.base.money import Micros
from lodestone.events.ad_facts import invalid_fact, paid_slot, reason_value
from lodestone.events.outcomes import FactKind
from lodestone.ledger.chart import AccountKind, Code, person
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.services.ads.share_facts import ShareReader
from lodestone.services.ads.shares import ShareBook
from lodestone.services.ingest.system_facts import fact_key
from lodestone.services.support.ids import receipt_id
from lodestone.stores.ledger.port import TransferFilter
from tests.http.test_ads import scene
from tests.http.test_ads_in_feeds import policy
from tests.http.test_authorisations import ROUTE, run_it
from tests.http.test_billed_feeds import facts_of
from tests.worlds.advertised import paid
from tests.worlds.creator_world import passed
from tests.worlds.trade_world import audited, balances
from tests.worlds.world import TOWN

HELD, PAYABLE, OWED = "CREATOR_HELD", "CREATOR_PAYABLE", "CREATOR_RECEIVABLE"
LOOKS = {3: 4.0, 1: 0.0, 6: 200.0}
"""Seconds for which posts of the page are looked at, by how many slots after the first organic one they come."""


async def clicked(world):
    """Show a page with Ann's film as an ad, let some of its posts be looked at and the ad be clicked; return slots and charge."""
    await world.feed("p0", position=TOWN)
    page = await world.feed("p0", position=TOWN)
    (ad,) = paid(page)
    organic = [slot for slot in page["slots"] if not slot["paid"]]
    looked = {}
    for at, seconds in LOOKS.items():
        await world.events(world.event("impression", organic[at], "p0", visible_seconds=seconds))
        looked[organic[at]["slot"]] = (organic[at]["author_id"], seconds)
    await world.events(world.event("impression", ad, "p0"))
    world.later(seconds=5)
    await world.events(world.event("click", ad, "p0"))
    (charge,) = facts_of(world, FactKind.CHARGE)[-1:]
    assert int(charge["slot"]) == ad["slot"]
    return ad, looked, charge


def expected(ad, looked, amount, *, share=0.25, page=0.3):
    """Return what each creator has of a charge, worked out in whole numbers one by one."""
    author = amount * round(share * 10**6) // 10**6
    rest = (amount - author) * round(page * 10**6) // 10**6
    weights = {
        slot: (1_000 + min(round(seconds * 1_000), 60_000)) // abs(slot - ad["slot"])
        for slot, (_, seconds) in looked.items()
    }
    parts = {"ann": author}
    for slot, weight in weights.items():
        name = looked[slot][0]
        parts[name] = parts.get(name, 0) + rest * weight // sum(weights.values())
    return parts


def standing(world, kind):
    """Return what stands on the accounts of a kind, by the app's name of the person."""
    names = world.engine.directory
    sums = {}
    for (of, party), micros in balances(world).items():
        if of == kind and micros:
            row = names.row_of_ordinal(int(party.partition(":")[2]))
            sums[names.person_ids[row] if row >= 0 else party] = micros
    return sums


async def given_back(world, charge):
    """Find a charge to be invalid traffic."""
    (fact,) = [fact for fact in facts_of(world, FactKind.RESERVE) if fact["receipt"] == charge["receipt"] and fact["slot"] == charge["slot"]]  # fmt: skip
    slot, engine = paid_slot(fact), world.engine
    key, now = fact_key("invalid", slot.receipt, slot.slot), engine.now()
    facts = invalid_fact(
        slot, Micros(int(charge["target"])), reason_value(3, 2), key, now, engine.ingest.day(now)
    )
    await engine.billing.write_budgets(facts)


@scene
async def test_a_charge_is_divided_between_who_let_it_run_who_carried_the_page_and_the_house(world):
    await run_it(world)
    ad, looked, charge = await clicked(world)
    parts = expected(ad, looked, int(charge["target"]))
    assert len(parts) == 4
    assert standing(world, HELD) == {}
    await passed(world, days=1)
    assert standing(world, HELD) == parts
    revenue = balances(world)["AD_REVENUE", "platform"]
    assert revenue == int(charge["target"]) - sum(parts.values())
    await passed(world, hours=1)
    await passed(world, days=6)
    assert (standing(world, HELD), standing(world, PAYABLE)) == (parts, {})
    await passed(world, days=2)
    assert (standing(world, HELD), standing(world, PAYABLE)) == ({}, parts)
    await audited(world)


@scene
async def test_what_was_served_before_it_was_revoked_is_divided_all_the_same(world):
    await run_it(world)
    ad, looked, charge = await clicked(world)
    await world.ask("DELETE", ROUTE, status=204)
    await passed(world, days=1)
    assert standing(world, HELD) == expected(ad, looked, int(charge["target"]))


@scene
async def test_invalid_traffic_takes_back_what_is_held(world):
    await run_it(world)
    _, _, charge = await clicked(world)
    await passed(world, days=1)
    assert standing(world, HELD)
    await given_back(world, charge)
    await passed(world, days=1)
    assert (standing(world, HELD), standing(world, OWED)) == ({}, {})
    await passed(world, hours=1)
    assert balances(world).get(("AD_REVENUE", "platform"), 0) == 0
    await audited(world)


@scene
async def test_what_was_paid_out_is_owed_and_comes_off_what_is_earned_next(world):
    await run_it(world, until="2026-05-01T00:00:00Z")
    ad, looked, charge = await clicked(world)
    first = expected(ad, looked, int(charge["target"]))
    await passed(world, days=1)
    await passed(world, days=9)
    assert standing(world, PAYABLE) == first
    await given_back(world, charge)
    await passed(world, days=1)
    assert standing(world, OWED) == {name: -amount for name, amount in first.items()}
    await audited(world)
    ad, looked, charge = await clicked(world)
    second = expected(ad, looked, int(charge["target"]))
    await passed(world, days=1)
    assert standing(world, PAYABLE) == first  # what was made payable is not touched
    for name in first.keys() | second.keys():
        net = second.get(name, 0) - first.get(name, 0)
        assert standing(world, HELD).get(name, 0) == max(net, 0)
        assert standing(world, OWED).get(name, 0) == min(net, 0)
    await audited(world)


def book(world, post_charges):
    """Return what divides the same community's ads anew, as a process that has just begun would."""
    engine = world.engine
    reader = ShareReader(engine.community.id, engine.parts.records, engine.log)
    return ShareBook(engine.money, reader, lambda: engine.state.offset, post_charges, lambda: 0)


@scene
async def test_a_round_that_broke_off_is_gone_on_with_and_a_finished_one_is_not_done_again(world):
    async def breaks_off():
        raise UnavailableError("log_unavailable", "gone")

    await run_it(world)
    ad, looked, charge = await clicked(world)
    world.later(days=1)
    with pytest.raises(UnavailableError):
        await book(world, breaks_off).work()
    assert standing(world, HELD) == {}
    await book(world, world.engine.billing.leases.post).work()
    parts = expected(ad, looked, int(charge["target"]))
    assert standing(world, HELD) == parts
    await passed(world, hours=2)
    assert standing(world, HELD) == parts
    await audited(world)


@scene
async def test_the_audit_names_a_share_that_the_log_does_not_divide(world):
    await run_it(world)
    await clicked(world)
    await passed(world, days=1)
    money = world.engine.money
    row = world.engine.directory.people["ann"]
    held = money.account(AccountKind.CREATOR_HELD, person(world.engine.directory.ordinal(row)))
    revenue = money.account(AccountKind.AD_REVENUE)
    (stretch,) = {
        booked.transfer.external for booked in money.store.transfers("c", TransferFilter(code=Code.AD_SHARE), limit=9)
    }  # fmt: skip
    planted = Transfer(
        transfer_id("planted"), revenue.id, held.id, Micros(5), Code.AD_SHARE, external=stretch
    )
    await money.post([planted])
    wrong = (await world.ask("POST", "/v1/audit", {}, status=200))["differences"]
    assert {difference["check"] for difference in wrong} == {"shares"}


@scene
async def test_the_policy_by_which_a_page_was_decided_says_what_its_authors_have(world):
    await run_it(world)
    await policy(world, creator_share=0.0)
    ad, looked, charge = await clicked(world)
    await policy(world, creator_share=1.0)
    await passed(world, days=1)
    parts = expected(ad, looked, int(charge["target"]), page=0.0)
    assert standing(world, HELD) == {name: part for name, part in parts.items() if part}


@scene
async def test_less_than_the_least_waits(world):
    await run_it(world)
    await policy(world, creator_minimum=10**9)
    await clicked(world)
    await passed(world, days=1)
    await passed(world, days=9)
    assert standing(world, HELD)
    await policy(world, creator_minimum=0)
    await passed(world, days=1)
    assert standing(world, HELD) == {}


@scene
async def test_earnings_are_the_lines_of_the_statement_with_their_receipts(world):
    await run_it(world)
    ad, looked, charge = await clicked(world)
    parts = expected(ad, looked, int(charge["target"]))
    await passed(world, days=1)
    await given_back(world, charge)
    await passed(world, days=1)
    for name, amount in parts.items():
        kind = "authorisation" if name == "ann" else "page_ad"
        path = f"/v1/creators/{name}/earnings?from=2026-03-04&to=2026-03-06"
        first, second = (await world.ask("GET", path, status=200))["data"]
        assert [line["kind"] for line in (first, second)] == [kind, kind]
        money = {"micros": amount, "currency": "CNY"}
        none, minus = {**money, "micros": 0}, {**money, "micros": -amount}
        assert (first["gross"], first["taken_back"], first["net"]) == (money, none, money)
        assert (second["gross"], second["taken_back"], second["net"]) == (none, money, minus)
        assert (first["day"], first["payable_on"]) == ("2026-03-05", "2026-03-13")
        for line in (first, second):
            (receipt,) = line["receipts"]
            assert receipt == receipt_id(world.engine.secret, int(charge["receipt"]))
            await world.ask("GET", f"/v1/receipts/{receipt}", status=200)
        statement = await world.ask(
            "GET", f"/v1/statements/person:{name}?from=2026-03-04&to=2026-03-06", status=200
        )
        booked = [
            line["transfer"]["external"] for account in statement["accounts"] for line in account["lines"]
        ]  # fmt: skip
        assert booked == [first["external"], second["external"]]
        page = await world.ask("GET", f"{path}&limit=1", status=200)
        assert page["data"] == [first]
        page = await world.ask("GET", f"{path}&limit=1&cursor={page['next_cursor']}", status=200)
        assert page == {"data": [second], "next_cursor": None}
    long = "/v1/creators/ann/earnings?from=2026-03-01&to=2026-04-01"
    assert (await world.ask("GET", long, status=400))["error"]["code"] == "span_invalid"
    assert (await world.ask("GET", "/v1/creators/nobody/earnings", status=404))["error"][
        "code"
    ] == "person_unknown"
