"""What "Why this ad?" says of each thing an ad may ask, and what it never says."""

from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from lodestone.ads.segments import SEGMENTS
from lodestone.console.site import FOLDER
from lodestone.console.speech import Speech
from lodestone.console.why_ad import AdFacts, ad_told
from lodestone.console.words import Catalogue, Words
from lodestone.services.ads.matches import NAMED_SEGMENTS, AdOrigin, Match
from lodestone.services.feed.messages import AdNote, AdRunnerUp

NOTE = {
    "slot": 3, "ad_id": "ad", "campaign_id": "lunch", "advertiser_id": "firm", "item_id": "soup", "bought": "click",
    "bid": 900_000, "pace": 1.0, "expected_action": 0.1, "user_value": 5.0, "payment": 350_000, "due": 35_000.0,
    "rule": "vcg", "runner_up": None, "displaced": [], "organic_loss": 1.0, "others_loss": 0.0, "own_cost": 0.0, "steps": [],
    "explored": False,
}  # fmt: skip
RIVAL = AdRunnerUp(ad_id="b", campaign_id="c", offered=3.0)


def told(*matches, language="en", by_deeds=True, gone=False, **note):
    words = Words("en", NullTranslations())
    if language != "en":
        words = Catalogue(FOLDER / "locale").words(language)
    facts = AdFacts(
        note=AdNote(**{**NOTE, **note}),
        origin=None if gone else AdOrigin("Mei's soups", "soups", matches),
        names={"food": "Food", "old-town": "Old town", "ann": "Ann"},
        author="Mei", author_id="mei", by_deeds=by_deeds, personalised=True,
    )  # fmt: skip
    return ad_told(Speech(words, ZoneInfo("Asia/Shanghai"), "CNY"), facts)


@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        (Match("radius", radius_km=3.0, who="present"), "You were within 3 km of where it advertises."),
        (Match("radius", radius_km=2.5), "You are, or live, within 2.5 km of where it advertises."),
        (Match("place", ("old-town",), who="resident"), "You live in Old town."),
        (Match("place"), "You are, or live, in one of the places that it names."),
        (Match("channel", ("food",)), "You have joined the channel Food, or looked at it."),
        (Match("profession", ("food", "ann")), "You are of one of these trades, or looked at its posts: Food, Ann."),
        (Match("tag", ("tea",)), "You liked posts about this lately, or they are on this page: tea."),
        (Match("language", ("zh",)), "You read in Chinese."),
        (Match("creator", ("ann",)), "You follow Ann."),
        (Match("segment", ("newcomers",)), "You are new here."),
        (Match("alike"), "What you look at is like what people look at whom the advertiser chose."),
    ],
)  # fmt: skip
def test_each_thing_an_ad_asks_is_a_sentence(match, sentence):
    assert told(match).reasons == [sentence]


def test_a_segment_that_is_nobodys_business_is_never_named():
    names = ("debtors", "pregnant")
    for language in ("en", "zh"):
        for segments in (names, ("newcomers", "pregnant"), ()):
            said = " ".join(told(Match("segment", segments), language=language).reasons)
            assert not any(name in said for name in names)


def test_every_segment_there_is_has_been_looked_at_before_it_is_named():
    assert frozenset(SEGMENTS) >= NAMED_SEGMENTS


@pytest.mark.parametrize("bought", ["impression", "click", "order", "follow", "shop_visit", "long_view", "comment"])  # fmt: skip
def test_what_is_paid_for_and_how_much_is_said(bought):
    assert told(bought=bought).paid_for.startswith("¥0.35 ")
    assert ("screen" in told(bought=bought).paid_for) == (bought == "impression")


def test_a_rival_is_spoken_of_where_there_was_one_and_deeds_where_they_were_used():
    assert "No other ad would have stood here" in told().chosen
    assert "Another ad would have stood here" in told(runner_up=RIVAL).chosen
    assert told(by_deeds=False).used.startswith("Nothing you did was used")
    assert "what you did here" in told().used


def test_an_ad_for_everybody_and_one_that_is_gone_say_so():
    assert told().reasons == ["It is for everybody here."]
    gone = told(gone=True)
    assert (gone.payer, gone.shop_id) == ("Mei", None)
    assert gone.reasons == ["Whom it is for is not kept any more."]
