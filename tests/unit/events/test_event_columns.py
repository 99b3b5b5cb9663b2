"""The fast path of events says what the plain path says, word for word: of every body, good, bad or no body at all."""

import hashlib
import json
import math
from datetime import timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lodestone.events import blake_kernel
from lodestone.events.beacon import mint
from lodestone.events.columns import EventColumns, decode_columns
from lodestone.events.outcomes import WIRE_KINDS
from lodestone.events.wire import decode_events
from lodestone.services.ingest.shapes import BatchContext
from tests.unit.services.test_ingest import BEACONS, NOW, NOW_MICROS, SECRET, a_beacon, a_door

GOOD = {
    "id": "e1",
    "type": "click",
    "time": "2026-03-04T12:00:00Z",
    "person_id": "ann",
    "item_id": "i1",
}
BEACON = mint(SECRET, a_beacon())


def written(**fields):
    return json.dumps({**GOOD, **fields})


@given(st.binary(min_size=1, max_size=64), st.integers(1, 64), st.binary(min_size=1, max_size=128))
@settings(deadline=None)
def test_the_compiled_hash_is_the_hash(key, size, message):
    out = np.empty(8, np.uint64)
    state = blake_kernel.keyed_state(key, size)

    letters = np.frombuffer(message, np.uint8)
    blake_kernel.digest(state, letters, 0, len(message), np.empty(16, np.uint64), out)

    plain = hashlib.blake2b(message, key=key, digest_size=size).digest()
    assert out.tobytes()[:size] == plain


times = st.one_of(
    st.sampled_from(
        [
            "2026-03-04T12:00:00Z", "2026-03-04T20:00:00+08:00", "2026-03-04T11:59:59.9Z", "2026-03-04t12:00:00z",
            "2026-03-04 12:00:00Z", "2026-03-04T12:00:60Z", "2026-03-04T12:00:00.1234567Z", "2026-03-04T12:00:00.Z",
            "2026-03-04T12:00:00.123456-23:59", "2026-03-04T24:00:00Z", "2026-02-29T12:00:00Z", "2024-02-29T12:00:00Z",
            "2026-03-04T12:00:00+24:00", "2026-03-04T12:00:00+08", "2026-03-04T12:00:00+0800", "2026-03-04T12:00:00",
            "0001-01-01T00:00:00+12:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-12:00", "2026-13-01T00:00:00Z",
            "2026-03-00T00:00:00Z", "20260304T120000Z", "", "now", "2026-03-04T12:00:00.5Z ", "2026-03-04T12:00:00−08:00",
        ]
    ),
    st.integers(-12_000, 12).map(lambda m: (NOW + timedelta(minutes=m)).isoformat()),
    st.datetimes().map(lambda t: t.isoformat() + "Z"),
)  # fmt: skip
numbers = st.one_of(
    st.sampled_from(
        [
            "0", "12.5", "0.1", "86400", "86400.0", "86400.1", "-0", "-1", "01", "1.", ".5", "1e2", "1E-2", "12345.6789012",
            "0.30000000000000004", "1.0005", "2.6755", "NaN", "Infinity", "true", '"1"', "50", "51", "5.0", "100000000000000000000",
        ]
    ),
    st.floats(0, 90_000).map(repr),
    st.integers(-2, 60).map(str),
)  # fmt: skip
names = st.sampled_from(["ann", "bob", "eve", "i0", "i1", "i2", "i9", "", " ", "x" * 128, "x" * 129, "ann\n", "安", "a\u200b", "安\u200d安", "\ud800", "a\\b", 'a"b', "\x7f", "tea\u00a0cup"])  # fmt: skip
texts = st.one_of(names, st.text(max_size=9))
beacons = st.sampled_from([BEACON, BEACON[:-1], BEACON[:-1] + "+", "A" * 64, "A" * 128, "A" * 129, "", "=" * 64, *(mint(SECRET, a_beacon(**more)) for more in BEACONS)])  # fmt: skip


def quoted(ascii_only):
    return lambda text: json.dumps(text, ensure_ascii=ascii_only)


def text_of(drawn):
    return st.one_of(drawn.map(quoted(True)), drawn.map(quoted(False)))


VALUES = {
    "id": text_of(st.one_of(st.sampled_from("abcdef"), texts)), "type": text_of(st.sampled_from([*WIRE_KINDS, "smile", "person", "Like", ""])),
    "time": text_of(times), "person_id": text_of(names), "item_id": text_of(names), "beacon": text_of(beacons),
    "slot": numbers, "visible_seconds": numbers, "watch_seconds": numbers, "completed": st.sampled_from(["true", "false", "1"]),
    "receipt_id": text_of(st.sampled_from(["rcp_known", "other"])), "author_id": text_of(names),
    "surface": text_of(st.sampled_from(["discover", "mine", "", "安"])), "query": text_of(texts),
    "position": st.sampled_from(['{"latitude":26.4,"longitude":108.1}', '{"latitude":91,"longitude":0}', "{}", "[[[]]]"]),
    "day": text_of(st.sampled_from(["2026-03-04", "yesterday"])), "Id": st.just("1"), "i\\u0064": st.just('"escaped"'),
    "more": st.sampled_from(['{"a":[1,{"b":"]}\\""}]}', "[]", '"\\u0000"', "1e400", "nul", "'1'"]),
}  # fmt: skip
blank = st.sampled_from(["", "", "", " ", "\t", "\n ", "\r\n"])


@st.composite
def events(draw, rough=True):
    """Draw the text of an event: good ones with few changes, so that both paths have much to do."""
    fields = [(name, json.dumps(value)) for name, value in GOOD.items()]
    fields[0] = ("id", json.dumps(draw(st.sampled_from("abcdefgh"))))
    fields[1] = ("type", json.dumps(draw(st.sampled_from(["click", "watch", "like", "unlike", "impression", "order", "search", "follow"]))))  # fmt: skip
    for name in draw(st.lists(st.sampled_from(["beacon", "watch_seconds", "slot", "visible_seconds"]), unique=True, max_size=3)):  # fmt: skip
        good = {"beacon": json.dumps(BEACON), "watch_seconds": "7.25", "slot": "3", "visible_seconds": "1"}  # fmt: skip
        fields.append((name, good[name]))
    for name in draw(st.lists(st.sampled_from(list(VALUES)), max_size=3)) if rough else ():
        value = draw(st.one_of(VALUES[name], st.just("null")))
        at = draw(st.integers(0, len(fields)))
        if draw(st.booleans()):
            fields = [field for field in fields if field[0] != name]
        fields.insert(at, (name, value))
    fields = draw(st.permutations(fields)) if draw(st.booleans()) else fields
    gap = draw(blank)
    return "{" + ("," + gap).join(f'"{name}"{gap}:{value}' for name, value in fields) + gap + "}"


def outcome(decode, body, ndjson):
    """Return what decoding comes to: events, or the error's kind and words."""
    try:
        return [msgspec.to_builtins(one) | {"is": type(one).__name__} for one in decode(body, ndjson=ndjson)]  # fmt: skip
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return type(error).__name__, str(error)


def same_decoding(body, ndjson):
    read = outcome(decode_columns, body, ndjson)
    assert read == outcome(decode_events, body, ndjson)
    return read


BODIES = st.lists(events(), max_size=6).flatmap(
    lambda parts: st.sampled_from([
        '{"events":[' + ",".join(parts) + "]}",
        ' { "events" : [ ' + " , ".join(parts) + " ] } ",
        '{"events":[' + ",".join(parts) + "]",
        '{"events":[' + ",".join(parts) + ",]}",
        '{"events":[' + ",".join(parts) + ']}{"events":[]}',
        '{"more":1,"events":[' + ",".join(parts) + "]}",
        '{"events":[' + ",".join(parts) + '],"events":[]}',
        '{"events":[' + ",".join([*parts, "7"]) + "]}",
        '{"events":[' + ",".join(["{}", *parts]) + "]}",
    ])
)  # fmt: skip


@given(BODIES)
@example('{"events":[' + written() + "]}")
@example('{"events":[' + written(query="\x00") + "," + written() + "]}")
@settings(max_examples=300, deadline=None)
def test_a_batch_read_into_columns_is_the_batch(text):
    same_decoding(text.encode("utf-8", "surrogatepass"), ndjson=False)


@given(
    st.lists(st.one_of(events(), st.sampled_from(["", " ", "{torn", "7", "\x0b", "{}", "{\n}"])), max_size=6),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_lines_read_into_columns_are_the_lines(lines, end):
    same_decoding(end.join(lines).encode("utf-8", "surrogatepass"), ndjson=True)


@given(st.binary(max_size=40), st.integers(0, 200), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_batch_with_bytes_struck_over_is_read_alike(noise, at, ndjson):
    whole = ('{"events":[' + ",".join([written(), written(beacon=BEACON)]) + "]}").encode()
    if ndjson:
        whole = (written() + "\n" + written(beacon=BEACON)).encode()
    same_decoding(whole[:at] + noise + whole[at + len(noise) :], ndjson)


@pytest.mark.parametrize("time", ["2026-03-04T12:00:00.5+08:00", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2000-02-29T23:59:59.999999Z", "1900-03-01T00:00:00-11:30", "9999-12-31T23:59:59Z"])  # fmt: skip
def test_times_are_read_into_columns_to_the_microsecond(time):
    columns = decode_columns(('{"events":[' + written(time=time) + "]}").encode(), ndjson=False)

    assert isinstance(columns, EventColumns)
    assert not columns.others
    since = columns[0].time - NOW
    assert columns.rows["time"][0] == NOW_MICROS + since // timedelta(microseconds=1)


@given(st.integers(0, 10**15 - 1), st.integers(0, 14))
@settings(max_examples=200, deadline=None)
def test_seconds_are_the_double_that_is_nearest(digits, decimals):
    text = str(digits).rjust(decimals + 1, "0")
    text = text[: len(text) - decimals] + "." + text[len(text) - decimals :] if decimals else text
    body = '{"events":[' + json.dumps(GOOD)[:-1] + f',"visible_seconds":{text}}}]}}'
    read = decode_columns(body.encode(), ndjson=False)

    if isinstance(read, EventColumns) and not read.others:
        assert read.rows["visible"][0] == float(text)
        assert math.copysign(1, read.rows["visible"][0]) == 1


def judged(door, decoded, terms):
    made = door.judge(decoded, 0, terms)
    return (
        made.facts.tobytes(), made.person_row.tolist(), made.target_row.tolist(), made.refused,
        made.duplicates, made.sealed, made.event_keys.tolist(), made.slot_keys.tolist(),
    )  # fmt: skip


@given(
    st.lists(events(), min_size=1, max_size=12),
    st.lists(events(rough=False), max_size=6),
    st.sampled_from(["server", "page", "history", "read"]),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_the_fast_path_says_what_the_plain_path_says(rough, good, who, ndjson):
    terms = {
        "server": BatchContext(NOW_MICROS, trusted=True),
        "page": BatchContext(NOW_MICROS, trusted=False, page=True),
        "history": BatchContext(NOW_MICROS, trusted=True, history=True),
        "read": BatchContext(NOW_MICROS, trusted=True, read=True),
    }[who]
    doors = a_door(), a_door()
    for part in (rough, good, rough + good):
        text = "\n".join(part) if ndjson else '{"events":[' + ",".join(part) + "]}"
        body = text.encode("utf-8", "surrogatepass")
        try:
            plain = decode_events(body, ndjson=ndjson)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        fast = decode_columns(body, ndjson=ndjson)
        assert judged(doors[0], fast, terms) == judged(doors[1], plain, terms)
