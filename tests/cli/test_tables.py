"""Tables as spreadsheets, scripts and other databases write them: what can be read one way is taken, the rest is named."""

import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from typer.testing import CliRunner

from lodestone.base.errors import InvalidError
from lodestone.cli import table_cells as cells
from lodestone.cli.app import app
from lodestone.cli.table_files import TableRow, read_table
from tests.cli.test_cli import lodestone
from tests.cli.test_cli_input import exported

KNOWN = ("id", "name", "kind", "author_id", "text", "tags", "created_at")


def rows(tmp_path, content, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_table(path, KNOWN))


def taken(read):
    return [(row.line, row.cells) for row in read if row.problem is None]


def refused(read):
    return {row.line: row.problem for row in read if row.problem is not None}


def test_a_cell_beyond_the_limit_costs_its_own_row(tmp_path):
    read = rows(tmp_path, f"id,name\na,A\nb,{'x' * 140_000}\nc,C\n")

    assert taken(read) == [(2, {"id": "a", "name": "A"}), (4, {"id": "c", "name": "C"})]
    assert "131,072 characters" in refused(read)[3]


def test_a_quote_that_is_never_closed_costs_its_own_row(tmp_path):
    read = rows(tmp_path, 'id,name\na,A\nb,"B\nc,C\nd,"D, d"\ne,E\n')

    assert [cells["id"] for _, cells in taken(read)] == ["a", "c", "d", "e"]
    assert list(refused(read)) == [3]
    assert "never closed" in refused(read)[3]


def test_what_may_be_part_of_an_unclosed_text_is_not_taken_for_a_row(tmp_path):
    read = rows(
        tmp_path, 'id,name\na,"one\ntwo plain\nthree says ""hello"" or "hello" there\nend",b\nc,C\n'
    )

    assert [cells["id"] for _, cells in taken(read)] == ["c"]
    assert set(refused(read)) == {2, 3, 4, 5}


def test_a_table_in_gbk_gives_only_its_plain_rows(tmp_path):
    text = "id,name\na,plain\nb,\u8054\u901a\nc,\u8336\u5c71\nd,also\n"  # the second is UTF-8 by accident
    read = rows(tmp_path, text.encode("gbk"))

    assert [cells["id"] for _, cells in taken(read)] == ["a", "d"]
    assert set(refused(read)) == {3, 4}
    assert "UTF-8" in refused(read)[3]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_table_in_utf_16_is_named_with_its_cure(tmp_path, encoding):
    with pytest.raises(
        InvalidError, match=r"people.csv:1 is UTF-16, not UTF-8; save it as CSV UTF-8"
    ):
        rows(tmp_path, "id,name\na,A\n".encode(encoding))


@pytest.mark.parametrize(
    "content",
    [
        "id;name\r\na;A\r\n", "sep=;\r\nid;name\r\na;A\r\n", "id\tname\na\tA\n", "\ufeffid,name\na,A\n", "id,name,,\na,A,,\n",
        "id , name\na,A\n", "id,name\n\na,A\n\n", "id,name\ra,A\r",
    ],
)  # fmt: skip
def test_a_spreadsheets_own_ways_are_read(tmp_path, content):
    read = rows(tmp_path, content)

    assert [cells for _, cells in taken(read)] == [{"id": "a", "name": "A"}]
    assert refused(read) == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("id,name,id\na,A,b\n", "twice"), ("name\nA\n", "no column 'id'"), ("id,colour\na,red\n", "unknown column 'colour'"),
        ("", "is empty"), ('"id,name\na,A\n', "never closed"),
    ],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_named(tmp_path, content, problem):
    with pytest.raises(InvalidError, match=problem) as caught:
        rows(tmp_path, content)

    assert caught.value.details[0].field == "people.csv:1"


def test_a_row_with_too_many_cells_or_cut_off_by_the_files_end_is_refused(tmp_path):
    read = rows(tmp_path, "id,name,kind\na,A,text,more\nb,B\nc,C")

    assert taken(read) == [(3, {"id": "b", "name": "B"})]
    assert "more cells" in refused(read)[2]
    assert "ends within this row" in refused(read)[4]


@given(st.lists(st.text(st.sampled_from('ab,"\n'), max_size=8), min_size=1, max_size=12))
def test_whatever_the_lines_every_row_taken_is_one_that_a_strict_reader_would_take(lines):
    with tempfile.TemporaryDirectory() as folder:
        read = rows(Path(folder), "id,name\n" + "\n".join(lines) + "\n")
    assert all(row.line >= 2 for row in read)
    assert [row.line for row in read] == sorted(row.line for row in read)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    [
        (cells.name, "i1", "i1"), (cells.name, 5, "5"), (cells.name, Decimal(7), "7"), (cells.name, 5.0, "5"), (cells.name, b"i1", "i1"),
        (cells.name, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (cells.number, "1.5", 1.5), (cells.number, " 3 ", 3.0), (cells.number, 2, 2.0), (cells.number, Decimal("0.5"), 0.5),
        (cells.whole, "3.0", 3), (cells.whole, 3.0, 3), (cells.whole, 4, 4),
        (cells.truth, "TRUE", True), (cells.truth, 0, False), (cells.truth, True, True),
        (cells.instant, NOON, "2026-03-01T12:00:00+00:00"),
        (cells.instant, "2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.123456Z"),
        (cells.instant, "2026-03-01 12:00:00.9999999+0800", "2026-03-01T12:00:00.999999+08:00"),
        (cells.names, "a | b", ["a", "b"]), (cells.names, ["a|b", 3, None], ["a|b", "3"]), (cells.names, 7, ["7"]),
        (cells.names, '["a|b", 3, null]', ["a|b", "3"]), (cells.names, "[]", []), (cells.weights, '{"x|y": 2}', {"x|y": 2.0}),
        (cells.objects, '[{"url": "x", "width": null}]', [{"url": "x"}]), (cells.objects, [{"expires_at": NOON}], [{"expires_at": NOON.isoformat()}]),
        (cells.day, "2026-03-01", "2026-03-01"), (cells.day, date(2026, 3, 1), "2026-03-01"),
        (cells.weights, {"tea": 1, "rice": float("nan")}, {"tea": 1.0}),
        (cells.weights, "tea:2|a:b:1", {"tea": 2.0, "a:b": 1.0}), (cells.weights, {"tea": 2, "x": None}, {"tea": 2.0}),
        (cells.weights, [("tea", 1)], {"tea": 1.0}), (cells.text, 12, "12"), (cells.text, "1.2E+3", "1.2E+3"),
    ],
)  # fmt: skip
def test_a_cell_that_means_one_thing_is_taken(reader, value, read):
    assert reader(value) == read


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (cells.name, 5.5), (cells.name, True), (cells.name, 2.0**53), (cells.name, NOON), (cells.name, date(2026, 3, 1)),
        (cells.name, ["a"]), (cells.name, b"\xff"), (cells.name, {"a": 1}), (cells.name, Decimal("1.5")), (cells.name, float("nan")),
        (cells.number, "1,234.5"), (cells.number, "1_000"), (cells.number, "１２"), (cells.number, True), (cells.number, "NaN"),
        (cells.number, float("inf")), (cells.number, NOON), (cells.number, "12 km"), (cells.number, [1]),
        (cells.whole, "3.5"), (cells.whole, 2.0**60), (cells.whole, True),
        (cells.truth, "yes"), (cells.truth, 2), (cells.truth, ""),
        (cells.instant, NOON.replace(tzinfo=None)), (cells.instant, "2026-03-01T12:00:00"), (cells.instant, "3/1/2026 8:00"),
        (cells.instant, 1_646_092_800), (cells.instant, 46082.5), (cells.instant, date(2026, 3, 1)), (cells.instant, "2026-03-01"),
        (cells.instant, timedelta(days=1)), (cells.names, "['a', 'b']"), (cells.names, '{"a"}'), (cells.names, [1.5]), (cells.names, "['a' 'b']"),
        (cells.objects, "[{'url': 'x'}]"), (cells.objects, '["x"]'), (cells.objects, "x"), (cells.objects, {"url": "x"}),
        (cells.day, "2026-3-1"), (cells.day, NOON), (cells.weights, "{'tea': 1}"), (cells.weights, '["tea"]'),
        (cells.weights, "tea|rice"), (cells.weights, ["tea"]), (cells.weights, 3), (cells.weights, "tea:x"),
    ],
)  # fmt: skip
def test_a_cell_that_could_mean_two_things_or_none_is_refused(reader, value):
    with pytest.raises(ValueError, match=r"."):
        reader(value)


@pytest.mark.parametrize(
    ("reader", "cell", "cure"),
    [
        (cells.name, "1.23457E+15", "format the column as text"), (cells.names, "tea|1E+5", "format the column as text"),
        (cells.name, "12.0", "as Int64"), (cells.names, "2.0", "as Int64"), (cells.name, "nan", "leave the cell empty"),
        (cells.text, "<NA>", "leave the cell empty"), (cells.number, "NaN", "leave the cell empty"),
        (cells.instant, "NaT", "leave the cell empty"), (cells.names, "None", "leave the cell empty"),
    ],
)  # fmt: skip
def test_a_cell_of_csv_that_a_program_may_have_written_for_another_is_refused(reader, cell, cure):
    with pytest.raises(ValueError, match=cure):
        cells.check_plain(reader, cell)


def test_every_type_of_parquet_is_taken_or_named_with_its_row(tmp_path):
    instants = pa.array([1_772_366_400_000_000_123, None, 1], pa.timestamp("ns", "UTC"))
    columns = {
        "id": pa.array(["a", "b", "c"]).dictionary_encode(),
        "name": pa.array([10**15] * 3, pa.timestamp("ms", "UTC")),  # the year 33658
        "tags": pa.array([["x"], None, []], pa.large_list(pa.large_string())),
        "created_at": instants,
        "text": pa.array([timedelta(1)] * 3, pa.duration("ns")),
    }
    path = tmp_path / "items.parquet"
    parquet.write_table(pa.table(columns), path)

    read = list(read_table(path, KNOWN))

    assert [row.line for row in read] == [1, 2, 3]
    assert read[0].cells["created_at"] == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert "created_at" not in read[1].cells
    with pytest.raises(ValueError, match="timestamp"):
        cells.text(read[0].cells["name"])
    with pytest.raises(ValueError, match=r"is no name"):
        cells.text(read[0].cells["text"])


def test_a_damaged_parquet_is_named_and_costs_only_what_lies_behind_the_damage(tmp_path):
    path = tmp_path / "items.parquet"
    parquet.write_table(
        pa.table({"id": [f"i{n}" for n in range(9_000)]}), path, row_group_size=1_000
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(InvalidError, match=r"items.parquet:1 is no Parquet"):
        list(read_table(path, KNOWN))


def test_an_import_takes_the_rows_it_can_read_names_the_rest_and_ends_with_2(tmp_path):
    home, path = tmp_path / "home", tmp_path / "people.csv"
    path.write_bytes('id,name,created_at\na,A,\nb,茶,\nc,C,2026-03-01\nd,"D,\ne,E,\n'.encode("gbk"))
    lodestone("community", "create", "c", home=home)

    done = CliRunner().invoke(app, ["import", "table", str(path), "--json", "--home", str(home)])
    lodestone("export", str(tmp_path / "out"), home=home)

    assert done.exit_code == 2
    assert json.loads(done.stdout)["refused"] == 3
    assert {person["id"] for person in exported(tmp_path / "out" / "people.ndjson")} == {"a", "e"}
    for where in ("people.csv:3: ", "people.csv:4: created_at: ", "people.csv:5: "):
        assert f"refused {where}" in done.stderr


def test_no_file_is_taken_when_another_cannot_be_read(tmp_path):
    home = tmp_path / "home"
    (tmp_path / "people.csv").write_text("id\na\n")
    (tmp_path / "events.csv").write_bytes("id\n1\n".encode("utf-16"))
    lodestone("community", "create", "c", home=home)

    code, _ = lodestone(
        "import", "table", str(tmp_path / "people.csv"), str(tmp_path / "events.csv"), home=home
    )
    lodestone("export", str(tmp_path / "out"), home=home)

    assert code == "table_encoding"
    assert exported(tmp_path / "out" / "people.ndjson") == []


def test_a_row_without_problem_holds_only_what_is_not_empty():
    assert TableRow(2).cells == {}
