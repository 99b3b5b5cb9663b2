"""Ads in feeds from deposit to ledger: reserved before a page is answered, charged what the receipt says, posted, audited."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from lodestone.base.errors import UnavailableError
from lodestone.base.money import Micros
from lodestone.events.ad_facts import paid_slot
from lodestone.events.outcomes import FactKind
from lodestone.ledger.chart import AccountKind, Code, advertiser, campaign, provider
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.stores.log.port import Offset
from tests.worlds.ad_world import PATHS, running
from tests.worlds.advertised import advertise, paid, pay_for, town
from tests.worlds.paid_slots import charged, given_back, reserved
from tests.worlds.paid_world import budget_facts
from tests.worlds.world import TOWN, opened, run

RESERVE, CHARGE = FactKind.RESERVE, FactKind.CHARGE


def spent(world, name):
    number = world.engine.billing.numbers.number(name)
    return world.engine.state.budgets.budget(number).used


async def clicked(world, slot, person="p0"):
    await world.events(world.event("impression", slot, person))
    world.later(seconds=5)
    await world.events(world.event("click", slot, person))


def test_a_page_reserves_what_its_ads_pay_before_it_is_answered_and_a_click_is_charged_that(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            (ad, _) = await town(world)
            feed = await world.feed(explain=True)
            slots = paid(feed)
            notes = {
                note["ad_id"]: note["payment"] for note in feed["explain"]["ads"] if note["slot"]
            }
            facts = budget_facts(world)
            assert [(kind, amount) for kind, _, amount in facts] == [
                (RESERVE, round(notes[slot["ad_id"]])) for slot in slots
            ]
            (mine,) = (slot for slot in slots if slot["ad_id"] == ad.ad_id)
            assert spent(world, ad.campaign_id).reserved == round(notes[ad.ad_id])
            await clicked(world, mine)
            used = spent(world, ad.campaign_id)
            assert (used.reserved, used.spent) == (0, round(notes[ad.ad_id]))

    run(scenario())


def test_a_campaign_that_can_not_pay_its_bid_any_more_is_not_on_the_next_page(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            (first, _second) = await town(world)
            pay_for(world, first.campaign_id, first.bid)
            assert {slot["ad_id"] for slot in paid(await world.feed("p0"))} == {"ad0", "ad1"}
            reserved = spent(world, first.campaign_id).reserved
            assert reserved > 0
            assert {slot["ad_id"] for slot in paid(await world.feed("p1"))} == {"ad1"}
            pay_for(world, first.campaign_id, first.bid + reserved)
            assert {slot["ad_id"] for slot in paid(await world.feed("p2"))} == {"ad0", "ad1"}

    run(scenario())


def test_a_campaign_comes_again_once_it_bids_what_is_left(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            (first, second) = await town(world)
            pay_for(world, first.campaign_id, first.bid - 1)
            live = world.engine.parts.decider.placer.live
            seen = [{slot["ad_id"] for slot in paid(await world.feed("p0"))}]
            for bid in (first.bid - 1, first.bid):
                live.put(replace(first, bid=bid))
                seen.append({slot["ad_id"] for slot in paid(await world.feed("p1"))})
            return seen, {first.ad_id, second.ad_id}, {second.ad_id}

    seen, both, other = run(scenario())
    assert seen == [other, both, other]


def test_an_ad_that_is_never_clicked_is_expected_to_be_clicked_less_and_pages_replay(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            for ad in await town(world):
                pay_for(world, ad.campaign_id)
            for number in range(24):
                for slot in paid(await world.feed(f"p{number % 4}")):
                    look = clicked if slot["ad_id"] == "ad1" else seen
                    await look(world, slot, person=f"p{number % 4}")
                world.later(minutes=40)
            world.later(hours=26)
            await world.items(60, authors=20, first=100)
            await world.engine.tick()
            right, differences = await expected(world)
            live = world.engine.parts.decider.ads
            for ad in (
                "ad0",
                "ad1",
            ):  # what the predictor says by itself: it has learned from the clicks too
                live.calibrated(f"campaign of {ad}", lambda _: 0.0)
            return right, differences, (await expected(world))[0]

    right, differences, predicted = run(scenario)
    assert right["ad0"] < 0.8 * predicted["ad0"]
    assert right["ad1"] > 1.1 * predicted["ad1"]
    assert differences == []


async def seen(world, slot, person="p0"):
    await world.events(world.event("impression", slot, person))


async def expected(world):
    """Return the chance of a click of each ad on the next page, and how its replay differs."""
    feed = await world.feed("p0", explain=True)
    replay = await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay", status=200)
    return {note["ad_id"]: note["expected_action"] for note in feed["explain"]["ads"]}, replay[
        "differences"
    ]


@pytest.mark.parametrize("broken", ["append", "record"])
def test_a_page_whose_reservation_or_receipt_is_not_stored_is_not_shown(
    tmp_path, monkeypatch, broken
):
    async def scenario():
        async with opened(tmp_path) as world:
            (ad, _) = await town(world)
            offset = world.engine.state.offset
            log, whole = world.engine.log, getattr(world.engine.log, broken)

            async def full(*given):
                raise UnavailableError("log_unavailable", "the disk is full")

            monkeypatch.setattr(log, broken, full)
            await world.ask("POST", "/v1/feeds", {"viewer": "p0"}, status=503)
            monkeypatch.setattr(log, broken, whole)
            assert world.engine.state.offset == log.end()
            assert (world.engine.state.offset == offset) is (broken == "append")
            if broken == "append":
                assert spent(world, ad.campaign_id).reserved == 0
            assert paid(await world.feed("p1"))

    run(scenario())


def test_a_deposit_becomes_a_lease_a_charge_and_revenue(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            await world.people(3, home=TOWN)
            await world.items(20)
            await pay_in(world, 500_000_000)
            ad = advertise(
                world,
                "bowl",
                "soup",
                campaign="lunch",
                bid=4_000_000,
                reserve=10_000.0,
                paid_for=False,
            )
            assert paid(await world.feed("p0")) == []
            await world.engine.tick()
            assert await balances(world) == (490_000_000, 10_000_000, 0)

            (slot,) = paid(await world.feed("p0"))
            await clicked(world, slot)
            charge = spent(world, ad.campaign_id).spent
            assert charge > 0
            world.later(hours=1)
            await world.engine.tick()
            assert (await balances(world))[2] == charge
            audit = await world.ask("POST", "/v1/audit", {}, status=200)
            assert audit["differences"] == []

            ended = {**PATHS["/v1/campaigns/lunch"], "state": "ended"}
            await world.put("/v1/campaigns/lunch", ended, status=200)
            world.later(hours=26)
            await world.engine.tick()
            assert await balances(world) == (500_000_000 - charge, 0, charge)
            clock = world.clock
        async with opened(tmp_path, clock=clock) as world:
            await world.engine.tick()
            assert await balances(world) == (500_000_000 - charge, 0, charge)
            audit = await world.ask("POST", "/v1/audit", {}, status=200)
            assert audit["differences"] == []

    run(scenario())


def test_the_audit_names_every_charge_that_does_not_follow(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            await world.people(3, home=TOWN)
            await world.items(20)
            await pay_in(world, 500_000_000)
            advertise(
                world,
                "bowl",
                "soup",
                campaign="lunch",
                bid=4_000_000,
                reserve=10_000.0,
                paid_for=False,
            )
            await world.feed("p0")  # shows the post itself, and no ad of its author
            await world.engine.tick()
            (slot,) = paid(await world.feed("p0"))
            await clicked(world, slot)
            world.later(hours=1)
            await world.engine.tick()
            assert await differences(world) == []

            billing = world.engine.billing
            (charge,) = facts_of(world, FactKind.CHARGE)
            slot, now = paid_slot(facts_of(world, FactKind.RESERVE)[0]), world.engine.now()
            other = slot._replace(receipt=slot.receipt + 1)
            writing = {
                "a paid slot of a receipt": reserved(other),
                "an event of type click": charged(other, time=now),
                "a reservation before": charged(slot._replace(receipt=99), time=now),
                "one end": charged(slot, time=now),
                "one charge, whole": given_back(_changed(charge, target=1), 1, 7, now, 0),
            }
            seen = set()
            for name, facts in writing.items():
                await billing.write_budgets(facts)
                wrong = await differences(world)
                assert {difference["expected"] for difference in wrong} - seen == {name}
                assert {difference["check"] for difference in wrong} == {"ads"}
                seen.add(name)
            money = world.engine.money
            lease = money.account(AccountKind.CAMPAIGN_LEASE, campaign("lunch"))
            revenue = money.account(AccountKind.AD_REVENUE)
            end = world.engine.state.offset
            number = billing.numbers.number("lunch")
            planted = Transfer(
                transfer_id("planted"), lease.id, revenue.id, Micros(5), Code.AD_CHARGES,
                external=f"campaign {number} log {end}-{end + 1}",
            )  # fmt: skip
            await money.post([planted])
            wrong = [
                difference
                for difference in await differences(world)
                if "ad_charges" in difference["subject"]
            ]
            assert [(difference["expected"], difference["found"]) for difference in wrong][-1] == (
                "0",
                "5",
            )

    run(scenario())


async def differences(world):
    return (await world.ask("POST", "/v1/audit", {}, status=200))["differences"]


def facts_of(world, kind):
    read = np.concatenate([batch.facts for batch in world.engine.log.read(Offset(0))])
    return read[read["kind"] == kind]


def _changed(fact, **fields):
    copy = fact.copy()
    for name, value in fields.items():
        copy[name] = value
    return copy


async def pay_in(world, amount):
    money = world.engine.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    balance = money.account(AccountKind.ADVERTISER_BALANCE, advertiser("mei-ads"))
    deposit = Transfer(transfer_id("d"), clearing.id, balance.id, Micros(amount), Code.AD_DEPOSIT)
    await money.post([deposit], opening=[clearing, balance])


async def balances(world):
    """Return what lies with the advertiser, with the campaign, and in revenue."""
    money = world.engine.money
    accounts = (
        money.account(AccountKind.ADVERTISER_BALANCE, advertiser("mei-ads")),
        money.account(AccountKind.CAMPAIGN_LEASE, campaign("lunch")),
        money.account(AccountKind.AD_REVENUE),
    )
    known = [money.store.account("c", account.id) for account in accounts]
    return tuple(0 if account is None else account.balance for account in known)


@pytest.mark.parametrize("how", ["erased", "over"])
def test_what_is_left_of_a_lease_goes_back_once_when_its_owner_is_erased_or_its_dates_are_over(
    tmp_path, how
):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            campaign = {**PATHS["/v1/campaigns/lunch"], "state": "active"}
            ends = (world.now + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
            await world.put("/v1/campaigns/lunch", {**campaign, "ends_at": ends}, status=200)
            await world.people(3, home=TOWN)
            await world.items(20)
            await pay_in(world, 500_000_000)
            ad = advertise(
                world, "bowl", "soup", campaign="lunch", bid=4_000_000, reserve=10_000.0, paid_for=False,
            )  # fmt: skip
            assert paid(await world.feed("p0")) == []
            await world.engine.tick()
            (slot,) = paid(await world.feed("p0"))
            await clicked(world, slot)
            charge = spent(world, ad.campaign_id).spent
            assert await balances(world) == (490_000_000, 10_000_000, 0)
            if how == "erased":
                await world.ask("DELETE", "/v1/people/mei", status=204)
            world.later(hours=3)
            await world.engine.tick()
            first = await balances(world)
            clock = world.clock
        async with opened(tmp_path, clock=clock) as world:
            world.later(hours=1)
            await world.engine.tick()
            await world.engine.tick()
            audit = await world.ask("POST", "/v1/audit", {}, status=200)
            return charge, first, await balances(world), audit["differences"]

    charge, first, last, differences = run(scenario)
    assert charge > 0
    assert first == last == (500_000_000 - charge, 0, charge)
    assert differences == []
