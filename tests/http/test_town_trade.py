"""The town trades over the public interface: its books balance whatever the seed, and a life left is the life lived through.

The fresh seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back.
"""

import asyncio

import msgspec
import pytest

from lodestone.base.chance import Streams
from lodestone.town import Shelf
from lodestone.town.people.behaviour import OUTCOMES
from lodestone.town.people.population import settle
from lodestone.town.study.diary import joined_looks
from tests.worlds.seeds import fresh
from tests.worlds.town import lived

FIXED = (7, 9)
SMALL = {"people": 60, "days": 4}


def trading(seed):
    """Return a seed from this one on whose town has shops: one town in eight of this size has none."""
    while settle(Streams(seed), SMALL["people"]).makers.shop.sum() < 2:
        seed += 1
    return seed


FRESH = trading(fresh())
HONEST = {
    "order_refused_too_far", "order_refused_shop_closed", "order_refused_sold_out", "order_refused_date_unknown",
    "sale_refused_too_far", "sale_refused_sold_out", "sale_refused_limit_reached",
}  # fmt: skip
"""What an honest buyer may be refused; nobody is refused at a till or a desk."""


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    kept = {}

    def live(seed):
        if seed not in kept:
            home = tmp_path_factory.mktemp(f"town-{seed}")
            kept[seed] = (*asyncio.run(lived(home, seed=seed, **SMALL)), home / "life")
        return kept[seed]

    return live


SEEDS = pytest.mark.parametrize("seed", [*FIXED, pytest.param(FRESH, id=f"fresh-{FRESH}")])


@SEEDS
def test_debits_equal_credits_and_every_party_s_statement_adds_up_to_the_ledger(lives, seed):
    trade = lives(seed)[0]["trade"]

    assert trade["trial_difference"] == 0
    assert trade["statements_off"] == []
    assert trade["parties"] >= 3 * bool(trade["orders"].get("paid"))


@SEEDS
def test_audit_and_verify_find_nothing(lives, seed):
    trade = lives(seed)[0]["trade"]

    assert trade["audit_differences"] == []
    assert trade["verify_findings"] == []
    assert trade["closed_through"] in (None, "2026-03-05")
    assert trade["receipts"] == len(lives(seed)[2])


@SEEDS
def test_the_engine_counts_the_orders_that_the_town_counted(lives, seed):
    figures, *_, folder = lives(seed)
    trade = figures["trade"]

    assert trade["unlike"] == []
    assert trade["counts"].get("redeemed_otherwise", 0) == 0
    assert trade["counts"].get("sale_oversold", 0) == 0
    from_cards = trade["counts"].get("paid", 0) - trade["counts"].get("sale_sold", 0)
    looks = joined_looks([Shelf(folder).day(day)[0] for day in range(SMALL["days"])])
    assert looks.done[:, OUTCOMES.index("order")].sum() == from_cards
    # A spam account may buy like anybody; the judge counts honest people.
    assert figures["orders"] <= from_cards


@SEEDS
def test_nothing_is_refused_that_an_honest_buyer_could_not_expect(lives, seed):
    counts = lives(seed)[0]["trade"]["counts"]

    assert {name for name in counts if "_refused_" in name} <= HONEST
    assert lives(seed)[0]["refused"] == 0


@SEEDS
def test_a_flash_sale_sells_no_more_than_there_is(lives, seed):
    counts = lives(seed)[0]["trade"]["counts"]
    units, wishes = counts.get("sale_units", 0), counts.get("sale_wishes", 0)

    assert counts.get("sale_reserved", 0) <= units <= wishes
    assert counts.get("sale_sold", 0) <= counts.get("sale_reserved", 0) + counts.get(
        "sale_turns", 0
    )
    assert counts.get("sale_waiting", 0) <= units


def test_orders_of_these_lives_are_sold_in_sales_paid_and_handed_over(lives):
    for seed in FIXED:
        trade = lives(seed)[0]["trade"]
        counts = trade["counts"]

        for what in ("sales", "sale_sold", "paid", "stocked_up", "settled"):
            assert counts[what] > 0, what
        assert counts.get("redeemed", 0) + counts.get("fulfilled", 0) > 0
        assert counts.get("sale_refused_sold_out", 0) + counts["sale_waited_in_vain"] > 0
        assert trade["transfers"] > 0
        assert trade["closed_through"] == "2026-03-05"


def test_two_days_of_many_people_sell_from_cards(tmp_path):
    # Two days, since few look at a card with a wish: four here, in the mean one to four by the seed.
    figures, *_ = asyncio.run(lived(tmp_path, seed=5, people=250, days=2))
    counts = figures["trade"]["counts"]

    assert counts["wishes"] >= counts["order_reserved"] > 0
    assert (
        0
        < counts["paid"]
        <= counts["order_reserved"] + counts["sale_reserved"] + counts["sale_turns"]
    )
    # What a flash sale sold came from its queue, and no card is credited with it.
    assert figures["orders"] == counts["paid"] - counts.get("sale_sold", 0) > 0
    assert figures["trade"]["unlike"] == []


def test_two_trading_lives_of_one_plan_are_one(lives, tmp_path):
    figures, facts, receipts, _ = asyncio.run(lived(tmp_path, seed=FIXED[0], **SMALL))

    assert receipts == lives(FIXED[0])[2]
    assert facts == lives(FIXED[0])[1]
    assert figures == lives(FIXED[0])[0]


def test_a_life_left_amid_a_sale_and_open_orders_is_the_life_lived_through(lives, tmp_path):
    stops = (48 + 39, 1, 1, 1, 1, 20)
    figures, facts, receipts, _ = asyncio.run(
        lived(tmp_path, seed=FIXED[0], stop_after=stops, **SMALL)
    )

    assert receipts == lives(FIXED[0])[2]
    assert facts == lives(FIXED[0])[1]
    assert figures == lives(FIXED[0])[0]


def test_what_was_bought_is_told_by_the_engine_alone(lives):
    sent = {
        event["type"]
        for method, path, body in lives(FIXED[0])[3]
        if (method, path) == ("POST", "/v1/events")
        for event in msgspec.json.decode(body)["events"]
    }

    assert "order" not in sent
    assert "redeem" not in sent
    assert "shop_visit" in sent


def test_shops_products_and_orders_say_what_an_app_would_know_and_no_more(lives):
    fields = {
        ("PUT", "/v1/shops/"): {"owner_id", "radius_km", "hold_share", "categories", "name", "position", "hours", "role"},
        ("PUT", "/v1/products/"): {
            "shop_id", "name", "text", "tags", "channels", "language", "fulfilment", "commission_share", "voucher",
            "variants",
        },
        ("POST", "/v1/orders"): {
            "buyer", "fulfilment", "total", "lines", "position", "address", "receipt_id", "slot", "sale_id",
            "amount", "method", "reference", "request_id", "reason",
        },
    }  # fmt: skip
    seen = {kind: set() for kind in fields}
    for method, path, body in lives(FIXED[0])[3]:
        for (how, start), known in seen.items():
            if method == how and path.startswith(start) and body:
                known.update(msgspec.json.decode(body))

    for kind, known in seen.items():
        assert known
        assert known <= fields[kind]


def test_without_trade_no_shop_is_asked_for_anything(tmp_path):
    figures, _, _, said = asyncio.run(lived(tmp_path, seed=1, people=50, days=1, trade=False))

    assert "trade" not in figures
    assert not any(path.startswith(("/v1/shops", "/v1/orders")) for _, path, _ in said)
