"""What a chain shows to whoever looks: the row at fault, by name, and no other."""

import asyncio
import sqlite3
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.errors import CorruptError
from lodestone.events.facts import FACT, empty_facts
from lodestone.stores.log.chain import (
    GENESIS,
    Tip,
    link,
    merkle_root,
    parse_root,
    part_digest,
    receipt_leaf,
    root_of,
    tag_of,
)
from lodestone.stores.log.port import Finding, Offset
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.log.verify import Link, Walk

SECRET = b"a community's secret"
KEY = b"key"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A closed log of 1,100 receipts and four batches of three facts, with its root."""
    path = tmp_path_factory.mktemp("written") / "log.db"
    root = asyncio.run(write(path))
    return path, root


async def write(path):
    log = SqliteLog.open(path, secret=SECRET)
    await asyncio.gather(*(log.record(n, b"who %d" % n, b"what %d" % n) for n in range(1100)))
    for start in range(4):
        facts = empty_facts(3)
        facts["time"] = start
        await log.append(facts, [(1, b"sealed")])
    root = log.root()
    await log.close()
    return root


def after(written, tmp_path, statements, *, root=None, secret=SECRET):
    """Verify a copy of the log in which someone ran `statements`."""
    path = tmp_path / "tampered.db"
    path.write_bytes(written[0].read_bytes())
    connection = sqlite3.connect(path)
    connection.executescript(statements)
    connection.close()
    return asyncio.run(verified(path, root, secret))


async def verified(path, root, secret):
    log = SqliteLog.open(path, secret=secret)
    try:
        return log.verify(root=root)
    finally:
        await log.close()


def swap(first, second, columns):
    """Exchange columns of two receipts."""
    listed = ", ".join(columns)
    return f"""
        CREATE TEMP TABLE held AS SELECT * FROM receipt WHERE sequence IN ({first}, {second});
        UPDATE receipt SET ({listed}) = (SELECT {listed} FROM held WHERE sequence = {second})
            WHERE sequence = {first};
        UPDATE receipt SET ({listed}) = (SELECT {listed} FROM held WHERE sequence = {first})
            WHERE sequence = {second};
    """


PARTS = ("who", "what", "packed", "who_salt", "who_digest", "what_salt")
WHOLE = (*PARTS, "value", "tag")


@pytest.mark.parametrize(
    ("statements", "findings"),
    [
        ("", []),
        ("UPDATE receipt SET what = 'x' WHERE sequence = 7", [Finding(7, "tampered")]),
        ("UPDATE receipt SET what = x'28b52ffd' , packed = 1 WHERE sequence = 7", [Finding(7, "tampered")]),
        ("UPDATE receipt SET who = x'' WHERE sequence = 0", [Finding(0, "tampered")]),
        ("UPDATE receipt SET who_salt = zeroblob(15) WHERE sequence = 9", [Finding(9, "tampered")]),
        (
            "UPDATE receipt SET who_salt = zeroblob(16), who_digest = zeroblob(32) WHERE sequence = 9",
            [Finding(9, "tampered")],
        ),
        ("UPDATE receipt SET who_digest = zeroblob(32) WHERE sequence = 9", [Finding(9, "tampered")]),
        ("UPDATE receipt SET value = zeroblob(32) WHERE sequence = 8", [Finding(8, "tampered")]),
        ("UPDATE receipt SET tag = zeroblob(16) WHERE sequence = 1099", [Finding(1099, "tampered")]),
        (
            "UPDATE receipt SET who = 'x' WHERE sequence IN (20, 21, 900)",
            [Finding(20, "tampered"), Finding(21, "tampered"), Finding(900, "tampered")],
        ),
        ("DELETE FROM receipt WHERE sequence = 0", [Finding(0, "missing")]),
        ("DELETE FROM receipt WHERE sequence IN (5, 6)", [Finding(5, "missing"), Finding(6, "missing")]),
        ("DELETE FROM receipt WHERE sequence = 1023", [Finding(1023, "missing")]),
        (
            "DELETE FROM receipt WHERE sequence = 5; UPDATE receipt SET what = 'x' WHERE sequence = 6",
            [Finding(5, "missing"), Finding(6, "tampered")],
        ),
        (swap(3, 400, PARTS), [Finding(3, "reordered"), Finding(400, "reordered")]),
        (swap(3, 400, WHOLE), [Finding(3, "reordered"), Finding(400, "reordered")]),
        (swap(3, 4, PARTS), [Finding(3, "reordered"), Finding(4, "reordered")]),
        (swap(3, 4, WHOLE), [Finding(3, "reordered"), Finding(4, "reordered")]),
        (
            "DELETE FROM receipt WHERE sequence = 50; UPDATE receipt SET sequence = 50 WHERE sequence = 60",
            [Finding(50, "reordered"), Finding(60, "missing")],
        ),
        ("DELETE FROM receipt WHERE sequence >= 1022", [Finding(1022, "cut"), Finding(1023, "cut")]),
        ("UPDATE batch SET payload = zeroblob(9) WHERE first = 3", [Finding(3, "tampered", "facts")]),
        ("UPDATE batch SET sealed = x'' WHERE first = 6", [Finding(6, "tampered", "facts")]),
        ("UPDATE batch SET time = 8 WHERE first = 6", [Finding(6, "tampered", "facts")]),
        ("DELETE FROM batch WHERE first = 3", [Finding(3, "missing", "facts")]),
        ("UPDATE segment SET root = zeroblob(32)", [Finding(0, "rewritten")]),
    ],
)  # fmt: skip
def test_what_was_done_is_named_and_nothing_else(written, tmp_path, statements, findings):
    assert after(written, tmp_path, statements) == findings


def test_a_tail_cut_off_is_seen_by_a_root_kept_elsewhere(written, tmp_path):
    cut = "DELETE FROM receipt WHERE sequence >= 1098; DELETE FROM batch WHERE first >= 9;"

    assert after(written, tmp_path, cut) == []
    assert after(written, tmp_path, cut, root=written[1]) == [
        Finding(1098, "cut"),
        Finding(1099, "cut"),
        Finding(9, "cut", "facts"),
    ]


def test_a_tail_cut_off_with_its_segment_is_seen_by_a_root(written, tmp_path):
    cut = "DELETE FROM receipt WHERE sequence >= 2; DELETE FROM segment;"

    found = after(written, tmp_path, cut, root=written[1])

    assert [(one.sequence, one.problem) for one in found] == [(n, "cut") for n in range(2, 1100)]


def test_a_root_adds_nothing_to_what_is_named_already(written, tmp_path):
    tampered = "UPDATE receipt SET what = 'x' WHERE sequence = 7"
    missing = "DELETE FROM receipt WHERE sequence = 1023"

    assert after(written, tmp_path, tampered, root=written[1]) == [Finding(7, "tampered")]
    assert after(written, tmp_path, missing, root=written[1]) == [Finding(1023, "missing")]


def test_another_secret_vouches_for_nothing(written, tmp_path):
    found = after(written, tmp_path, "", secret=b"another")

    assert {one.problem for one in found} == {"tampered"}
    assert len(found) == 1100 + 4


@pytest.mark.parametrize(
    "statements",
    [
        "UPDATE batch SET payload = zeroblob(9) WHERE first = 3",
        "UPDATE batch SET payload = substr(payload, 1, 20) WHERE first = 3",
        "UPDATE batch SET sealed = x'00' WHERE first = 3",
        "UPDATE batch SET count = 2 WHERE first = 3",
        "DELETE FROM batch WHERE first = 3",
    ],
)
def test_reading_stops_at_a_batch_that_is_not_as_written(written, tmp_path, statements):
    after(written, tmp_path, statements)

    async def scenario():
        log = SqliteLog.open(tmp_path / "tampered.db", secret=SECRET)
        batches = log.read(Offset(0))
        assert next(batches).first == 0
        with pytest.raises(CorruptError, match="offset 3"):
            next(batches)
        assert [batch.first for batch in log.read(Offset(7))] == [6, 9]
        await log.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("body", [b"", b"\x00" * 8192, b"SQLite format 3\x00" + b"\x07" * 9000])
def test_what_is_no_log_is_refused_and_left_as_it_is(tmp_path, body):
    path = tmp_path / "other.db"
    if body:
        path.write_bytes(body)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE other (a)")
        connection.close()
    before = path.read_bytes()

    with pytest.raises(CorruptError):
        SqliteLog.open(path, secret=SECRET)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["other.db"]


def chained(count):
    rows, value = [], GENESIS
    for number in range(count):
        leaf = receipt_leaf(part_digest(b"s", b"%d" % number), part_digest(b"t", b""))
        value = link(value, number, leaf)
        rows.append(Link(number, leaf, value, tag_of(KEY, number, leaf, value)))
    return rows


@settings(deadline=None)
@given(st.integers(2, 40), st.data())
def test_any_single_change_is_named_at_its_row(count, data):
    rows = chained(count)
    at = data.draw(st.integers(0, count - 1))
    column = data.draw(st.sampled_from(["leaf", "value", "tag"]))
    row = rows[at]
    bad = {"leaf": row.leaf, "value": row.value, "tag": row.tag} | {column: b"\x01" * 32}

    rows[at] = Link(row.number, bad["leaf"], bad["value"], bad["tag"])

    assert Walk("receipt", KEY).findings(rows) == [Finding(at, "tampered")]


@settings(deadline=None)
@given(st.integers(3, 40), st.data())
def test_any_loss_within_is_named(count, data):
    lost = data.draw(st.sets(st.integers(0, count - 2), max_size=count - 1))

    found = Walk("receipt", KEY).findings(row for row in chained(count) if row.number not in lost)

    assert found == [Finding(number, "missing") for number in sorted(lost)]


def test_a_chain_linked_anew_by_the_holder_of_the_secret_differs_from_the_root():
    rows = chained(9)
    kept = root_of(Tip(9, rows[-1].value), [])
    leaf = receipt_leaf(b"another", b"")
    value = link(rows[7].value, 8, leaf)
    rows[8] = Link(8, leaf, value, tag_of(KEY, 8, leaf, value))

    assert Walk("receipt", KEY).findings(rows) == []
    assert Walk("receipt", KEY, root=kept).findings(rows) == [Finding(8, "rewritten")]


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20, unique=True))
def test_every_leaf_moves_the_merkle_root(leaves):
    root = merkle_root(leaves)

    for i in range(len(leaves)):
        assert merkle_root([*leaves[:i], b"x" * 32, *leaves[i + 1 :]]) != root
    for i, _ in enumerate(pairwise(leaves)):
        swapped = [*leaves[:i], leaves[i + 1], leaves[i], *leaves[i + 2 :]]
        assert merkle_root(swapped) != root


def test_a_root_is_read_as_it_was_written():
    root = root_of(Tip(5, b"r" * 32, 9, b"f" * 32), [b"s" * 32])

    assert parse_root(f" {root.text().upper()}\n") == root


def test_the_stored_layout_of_a_fact_is_the_one_payloads_were_written_in():
    # Changing FACT needs a new first byte of payloads and a reader for the old one.
    names = "key time person target receipt promises item value served day domain kind flags surface slot domain_kind source"
    assert FACT.itemsize == 72
    assert [(name, FACT.fields[name][1]) for name in FACT.names] == list(
        zip(
            names.split(),
            np.cumsum([0, 8, 8, 8, 8, 8, 8, 4, 4, 4, 4, 2, 1, 1, 1, 1, 1]),
            strict=True,
        )
    )
