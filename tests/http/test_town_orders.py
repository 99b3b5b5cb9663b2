"""The town orders from its creators over the public interface: its books balance, and nothing of what only it knows is sent."""

import asyncio

import msgspec
import pytest

from lodestone.town import Shelf
from lodestone.town.ordering.state import Creator, unpacked
from tests.worlds.town import lived, sent_fields

SMALL = {"seed": 5, "people": 60, "days": 7, "orders": True, "ads": True}
"""A town in which something is published to order and looked at, a dispute is decided, and shops advertise beside it."""
SENT = {
    "/v1/creators/": {"topics", "languages", "prices"},
    "/v1/advertisers/": {"name", "shop_id", "amount"},
    "/v1/briefs/": {
        "advertiser_id", "text", "product_ids", "settlement", "deadline", "approval_days", "count_days", "state",
    },
    "/v1/offers/": {"brief_id", "creator_id", "person_id", "price"},
    "/v1/assignments/": {"person_id", "text", "item_id", "amount"},
}  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    home = tmp_path_factory.mktemp("town")
    figures, facts, receipts, said = asyncio.run(lived(home, stop_after=(200,), **SMALL))
    return figures, facts, receipts, said, unpacked(Shelf(home / "life").part("orders"))


def test_every_escrow_and_every_balance_is_what_the_town_counts_also_over_a_stop(life):
    orders, trade = life[0]["creator_orders"], life[0]["trade"]

    assert orders["orders"] >= 3
    assert orders["paid_micros"] > 0
    assert life[0]["ads"]["balances_off"] == []
    assert orders["unlike"] == orders["balances_off"] == orders["audit_differences"] == []
    assert trade["statements_off"] == trade["verify_findings"] == []
    assert trade["trial_difference"] == 0
    assert life[0]["refused"] == 0


def test_what_was_made_to_order_is_published_and_its_plays_are_counted(life):
    board = life[4]
    published = [order for order in board.orders if order.post >= 0]

    assert len(published) == board.counts["published"] >= 1
    assert sum(len(board.plays[order.post]) for order in published) > 0


def test_what_is_sent_holds_no_true_price_no_reliability_and_no_way_of_cheating(life):
    for start, known in sent_fields(life[3], SENT).items():
        assert known
        assert known <= SENT[start]
    sent = b"\n".join(body for _, _, body in life[3])
    hidden = {each.name for each in msgspec.structs.fields(Creator)} & {"late", "cheat", "least_share"}  # fmt: skip
    assert len(hidden) == 3
    assert {name for name in hidden if f'"{name}"'.encode() in sent} == set()
