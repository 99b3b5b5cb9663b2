"""Leases of campaigns, on both databases: nothing is spent that is not set aside, and all that was charged is posted once."""

import asyncio
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.base.errors import InternalError, UnavailableError
from lodestone.base.money import Micros
from lodestone.content import CommunityIn
from lodestone.events.ad_facts import Limit
from lodestone.ledger.chart import AccountKind, Code, advertiser, assignment
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.services.ads.leases import PERIOD
from lodestone.stores.ledger.port import TransferFilter
from tests.worlds.leased import Advertised
from tests.worlds.paid_slots import DAY, NOW, charged, given_back

NUMBERS = itertools.count()


@pytest.fixture
def ads(records):
    return Advertised(records)


def test_money_is_set_aside_a_piece_at_a_time_before_it_may_be_spent(ads):
    ads.deposit(10_000)
    ads.budget(1_000)
    assert ads.serve(1) is None
    ads.work()

    assert ads.balances == (9_600, 200, 200, 0)
    assert [ads.serve(n) is not None for n in (2, 3, 4)] == [True, True, False]
    ads.work()
    assert ads.balances == (9_400, 400, 200, 0)


def test_charges_are_posted_by_the_hour_with_their_stretch_of_the_log(ads):
    ads.deposit(10_000)
    ads.work()
    slots = [ads.serve(n) for n in (1, 2)]
    ads.charge(slots[0])
    ads.work()
    assert ads.balances[-1] == 0
    ads.work(hours=1)
    assert ads.balances[-1] == 100
    end = ads.state.offset
    ads.charge(slots[1])
    ads.work(hours=1)

    posted = ads.money.store.transfers("town", TransferFilter(code=Code.AD_CHARGES), limit=9)
    assert [booked.transfer.amount for booked in posted] == [100, 100]
    assert posted[1].transfer.external.startswith(f"campaign 0 log {end}-")
    assert PERIOD == 3_600_000_000


def test_without_money_nothing_is_set_aside_and_nobody_is_asked_again_for_a_minute(ads):
    ads.work()
    ads.deposit(500)
    ads.work()
    assert ads.balances == (500, 0, 0, 0)
    ads.now += 60_000_000
    ads.work()
    assert ads.balances == (100, 200, 200, 0)


def test_money_that_went_elsewhere_meanwhile_is_asked_for_again_a_minute_later(ads):
    ads.deposit(300)
    post = ads.money.post

    async def after_an_order(transfers, *, opening=()):
        """Let a creator's order take the balance between its reading and the lease."""
        balance = ads.money.account(AccountKind.ADVERTISER_BALANCE, advertiser("a"))
        escrow = ads.money.account(AccountKind.CREATOR_ESCROW, assignment("o"))
        taken = Transfer(transfer_id("order"), balance.id, escrow.id, Micros(250), Code.ESCROW)
        await post([taken], opening=[balance, escrow])
        return await post(transfers, opening=opening)

    ads.money.post = after_an_order
    ads.work()
    assert ads.balances == (50, 0, 0, 0)
    ads.money.post = post
    ads.now += 60_000_000
    ads.work()
    assert ads.balances == (0, 50, 0, 0)


def test_what_invalid_traffic_gives_back_returns_to_the_advertiser(ads):
    ads.deposit(1_000)
    ads.work()
    slot = ads.serve(1)
    charge = charged(slot)
    ads.write(charge)
    ads.work(hours=1)
    ads.write(given_back(charge[0], 1, 9, NOW, DAY))
    before = ads.balances[0]
    ads.work(hours=1)

    assert ads.balances[0] == before + 100
    assert ads.balances[-1] == 0


def test_an_ended_campaign_gives_back_what_it_can_not_spend_any_more(ads):
    ads.deposit(1_000)
    ads.work()
    ads.serve(1)
    ads.payers[0] = replace(ads.payers[0], ended=True)
    ads.work()

    assert ads.balances == (700, 100, 200, 0)
    assert ads.state.budgets.budget(0).limits[Limit.LEASE] == 100
    assert ads.serve(2) is None


def test_a_campaign_that_the_ledger_refuses_keeps_no_other_from_its_money(ads):
    ads.deposit(1_000)
    ads.work()
    ads.charge(ads.serve(1))
    slot = ads.serve(2, number=1)
    ads.charge(slot)
    # The log says more of campaign 0 than its lease holds.
    ads.state.budgets.budget(0).used.spent += 5_000
    with pytest.raises(InternalError, match="exceeds_credits"):
        ads.work(hours=1)

    assert ads.balances[-1] == 100


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.data())
def test_wherever_a_process_ends_the_next_spends_nothing_unleased_and_posts_each_charge_once(
    records, data
):
    ads, served, spent = Advertised(records, community=another(records)), [], 0
    ads.deposit(data.draw(st.integers(0, 3_000)))
    ads.budget(data.draw(st.integers(0, 1_500)))
    for step in range(data.draw(st.integers(5, 25))):
        act = data.draw(st.sampled_from(["work", "serve", "charge", "end", "die", "die late"]))
        if act == "serve":
            slot = ads.serve(step + 1, data.draw(st.integers(0, 1)), data.draw(st.integers(1, 100)))
            served += [] if slot is None else [slot]
        elif act == "charge" and served:
            slot = served.pop(data.draw(st.integers(0, len(served) - 1)))
            ads.charge(slot)
            spent += slot.highest
        elif act == "work":
            ads.work(hours=data.draw(st.integers(0, 1)))
        elif act == "end":
            ads.payers[0] = replace(ads.payers[0], ended=True)
        elif act.startswith("die"):
            dying(ads, after=data.draw(st.integers(0, 3)), late=act.endswith("late"))
            ads = ads.restarted()
        for payer, lease in zip(ads.payers, ads.balances[1:-1], strict=True):
            used = ads.state.budgets.budget(payer.number).used
            assert used.total <= ads.state.budgets.budget(payer.number).limits[Limit.LEASE]
            assert lease >= used.reserved
    ads.work(hours=1)
    assert ads.balances[-1] == spent
    if ads.payers[0].ended:
        assert ads.balances[1] == ads.state.budgets.budget(0).used.reserved
    assert min(ads.balances) >= 0


def another(records):
    """Make one more community, with an empty book."""
    name = f"town-{next(NUMBERS)}"
    records.create_community(name, CommunityIn(name="Town"), now=NOW)
    return name


class DiedError(Exception):
    """The process ended here."""


def dying(ads, after, *, late):
    """Let a process end within its work, after so many writes of ledger and log; `late`: the last one was stored."""
    left = [after]

    def counted(write):
        async def counting(*given, **more):
            if not left[0] and not late:
                raise DiedError
            done = await write(*given, **more)
            if not left[0]:
                raise DiedError
            left[0] -= 1
            return done

        return counting

    ads.money.post = counted(ads.money.post)
    ads.write_budgets = counted(ads.write_budgets)
    ads.now += PERIOD
    try:
        asyncio.run(ads.leases.work())
    except (DiedError, UnavailableError):
        return
