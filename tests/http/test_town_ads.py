"""The town advertises over the public interface: every charge is what the town counts itself, and its books balance."""

import asyncio

import msgspec
import pytest

from lodestone.ads.invalid_traffic import Invalid
from lodestone.events.ad_facts import reason_of
from lodestone.events.outcomes import FactKind
from lodestone.town import Shelf
from lodestone.town.advertising.rivals import CLICKERS
from lodestone.town.advertising.state import Campaign, unpacked
from lodestone.town.study.diary import joined_looks
from tests.worlds.town import lived, sent_fields

SMALL = {"seed": 51, "people": 75, "days": 2, "ads": True}
"""A town whose advertisers bid in four ways for three actions, and of whom two pay somebody to click a rival's ads."""
CAUGHT = ("script", "hand")
"""Clickers whom the rules know; nothing tells a patient one from a customer."""
SENT = {
    "/v1/advertisers/": {"name", "shop_id", "owner_id", "amount"},
    "/v1/campaigns/": {"advertiser_id", "objective", "budget", "state", "frequency"},
    "/v1/ad-groups/": {"campaign_id", "state", "strategy", "targeting", "optimise_for", "bid", "target"},
    "/v1/ads/": {
        "ad_group_id", "item_id", "headline", "call_to_action", "landing", "state", "decision", "reason",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    home = tmp_path_factory.mktemp("town")
    figures, facts, receipts, said = asyncio.run(lived(home, **SMALL))
    shelf = Shelf(home / "life")
    looks = joined_looks([shelf.day(day)[0] for day in range(SMALL["days"])])
    return figures, facts, receipts, said, unpacked(shelf.part("ads")), looks


def of_kind(facts, kind):
    return [fact for fact in facts if fact[1] == kind]


def test_every_campaign_is_charged_what_the_town_counts_and_no_balance_is_off(life):
    ads, trade = life[0]["ads"], life[0]["trade"]

    assert ads["unlike"] == []
    assert ads["balances_off"] == []
    assert ads["audit_differences"] == trade["audit_differences"] == []
    assert trade["trial_difference"] == 0
    assert trade["statements_off"] == []
    assert trade["verify_findings"] == []
    assert ads["outcomes"] == len(of_kind(life[1], FactKind.CHARGE)) > 20
    assert ads["revenue_micros"] == ads["charged_micros"] - ads["refunded_micros"] > 0
    assert ads["unposted_micros"] == 0


def test_people_are_shown_labelled_ads_and_the_engine_refuses_nothing_that_is_told(life):
    figures, looks = life[0], life[5]

    assert "unlabelled" not in life[4].counts
    assert 0 < looks.paid.mean() <= 0.2
    assert figures["ads"]["looks"] > 100
    assert figures["refused"] == 0
    assert looks.pleasure[looks.paid].mean() < looks.pleasure[~looks.paid].mean()


def test_clicks_of_a_rivals_paid_clickers_are_mostly_refused_and_bystanders_pay_nothing_for_it(
    life,
):
    clickers, releases = life[0]["ads"]["clickers"], of_kind(life[1], FactKind.RELEASE)
    refused = sum(sum(kind["refused"].values()) for kind in clickers.values())
    hired = sum(clickers[kind]["clicks"] for kind in CAUGHT)
    paid = sum(clickers[kind]["paid"] for kind in CAUGHT)

    assert hired > 20
    assert paid <= 0.2 * hired
    assert clickers["bystander"]["paid"] >= 0.9 * clickers["bystander"]["clicks"] > 20
    reasons = [reason_of(int(value)) for _, _, _, value, _, _ in releases if value]
    assert len(reasons) == refused
    assert set(reasons) <= {Invalid.DUPLICATE, Invalid.TOO_FAST, Invalid.RATE}


def test_two_lives_with_ads_of_one_plan_leave_the_same_log_and_the_same_receipts(life, tmp_path):
    figures, facts, receipts, _ = asyncio.run(lived(tmp_path, **SMALL))

    assert facts == life[1]
    assert receipts == life[2]
    assert figures == life[0]


def test_a_life_with_ads_that_was_left_balances_as_well(tmp_path):
    # It is another life: how often somebody saw a campaign is the process's own memory.
    figures, facts, *_ = asyncio.run(lived(tmp_path, stop_after=(18, 9), **{**SMALL, "days": 1}))
    ads = figures["ads"]

    assert ads["unlike"] == ads["balances_off"] == ads["audit_differences"] == []
    assert ads["outcomes"] == len(of_kind(facts, FactKind.CHARGE)) > 0
    assert figures["refused"] == 0


def test_what_advertisers_send_holds_no_value_no_temper_and_nobody_who_clicks(life):
    for start, known in sent_fields(life[3], SENT).items():
        assert known
        assert known <= SENT[start]
    sent = b"\n".join(body for _, _, body in life[3])
    hidden = {each.name for each in msgspec.structs.fields(Campaign)} & {
        "temper",
        "value",
        "factor",
        "clicker",
    }
    assert len(hidden) == 4
    assert {name for name in hidden if f'"{name}"'.encode() in sent} == set()
    assert {kind for kind in CLICKERS if f'"{kind}"'.encode() in sent} == set()


def test_orders_and_everybody_else_go_on_beside_ads(life):
    assert life[0]["trade"]["unlike"] == []
    counts = life[4].counts
    assert counts["ads"] == counts["advertisers"] + counts.get("ads_rejected", 0) >= 5
