"""The suite of the records port: advertisers, campaigns, ad groups and ads on both databases."""

from dataclasses import replace as with_fields

import pytest
from msgspec.structs import replace

from lodestone.ads.ad import AdIn, AdReviewIn, Landing
from lodestone.ads.ad_group import AdGroupIn, Targeting, TargetPlace
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.campaign import Budget, CampaignIn, ReviewCounts
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, GoneError, InvalidError, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.commerce.shop import ReviewIn, ShopIn
from lodestone.ledger.chart import AccountKind, Code, account, advertiser, provider
from lodestone.ledger.transfers import Outcome, Transfer, transfer_id
from lodestone.stores.ads.types import LocalObjects
from records_world import ANN, HOUR, NOW, SONG, SQUARE, raised

YUAN = 1_000_000
APPROVED = AdReviewIn(decision="approved", reason="fine")
ADVERTISER = AdvertiserIn(owner_id="ann", name="Ann")
CAMPAIGN = CampaignIn(
    advertiser_id="ann-ads",
    objective="followers",
    budget=Budget(lifetime=Money(100 * YUAN, "CNY")),
)
GROUP = AdGroupIn(campaign_id="c", targeting=Targeting(tags=("tea",), followers_of=("bob", "cy")))
AD = AdIn(ad_group_id="g", item_id="song", headline="A song")


def put(records, name, given, community="town", now=NOW):
    """Write one object, whatever it is."""
    money = {"currency": "CNY"}
    match given:
        case AdvertiserIn():
            return records.put_advertiser(community, name, given, now=now)
        case CampaignIn():
            return records.put_campaign(community, name, given, **money, now=now)
        case AdGroupIn():
            return records.put_ad_group(community, name, given, **money, now=now)
    return records.put_ad(community, name, given, now=now)


OBJECTS = {"ann-ads": ADVERTISER, "c": CAMPAIGN, "g": GROUP, "a": AD}


def made(records):
    """Let Ann advertise her song to the followers of Bob and Cy."""
    for name in ("ann", "bob", "cy"):
        records.put_person("town", name, ANN, now=NOW)
    records.put_item("town", "song", SONG, now=NOW)
    for name, given in OBJECTS.items():
        assert put(records, name, given)


def activate(records):
    records.review_ad("town", "a", APPROVED)
    for name, given in list(OBJECTS.items())[1:]:
        put(records, name, replace(given, state="active"))


def test_what_was_written_is_read_back_whole_after_a_restart(place, records):
    made(records)
    activate(records)
    records.close()
    again = place.open()
    view = again.ad("town", "a")

    assert again.advertiser("town", "ann-ads").given == ADVERTISER
    assert again.campaign("town", "c").campaign.given == replace(CAMPAIGN, state="active")
    assert view.group.given == again.ad_group("town", "g").group.given
    assert view.group.given == replace(GROUP, state="active")
    assert view.ad.given == replace(AD, state="active")
    assert (view.ad.review, view.ad.reason) == ("approved", "fine")
    assert (view.item_live, view.landing_live) == (True, True)
    again.close()


def test_a_second_write_keeps_when_it_was_made_and_says_that_it_is_not_new(records):
    made(records)
    for name, given in OBJECTS.items():
        assert not put(records, name, given, now=Instant(NOW + HOUR))

    assert records.ad("town", "a").ad.created == NOW
    assert records.campaign("town", "c").campaign.created == NOW


def test_what_is_refused_changes_nothing(records, dump):
    made(records)
    before = dump()
    for name, given, error, code in (
        ("c", replace(CAMPAIGN, budget=Budget()), InvalidError, "budget_missing"),
        ("g", replace(GROUP, strategy="bid_cap"), InvalidError, "bid_missing"),
        ("a", replace(AD, item_id="none"), UnknownError, "item_unknown"),
        ("a", replace(AD, state="active"), ConflictError, "review_pending"),
        ("n", replace(ADVERTISER, owner_id="zed"), UnknownError, "person_unknown"),
        ("n", AdvertiserIn(shop_id="none", name="N"), UnknownError, "shop_unknown"),
        ("n", replace(CAMPAIGN, advertiser_id="zed"), UnknownError, "advertiser_unknown"),
        ("n", replace(GROUP, campaign_id="zed"), UnknownError, "campaign_unknown"),
        ("n", replace(AD, ad_group_id="zed"), UnknownError, "ad_group_unknown"),
    ):
        raised(error, code, put, records, name, given)

    assert dump() == before


def test_a_budget_is_not_lowered_below_what_is_spent(records):
    made(records)

    def lower(micros):
        less = replace(CAMPAIGN, budget=Budget(lifetime=Money(micros, "CNY")))
        return records.put_campaign("town", "c", less, currency="CNY", now=NOW, spent=60 * YUAN)

    raised(ConflictError, "budget_below_spent", lower, 60 * YUAN - 1)
    assert not lower(60 * YUAN)


def test_a_place_is_a_domain_of_that_kind(records):
    made(records)
    records.put_domain("town", "square", SQUARE, now=NOW)
    places = replace(GROUP, targeting=Targeting(places=(TargetPlace(domain_id="square"),)))
    assert not put(records, "g", places)
    elsewhere = replace(GROUP, targeting=Targeting(places=(TargetPlace(domain_id="tea"),)))
    raised(UnknownError, "domain_unknown", put, records, "g", elsewhere)


def test_reviews_are_counted_by_campaign_and_group_without_what_has_ended(records):
    made(records)
    for name in ("b", "d", "e"):
        put(records, name, AD)
    records.review_ad("town", "a", APPROVED)
    records.review_ad("town", "b", AdReviewIn(decision="rejected", reason="loud"))
    put(records, "e", replace(AD, state="ended"))

    counts = ReviewCounts(pending=1, approved=1, rejected=1)
    assert records.campaign("town", "c").reviews == counts
    assert records.ad_group("town", "g").reviews == counts
    assert [view.ad.id for view in records.ads("town", limit=9, review="pending")] == ["d"]


@pytest.mark.parametrize("paused", ["c", "g", "a", None])
def test_called_up_are_the_approved_ads_that_nothing_above_them_stops(records, paused):
    made(records)
    activate(records)
    put(records, "never-reviewed", AD)
    if paused is not None:
        put(records, paused, OBJECTS[paused])

    called = [view.ad.id for view in records.ads_called_up("town")]
    assert called == ([] if paused else ["a"])
    assert records.ads_called_up("other") == []


def test_pages_of_every_list_join_up(records):
    made(records)
    for name in ("b", "d"):
        put(records, f"ann-{name}", ADVERTISER)
        put(records, name, CAMPAIGN)
        put(records, f"g{name}", GROUP)
        put(records, name, AD)
    lists = {
        "advertisers": lambda row: row.id,
        "campaigns": lambda row: row.campaign.id,
        "ad_groups": lambda row: row.group.id,
        "ads": lambda row: row.ad.id,
    }
    for what, name_of in lists.items():
        page = getattr(records, what)
        whole = [name_of(row) for row in page("town", limit=9)]
        first = [name_of(row) for row in page("town", limit=2)]
        rest = [name_of(row) for row in page("town", limit=2, after=first[-1])]
        assert first + rest == whole == sorted(whole)
        assert len(whole) == 3
        assert page("other", limit=9) == []


def test_an_ad_of_a_shop_leads_there_while_the_shop_is_open(records):
    made(records)
    shop = ShopIn(owner_id="ann", name="Ann's")
    records.put_shop("town", "shop", shop, now=NOW)
    put(records, "shop-ads", AdvertiserIn(shop_id="shop", name="Ann's"))
    put(records, "sc", replace(CAMPAIGN, advertiser_id="shop-ads", objective="shop_visits"))
    put(records, "sg", AdGroupIn(campaign_id="sc", targeting=Targeting(segments_in=("customers",))))
    ad = AdIn(ad_group_id="sg", item_id="song", landing=Landing(shop_id="shop"))
    raised(ConflictError, "shop_closed", put, records, "sa", ad)
    records.review_shop("town", "shop", ReviewIn(decision="approved"), now=NOW)
    assert put(records, "sa", ad)
    assert records.ad("town", "sa").landing_live
    records.put_shop("town", "shop", replace(shop, status="closed"), now=NOW)
    assert not records.ad("town", "sa").landing_live
    assert [row.id for row in records.advertisers("town", limit=9, shop_id="shop")] == ["shop-ads"]


def test_an_erased_owners_objects_are_ended_emptied_and_their_ids_stay_taken(records, dump):
    made(records)
    activate(records)
    records.erase_person("town", "ann", now=NOW)

    for call, name in (
        (records.advertiser, "ann-ads"),
        (records.campaign, "c"),
        (records.ad_group, "g"),
        (records.ad, "a"),
    ):
        raised(GoneError, "advertiser_erased", call, "town", name)
    assert records.ads_called_up("town") == []
    assert records.ads("town", limit=9) == []
    assert records.campaigns_of_erased("town") == {"c": "ann-ads"}
    records.put_person("town", "ann", ANN, now=NOW)
    raised(GoneError, "advertiser_erased", put, records, "ann-ads", ADVERTISER)
    emptied = [row for name in ("advertisers", "ads") for row in dump()[name]]
    assert len(emptied) == 2
    assert all(r"b'\x00'" in row for row in emptied)


def test_of_followed_creators_who_are_erased_only_an_ordinal_is_left(records):
    made(records)
    records.erase_person("town", "bob", now=NOW)
    group = records.ad_group("town", "g").group
    assert (group.given.targeting.followers_of, len(group.followers)) == (("cy",), 2)
    assert not group.audience_gone
    records.erase_person("town", "cy", now=NOW)
    group = records.ad_group("town", "g").group
    assert (group.given.targeting.followers_of, len(group.followers)) == ((), 2)
    assert group.audience_gone
    assert with_fields(group, followers=()).audience_gone is False


def test_a_deposit_is_posted_once_and_only_for_an_advertiser_that_is_there(records):
    made(records)
    clearing, balance = (
        account(b"k", kind, party, "CNY")
        for kind, party in (
            (AccountKind.PROVIDER_CLEARING, provider("manual")),
            (AccountKind.ADVERTISER_BALANCE, advertiser("ann-ads")),
        )
    )

    def pay(amount, name="ann-ads"):
        deposit = Transfer(
            transfer_id("d"), clearing.id, balance.id, Micros(amount), int(Code.AD_DEPOSIT)
        )
        return records.post_deposit(
            "town", name, deposit, opening=(clearing, balance), now=NOW, today=19_000
        )

    raised(UnknownError, "advertiser_unknown", pay, YUAN, "none")
    assert records.accounts("town") == []
    outcomes = [pay(YUAN), pay(YUAN), pay(2 * YUAN)]
    assert outcomes == [Outcome.POSTED, Outcome.EXISTS, Outcome.EXISTS_WITH_DIFFERENT_AMOUNT]
    assert records.account("town", balance.id).balance == YUAN


def test_a_local_campaign_is_made_whole_or_not_at_all(records, dump):
    made(records)
    local = LocalObjects(
        "ann-ads", None, "lc", CAMPAIGN, "lg", replace(GROUP, campaign_id="lc"), "la",
        replace(AD, ad_group_id="lg"),
    )  # fmt: skip
    before = dump()
    broken = with_fields(local, ad=replace(AD, ad_group_id="lg", item_id="none"))
    raised(UnknownError, "item_unknown", records.put_local, "town", broken, currency="CNY", now=NOW)
    assert dump() == before
    assert records.put_local("town", local, currency="CNY", now=NOW)
    assert not records.put_local("town", local, currency="CNY", now=NOW)
    assert records.ad("town", "la").campaign.id == "lc"


def test_tokens_that_are_drawn_differ(records):
    drawn = {records.fresh_token() for _ in range(50)}

    assert len(drawn) == 50
    assert {len(token) for token in drawn} == {32}


def test_an_id_that_only_looks_like_a_boosts_is_no_boosts(records):
    made(records)
    names = [
        "bst_",
        "bst_" + "0" * 31,
        "bst_" + "0" * 33,
        "bst_" + "F" * 32,
        "bst_" + "f" * 31 + "g",
    ]
    for name in names:
        assert put(records, name, ADVERTISER)
    own = records.advertisers("town", limit=10, boosts=False)
    assert [record.id for record in own] == sorted([*names, "ann-ads"], key=str.encode)
