"""People as they come over the wire: every bad field is named."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError
from lodestone.base.wire import INSTANT_MAX, Position, app_id, decode, instant_of, time_text
from lodestone.people import Consent, PersonIn, person_out

BAD = [
    ('{"name": 5}', "name"),
    ('{"name": "%s"}' % ("n" * 257), "name"),
    ('{"home": {"latitude": 90.01, "longitude": 0}}', "home.latitude"),
    ('{"home": {"latitude": -90.01, "longitude": 0}}', "home.latitude"),
    ('{"home": {"latitude": 0, "longitude": 180.5}}', "home.longitude"),
    ('{"home": {"latitude": 0}}', "home.longitude"),
    ('{"home": {"latitude": 0, "longitude": 0, "height": 3}}', "home.height"),
    ('{"present": {"latitude": "north", "longitude": 0}}', "present.latitude"),
    ('{"present": {"latitude": 1e999, "longitude": 0}}', "present.latitude"),
    ('{"present_at": "2023-01-02T03:04:05Z"}', "present_at"),
    ('{"profession": ""}', "profession"),
    ('{"profession": "a\\u0000b"}', "profession"),
    ('{"profession": "line\\n"}', "profession"),
    ('{"interests": {"tea": -1}}', "interests[...]"),
    ('{"interests": {"": 1}}', "interests"),
    ('{"interests": ["tea"]}', "interests"),
    ('{{"interests": {{{}}}}}'.format(",".join(f'"t{n}": 1' for n in range(65))), "interests"),
    ('{"language": "no language"}', "language"),
    ('{"consent": {"personalisation": "yes"}}', "consent.personalisation"),
    ('{"consent": {"everything": true}}', "consent.everything"),
    ('{"minor": 1}', "minor"),
    ('{"created_at": "2023-01-02T03:04:05"}', "created_at"),
    ('{"created_at": "yesterday"}', "created_at"),
    ('{"created_at": "1969-12-31T23:59:59Z"}', "created_at"),
    ('{"nmae": "Ann"}', "nmae"),
    ("[]", "body"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_is_wrong_with_a_person_is_named(body, field):
    with pytest.raises(InvalidError) as caught:
        decode(body.encode(), PersonIn, code="person_invalid")

    assert caught.value.code == "person_invalid"
    assert [one.field for one in caught.value.details] == [field]
    assert caught.value.message.startswith(field)


@pytest.mark.parametrize("body", [b"{", b"", b'{"name": "\xff"}', b'{"name": "\\ud800"}', b"nan"])
def test_what_is_no_json_is_said_to_be_malformed(body):
    with pytest.raises(InvalidError) as caught:
        decode(body, PersonIn, code="person_invalid")

    assert caught.value.code == "json_malformed"


def test_nothing_is_required_of_a_person():
    assert decode(b"{}", PersonIn, code="person_invalid") == PersonIn(consent=Consent())


def test_a_person_is_shown_in_utc_with_milliseconds():
    told = datetime(2023, 1, 2, 11, 4, 5, 678_901, tzinfo=timezone(timedelta(hours=8)))
    person = PersonIn(name="Ann", present=Position(1.5, 2.5), present_at=told, language="zh")

    shown = msgspec.to_builtins(person_out("ann", person, Instant(0)))

    assert shown == {
        "id": "ann",
        "name": "Ann",
        "home": None,
        "present": {"latitude": 1.5, "longitude": 2.5},
        "present_at": "2023-01-02T03:04:05.678Z",
        "profession": None,
        "interests": {},
        "language": "zh",
        "consent": {"personalisation": True, "position": True, "shown_at_home": False},
        "minor": False,
        "created_at": "1970-01-01T00:00:00.000Z",
        "translations": {},
    }


@pytest.mark.parametrize("text", ["a", "用户 1", "p/1:x?", "🙂", "x" * 128])
def test_an_id_is_anything_printable(text):
    assert app_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "x" * 129, "a\n", "\ta", "a\0b", "a\u202eb", "a\u2028b", "\u200b", "\ud800"]
)
def test_an_id_is_nothing_else(text):
    with pytest.raises(InvalidError) as caught:
        app_id(text, field="item_id")

    assert (caught.value.code, caught.value.details[0].field) == ("id_invalid", "item_id")


@given(st.integers(0, INSTANT_MAX))
def test_a_time_survives_being_written_to_the_millisecond(instant):
    read = instant_of(datetime.fromisoformat(time_text(Instant(instant))))

    assert read == instant // 1_000 * 1_000


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_is_exact_to_the_microsecond(time):
    instant = instant_of(time)

    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant) == time
