"""The report of incomes, off a community's own book and log."""

from lodestone.base.money import Micros
from lodestone.ledger import AccountKind, Code, Transfer
from lodestone.ledger.chart import PLATFORM, person, provider, shop
from lodestone.ledger.transfers import transfer_id
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

PATH = "/v1/reports/income"


async def earned(world):
    """Let six people earn by orders and a shop by sales; one loses it all again, and the community has its share."""
    money = world.engine.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    house = money.account(AccountKind.COMMISSION_REVENUE, PLATFORM)
    rows = world.engine.state.people
    directory = world.engine.directory
    ordinals = [int(rows[directory.people[f"p{n}"]]["ordinal"]) for n in range(7)]
    payables = [money.account(AccountKind.CREATOR_PAYABLE, person(ordinal)) for ordinal in ordinals]
    stall = money.account(AccountKind.MERCHANT_PAYABLE, shop("soups"))

    def move(name, debit, credit, amount, code, **more):
        return Transfer(transfer_id(name), debit.id, credit.id, Micros(amount), code, **more)

    transit = money.account(AccountKind.PAYOUTS_IN_TRANSIT, provider("manual"))
    ads = money.account(AccountKind.AD_REVENUE, PLATFORM)
    held = money.account(AccountKind.CREATOR_HELD, person(ordinals[0]))
    asked = [
        move("charge", clearing, ads, 4_000_000, Code.AD_CHARGES),
        *(move(f"c{n}", clearing, payable, 1_000_000 * (n + 1), Code.CREATOR_EARNED) for n, payable in enumerate(payables)),
        move("lost", payables[6], clearing, 7_000_000, Code.ESCROW_ADJUSTED),
        move("sale", clearing, stall, 5_000_000, Code.EARNED, external="o1"),
        move("back", stall, clearing, 1_000_000, Code.REFUND, external="o1"),
        move("share", clearing, house, 5_000_000, Code.COMMISSION, external="o1"),
        move("ad", ads, held, 3_000_000, Code.AD_SHARE),
        move("free", held, payables[0], 3_000_000, Code.AD_SHARE_FREED),
        move("boost", payables[0], clearing, 1_000_000, Code.BOOST),
        *(move(f"p{n}", payable, transit, 500_000, Code.PAYOUT) for n, payable in enumerate(payables[:5])),
    ]  # fmt: skip
    opening = [clearing, house, stall, transit, ads, held, *payables]
    outcomes = await money.post(asked, opening=opening)
    assert {outcome.name for outcome in outcomes} == {"POSTED"}


def test_the_report_is_what_the_transfers_say_and_payouts_are_no_income(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await market(world)
            await earned(world)
            report = await world.ask("GET", f"{PATH}?living_micros=2000000&target=0.9", status=200)
            before = await world.ask("GET", f"{PATH}?from=2026-02-01&to=2026-02-02", status=200)
            return report, before

    report, before = run(scenario)

    assert report["people"] == 7, "six creators and the shop's owner"
    assert report["income"] == {"micros": 28_000_000, "currency": "CNY"}
    assert (report["house"]["micros"], report["reached"]) == (6_000_000, False)
    assert report["partners_share"] == 28 / 34
    assert report["living"]["people"] == 5
    kinds = {cell["name"]: cell for cell in report["by_kind"]}
    assert kinds["sales"]["people"] is None, "one shop is one person"
    assert kinds["order"]["people"] is None, "or it would follow by subtraction"
    assert (before["people"], before["income"], before["by_region"]) == (None, None, [])
    assert before["house"]["micros"] == 0


def test_it_needs_the_scope_of_money_and_bounds(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            made = await world.ask("POST", "/v1/communities/c/keys", {"name": "k", "scopes": ["read"]}, headers=operator)  # fmt: skip
            await world.ask("GET", PATH, status=403, headers={"Authorization": f"Bearer {made['key']}"})  # fmt: skip
            for query in ("target=2", "living_micros=0", "from=x", "from=2026-03-05&to=2026-03-01"):
                await world.ask("GET", f"{PATH}?{query}", status=400)

    run(scenario())
