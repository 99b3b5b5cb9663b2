"""What limits a campaign, by figures: each threshold on both of its sides, and the most important first."""

import pytest
from msgspec.structs import replace

from lodestone.ads.campaign import AdDelivery, ReviewCounts
from lodestone.ads.delivery import Delivery
from lodestone.ads.diagnosis import DiagnosisFigures, findings_of, of_record
from lodestone.base.wire import Money


def yuan(amount):
    return Money(round(amount * 1_000_000), "CNY")


WELL = DiagnosisFigures(
    reachable=1_240, capped=0, pages=600, pages_won=400, auctions=100, auctions_won=60, bid=yuan(2),
    winning_bid=yuan(1.5), action="click", pace=0.4, budget=yuan(30), used=yuan(12), available=yuan(100),
    actions=50,
)  # fmt: skip
APPROVED = ReviewCounts(approved=1)


def findings(*, reviews=APPROVED, **changed):
    return findings_of(replace(WELL, **changed), reviews)


def codes(**changed):
    return [finding.code for finding in findings(**changed)]


def test_what_nothing_limits_delivers_and_says_in_figures_how():
    (finding,) = findings()
    assert (finding.code, finding.advice) == ("delivering", "")
    assert finding.message == (
        "1,240 people are within reach; 40% of the bid of 2.00 CNY enters auctions, so that the budget lasts."
    )


@pytest.mark.parametrize(
    ("short", "enough", "code"),
    [
        ({"available": yuan(1.99)}, {"available": yuan(2)}, "balance_empty"),
        ({"used": yuan(28.5)}, {"used": yuan(28.49)}, "budget_spent"),
        ({"pages_won": 299}, {"pages_won": 300}, "limited_by_bid"),
        ({"auctions_won": 49}, {"auctions_won": 50}, "limited_by_bid"),
        ({"capped": 620}, {"capped": 619}, "frequency_capped"),
        ({"reachable": 999}, {"reachable": 1_000}, "audience_small"),
        ({"reviews": ReviewCounts(approved=1, pending=1)}, {}, "review"),
        ({"actions": 49}, {"actions": 50}, "learning"),
        ({"actions": 0, "action": "click"}, {"actions": 0, "action": "impression"}, "learning"),
    ],
)
def test_each_threshold_on_both_of_its_sides(short, enough, code):
    assert codes(**short) == [code]
    assert codes(**enough) == ["delivering"]


def test_the_most_important_comes_first():
    everything = {
        "available": yuan(0), "pages_won": 0, "reachable": 5, "capped": 5, "actions": 0,
        "reviews": ReviewCounts(pending=2),
    }  # fmt: skip
    assert codes(**everything) == [
        "balance_empty", "limited_by_bid", "frequency_capped", "audience_small", "review", "learning",
    ]  # fmt: skip
    assert codes(**everything, used=yuan(30))[0] == "budget_spent"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"used": yuan(30)}, "30.00 CNY of 30.00 CNY is spent or reserved."),
        ({"capped": 700}, "700 of 1,240 people within reach have seen it as often as its frequency lets them."),
        ({"reachable": 1}, "1 person is within reach."),
        ({"pages_won": 6, "auctions": 1, "auctions_won": 0}, "A bid of 2.00 CNY would win 6 of 600 pages without other ads, and about 1.50 CNY half of them; it won 0 of 1 auction that it came to."),
        ({"pages_won": 6, "auctions": 0, "winning_bid": None}, "A bid of 2.00 CNY would win 6 of 600 pages without other ads."),
    ],
)  # fmt: skip
def test_each_finding_says_its_figures(changed, message):
    assert findings(**changed)[0].message == message


@pytest.mark.parametrize("delivery", [code for code in Delivery if code is not Delivery.ELIGIBLE])
def test_whatever_the_record_says_has_something_to_do_about_it(delivery):
    finding = of_record(AdDelivery(code=delivery.name.lower(), message="so"))
    assert (finding.code, finding.message) == (delivery.name.lower(), "so")
    assert finding.advice
