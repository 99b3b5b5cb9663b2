"""Items, domains and communities as they come over the wire: every bad field is named."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError
from lodestone.base.wire import EPOCH, Money, Position, decode, instant_of
from lodestone.content import (
    CommunityIn,
    DomainIn,
    ItemIn,
    community_out,
    domain_out,
    item_out,
)
from lodestone.content import item as items
from lodestone.content.item import Label, Media, label_in_force
from lodestone.features import layout

BAD_ITEMS = [
    ('"kind": "song"', "kind"),
    ('"kind": null', "kind"),
    ('"author_id": ""', "author_id"),
    ('"author_id": 7', "author_id"),
    ('"text": "%s"' % ("t" * 20_001), "text"),
    ('"language": "zh_CN"', "language"),
    ('"tags": "tea"', "tags"),
    ('"tags": ["tea", ""]', "tags[1]"),
    ('"tags": ["tea", "tea"]', "tags"),
    ('"tags": [{}]'.format(",".join(f'"t{n}"' for n in range(17))), "tags"),
    ('"channels": ["a", "b", "c", "d", "e"]', "channels"),
    ('"channels": ["a\\u0007"]', "channels[0]"),
    ('"professions": ["a", "b", "c"]', "professions"),
    ('"professions": ["a", "a"]', "professions"),
    ('"position": {"latitude": 0, "longitude": -180.1}', "position.longitude"),
    ('"duration_seconds": -1', "duration_seconds"),
    ('"duration_seconds": 604801', "duration_seconds"),
    ('"media": [{"url": "a", "type": "video"}]', "media[0].type"),
    ('"media": [{"url": "", "type": "video/mp4"}]', "media[0].url"),
    ('"media": [{"url": "a", "type": "video/mp4", "width": 0}]', "media[0].width"),
    ('"media": [{"type": "video/mp4"}]', "media[0].url"),
    ('"state": "deleted"', "state"),
    ('"labels": [{"label": "hide", "rule": "r"}]', "labels[0].label"),
    ('"labels": [{"label": "warn"}]', "labels[0].rule"),
    ('"labels": [{"label": "warn", "rule": "r", "expires_at": "soon"}]', "labels[0].expires_at"),
    ('"created_at": "1969-01-01T00:00:00Z"', "created_at"),
    ('"created_at": 5', "created_at"),
    ('"likes": 5', "likes"),
]


@pytest.mark.parametrize(("part", "field"), BAD_ITEMS)
def test_what_is_wrong_with_an_item_is_named(part, field):
    parts = {"kind": '"kind": "video"', "author_id": '"author_id": "ann"'}
    parts[part.split('"')[1]] = part

    with pytest.raises(InvalidError) as caught:
        decode(f"{{{','.join(parts.values())}}}".encode(), ItemIn, code="item_invalid")

    assert caught.value.code == "item_invalid"
    assert [one.field for one in caught.value.details] == [field]


@pytest.mark.parametrize("field", ["kind", "author_id"])
def test_an_item_needs_a_kind_and_an_author(field):
    body = {"kind": "text", "author_id": "ann"}
    del body[field]

    with pytest.raises(InvalidError) as caught:
        decode(msgspec.json.encode(body), ItemIn, code="item_invalid")

    assert caught.value.details[0].field == field


BAD_DOMAINS = [
    ('{"name": "x"}', "kind"),
    ('{"kind": "district"}', "kind"),
    ('{"kind": "place"}', "centre"),
    ('{"kind": "channel", "centre": {"latitude": 0, "longitude": 0}}', "centre"),
    ('{"kind": "profession", "radius_km": 5}', "radius_km"),
    ('{"kind": "place", "centre": {"latitude": 0, "longitude": 0}, "radius_km": 0}', "radius_km"),
    ('{"kind": "place", "centre": {"latitude": 0, "longitude": 0}, "radius_km": 501}', "radius_km"),
    ('{"kind": "place", "centre": {"latitude": 99, "longitude": 0}}', "centre.latitude"),
    ('{"kind": "channel", "created_at": "1950-01-01T00:00:00Z"}', "created_at"),
]


@pytest.mark.parametrize(("body", "field"), BAD_DOMAINS)
def test_what_is_wrong_with_a_domain_is_named(body, field):
    with pytest.raises(InvalidError) as caught:
        decode(body.encode(), DomainIn, code="domain_invalid")

    assert [one.field for one in caught.value.details] == [field]


BAD_COMMUNITIES = [
    ('{"time_zone": "Mars/Olympus"}', "time_zone"),
    ('{"time_zone": "../UTC"}', "time_zone"),
    ('{"time_zone": "/etc/passwd"}', "time_zone"),
    ('{"time_zone": "Asia"}', "time_zone"),
    ('{"time_zone": "UTC\\u0000"}', "time_zone"),
    ('{"time_zone": ""}', "time_zone"),
    ('{"currency": "yuan"}', "currency"),
    ('{"currency": "cny"}', "currency"),
    ('{"clock": "sun"}', "clock"),
    ('{"state": "closed"}', "state"),
    ('{"seed": 1}', "seed"),
]


@pytest.mark.parametrize(("body", "field"), BAD_COMMUNITIES)
def test_what_is_wrong_with_a_community_is_named(body, field):
    with pytest.raises(InvalidError) as caught:
        decode(body.encode(), CommunityIn, code="community_invalid")

    assert [one.field for one in caught.value.details] == [field]


@pytest.mark.parametrize("body", ['{"micros": 1.5, "currency": "CNY"}', '{"micros": 1}'])
def test_money_is_whole_micros_of_a_currency(body):
    with pytest.raises(InvalidError):
        decode(body.encode(), Money, code="money_invalid")


def test_an_item_is_shown_as_it_was_sent_with_its_counters():
    expires = datetime(2023, 1, 2, tzinfo=UTC)
    item = ItemIn(
        kind="picture",
        author_id="ann",
        tags=("tea",),
        media=(Media("a", "image/png"),),
        labels=(Label("warn", "loud", expires), Label("show", "seen")),
    )

    shown = item_out("x", item, author_id="ann", created=Instant(0), counters={"like": 3})

    assert shown.counters == {"like": 3}
    assert [(one.label, one.expires_at) for one in shown.labels] == [
        ("warn", "2023-01-02T00:00:00.000Z"),
        ("show", None),
    ]
    assert msgspec.to_builtins(shown)["media"] == (
        {"url": "a", "type": "image/png", "width": None, "height": None},
    )


def test_a_place_is_shown_with_the_default_radius_and_a_channel_with_none():
    place = DomainIn(kind="place", centre=Position(1, 2))
    channel = DomainIn(kind="channel")

    assert domain_out("a", place, created=Instant(0), members=4).radius_km == 10.0
    assert domain_out("b", channel, created=Instant(0), members=0).radius_km is None


def test_a_community_is_shown_with_what_its_clock_says():
    shown = community_out("town", CommunityIn(), created=Instant(0), now=Instant(1_500_000))

    assert shown.now == "1970-01-01T00:00:01.500Z"


def test_the_names_on_the_wire_are_those_of_the_state():
    kind, label, state = (
        msgspec.json.schema_components([ItemIn])[1]["ItemIn"]["properties"]["kind"]["enum"],
        items.LABEL_ORDER,
        msgspec.json.schema_components([ItemIn])[1]["ItemIn"]["properties"]["state"]["enum"],
    )

    assert set(kind) == set(layout.KINDS)
    assert set(state) == set(layout.STATES)
    assert label == layout.LABELS
    assert items.CHANNELS_MAX == layout.CHANNELS_MAX
    assert items.PROFESSIONS_MAX == layout.PROFESSIONS_MAX


LABELS = st.lists(
    st.builds(
        Label,
        st.sampled_from(items.LABEL_ORDER),
        st.just("rule"),
        st.none() | st.datetimes(EPOCH.replace(tzinfo=None), timezones=st.just(UTC)),
    ),
    max_size=5,
)


@given(LABELS, st.integers(0, 2**52))
def test_the_label_in_force_is_the_strictest_not_expired_and_holds_until_the_next_expiry(
    labels, now
):
    strictest, until = label_in_force(labels, Instant(now))

    held = [one for one in labels if one.expires_at is None or instant_of(one.expires_at) > now]
    assert strictest == max((items.LABEL_ORDER.index(one.label) for one in held), default=0)
    expiries = [instant_of(one.expires_at) for one in held if one.expires_at is not None]
    assert until == min(expiries, default=None)
    if until is not None:
        assert label_in_force(labels, Instant(until - 1))[0] == strictest
