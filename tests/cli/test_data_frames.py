"""Tables as pandas and polars write them by default: each row comes in right, or is refused by column and cure."""

import gzip
import warnings
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import polars as pl
import pytest

from lodestone.base.errors import InvalidError
from lodestone.cli.table_columns import READ, body_of, cells_of, kind_of
from lodestone.cli.table_files import read_table
from tests.cli.test_cli import lodestone, table

EIGHT = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 1, 12, tzinfo=EIGHT)
NOON_SAID = (
    "2026-03-01T12:00:00+08:00", "2026-03-01T04:00:00+00:00", "2026-03-01T04:00:00.000Z", "2026-03-01T12:00:00.000+08:00",
    "2026-03-01T12:00:00.000000+08:00", "2026-03-01T04:00:00.000000+00:00",
)  # fmt: skip
"""The same instant as each of the libraries may write it."""


def brought(path):
    """Return what an import makes of a file: bodies, and what it refuses by row."""
    kind = kind_of(path)
    taken, refused = [], {}
    for row in read_table(path, READ[kind], lambda given: cells_of(kind, given)):
        try:
            taken.append(body_of(kind, row))
        except ValueError as error:
            refused[row.line] = str(error)
    return taken, refused


def items(**columns):
    """Make two items, the second as bare as may be."""
    base = {"id": ["i1", "i2"], "kind": ["text", "video"], "author_id": ["ann", "ben"]}
    return pd.DataFrame(base | columns)


def two(first, second=None):
    """Return what two items should come to."""
    bare = [{"id": "i1", "kind": "text", "author_id": "ann"}, {"id": "i2", "kind": "video", "author_id": "ben"}]  # fmt: skip
    return [bare[0] | first, bare[1] | (second or {})]


def written(frame, path):
    """Write a frame as a user would, with the library's defaults."""
    suffix = path.name.partition(".")[2]
    if isinstance(frame, pl.DataFrame):
        write = {
            "csv": frame.write_csv,
            "ndjson": frame.write_ndjson,
            "parquet": frame.write_parquet,
        }
        write[suffix](path)
        return path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how pandas 4 will write times
        if suffix.startswith("csv"):
            frame.to_csv(path)
        elif suffix == "parquet":
            frame.to_parquet(path)
        else:
            frame.to_json(path, orient="records", lines=True)
    return path


PANDAS = ("csv", "csv.gz", "ndjson", "jsonl.gz", "parquet")
POLARS = ("csv", "ndjson", "parquet")


@pytest.mark.parametrize("suffix", PANDAS)
def test_gaps_numbers_bools_and_categories_of_pandas_come_in_right(tmp_path, suffix):
    frame = items(
        language=pd.Categorical(["zh", None]), duration_seconds=[1.5, float("nan")],
        text=["\u4e00\u676f\u8336", None], latitude=[26.5, None], longitude=[108.0, None],
    )  # fmt: skip
    known = {
        "language": "zh", "duration_seconds": 1.5, "text": "\u4e00\u676f\u8336",
        "position": {"latitude": 26.5, "longitude": 108.0},
    }  # fmt: skip

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    assert (taken, refused) == (two(known), {})


@pytest.mark.parametrize("suffix", PANDAS)
def test_bools_of_pandas_come_in_right_with_gaps_too(tmp_path, suffix):
    frame = pd.DataFrame(
        {"id": [2**62 + 1, 2], "minor": [True, None], "consent_position": [False, True]}
    )

    taken, refused = brought(written(frame, tmp_path / f"people.{suffix}"))

    assert refused == {}
    assert taken == [
        {"id": str(2**62 + 1), "minor": True, "consent": {"position": False}}, {"id": "2", "consent": {"position": True}},
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", PANDAS)
def test_instants_of_pandas_with_a_zone_come_in_right_or_are_refused_with_their_cure(
    tmp_path, suffix
):
    frame = items(created_at=pd.to_datetime([NOON, None]))

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    if "json" in suffix:  # pandas counts milliseconds there
        assert list(refused) == [1]
        assert refused[1].startswith("created_at: 1772337600000 is a count")
        assert "date_format='iso'" in refused[1]
        assert taken == two({})[1:]
    else:
        assert refused == {}
        assert taken[0].pop("created_at") in NOON_SAID
        assert taken == two({})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_instants_without_a_zone_are_refused_with_their_cure(tmp_path, suffix):
    naive = NOON.replace(tzinfo=None)
    frames = [items(created_at=pd.to_datetime([naive, None])), pl.DataFrame({"id": ["i1"], "kind": ["text"], "author_id": ["ann"], "created_at": [naive]})]  # fmt: skip

    for frame in frames:
        _, refused = brought(written(frame, tmp_path / f"items.{suffix}"))
        assert list(refused) == [2 if suffix == "csv" else 1]
        assert "created_at: " in next(iter(refused.values()))
        assert "says no zone" in next(iter(refused.values()))


def test_pandas_iso_times_come_in_right(tmp_path):
    items(created_at=pd.to_datetime([NOON, None])).to_json(
        tmp_path / "items.ndjson", orient="records", lines=True, date_format="iso"
    )

    taken, refused = brought(tmp_path / "items.ndjson")

    assert refused == {}
    assert taken[0].pop("created_at") in NOON_SAID
    assert taken == two({})


@pytest.mark.parametrize("suffix", PANDAS)
def test_ids_that_became_floats_for_a_gap_are_taken_as_what_they_were_or_refused(tmp_path, suffix):
    frame = pd.DataFrame(
        {"id": [1, 2], "type": "follow", "time": NOON.isoformat(), "person_id": 5, "author_id": [7, None], "slot": [3, None]}
    )  # fmt: skip

    taken, refused = brought(written(frame, tmp_path / f"events.{suffix}"))

    if "csv" in suffix:  # 7.0 could be somebody's id
        assert list(refused) == [2]
        assert refused[2].startswith("author_id: '7.0' is a whole number with a point")
        assert "as Int64" in refused[2]
    else:
        assert refused == {}
        assert (taken[0]["author_id"], taken[0]["slot"], taken[0]["person_id"]) == ("7", 3, "5")
    assert "author_id" not in taken[-1]
    assert "slot" not in taken[-1]


def test_nullable_integers_come_in_right_from_csv(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "type": "follow", "time": NOON.isoformat(), "author_id": pd.array([7, None], "Int64")})  # fmt: skip

    taken, refused = brought(written(frame, tmp_path / "events.csv"))

    assert (refused, taken[0]["author_id"]) == ({}, "7")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "ndjson"])
def test_ids_too_large_for_a_float_are_refused(tmp_path, suffix):
    frame = items(author_id=[2**60 + 1, None])

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    assert len(refused) == 1
    assert "author_id: " in next(iter(refused.values()))
    assert taken == [{"id": "i2", "kind": "video"}]


@pytest.mark.parametrize("suffix", PANDAS)
def test_lists_of_pandas_come_in_right_or_are_refused_with_their_cure(tmp_path, suffix):
    frame = items(tags=[["tea", "hill"], None])

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    if "csv" in suffix:
        assert refused == {
            2: "tags: \"['tea', 'hill']\" is a list as a program shows it; write it as JSON, or part names by |"
        }
    else:
        assert (taken, refused) == (two({"tags": ["tea", "hill"]}), {})


@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_weights_and_media_of_both_come_in_right(tmp_path, suffix):
    interests = [{"tea": 1.0, "\u8336": 2.5}, None]
    media = [[{"url": "/media/x.webp", "type": "image/webp", "width": 7}], None]
    for library in (pd, pl):
        people = library.DataFrame({"id": ["a", "b"], "interests": interests})
        posts = library.DataFrame({"id": ["i"], "kind": ["text"], "author_id": ["a"], "media": media[:1]})  # fmt: skip

        taken, refused = brought(written(people, tmp_path / f"people.{suffix}"))
        shown, _ = brought(written(posts, tmp_path / f"items.{suffix}"))

        assert (taken, refused) == ([{"id": "a", "interests": interests[0]}, {"id": "b"}], {})
        assert shown[0]["media"] == media[0]


@pytest.mark.parametrize("gap", ["nan", "NaN", "<NA>", "NaT", "None"])
def test_a_gap_that_was_made_text_is_refused_in_every_column(tmp_path, gap):
    frame = items(text=[gap, "ok"])
    frame.to_csv(tmp_path / "items.csv", index=False)

    taken, refused = brought(tmp_path / "items.csv")

    assert refused == {
        2: f"text: {gap!r} is how a program writes what is missing; leave the cell empty"
    }
    assert taken == two({}, {"text": "ok"})[1:]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_index_that_counts_is_passed_over_and_another_is_refused(tmp_path, suffix):
    counted = items().iloc[::-1]  # its index is 1, 0: no plain range
    reset = items().reset_index()
    named = items().set_index(pd.Index(["x", "y"]))
    as_id = items().set_index("id")

    for frame, bare in ((counted, two({})[::-1]), (reset, two({})), (as_id, two({}))):
        assert brought(written(frame, tmp_path / f"items.{suffix}")) == (bare, {})
    if suffix == "csv":
        taken, refused = brought(written(named, tmp_path / "items.csv"))
        assert (taken, list(refused)) == ([], [2, 3])
        assert refused[2].startswith("the first column has no name and holds 'x'; name it")
    else:
        with pytest.raises(InvalidError, match=r"'__index_level_0__' holds .*string'; name it"):
            brought(written(named, tmp_path / "items.parquet"))


def test_an_index_written_and_read_again_is_passed_over(tmp_path):
    items().to_csv(tmp_path / "once.csv")
    pd.read_csv(tmp_path / "once.csv").to_csv(tmp_path / "items.csv")

    assert (tmp_path / "items.csv").read_text().startswith(",Unnamed: 0,id,")
    assert brought(tmp_path / "items.csv") == (two({}), {})


@pytest.mark.parametrize("codec", ["snappy", "gzip", "zstd", "brotli", "lz4", None])
def test_every_compression_of_parquet_is_read(tmp_path, codec):
    items().to_parquet(tmp_path / "items.parquet", compression=codec)

    assert brought(tmp_path / "items.parquet") == (two({}), {})


@pytest.mark.parametrize("suffix", POLARS)
def test_what_polars_writes_comes_in_right(tmp_path, suffix):
    frame = pl.DataFrame(
        {
            "id": ["i1", "i2"], "kind": pl.Series(["text", "video"], dtype=pl.Categorical), "author_id": [2**62 + 1, 7],
            "language": pl.Series(["zh", None], dtype=pl.Enum(["zh", "en"])), "text": ["\u8336, \"tea\"\nb", None],
            "duration_seconds": [float("nan") if suffix == "parquet" else 0.5, None],
            "created_at": pl.Series([NOON, None], dtype=pl.Datetime("us", "Asia/Shanghai")),
        }
    )  # fmt: skip
    if suffix != "ndjson":
        frame = frame.with_row_index()

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    assert refused == {}
    assert taken[0].pop("created_at") in NOON_SAID
    assert taken[0].pop("duration_seconds", None) == (None if suffix == "parquet" else 0.5)
    assert taken == two(
        {"author_id": str(2**62 + 1), "language": "zh", "text": "\u8336, \"tea\"\nb"}, {"author_id": "7"}
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_lists_of_polars_come_in_right(tmp_path, suffix):
    frame = pl.DataFrame({"id": ["i1", "i2"], "kind": ["text", "video"], "author_id": ["ann", "ben"], "tags": [["tea", "hill"], None]})  # fmt: skip

    taken, refused = brought(written(frame, tmp_path / f"items.{suffix}"))

    assert (taken, refused) == (two({"tags": ["tea", "hill"]}), {})


@pytest.mark.parametrize(
    ("name", "write", "cure"),
    [
        ("items.csv.zip", lambda path: items().to_csv(path), "zip archive"),
        ("items.csv.bz2", lambda path: items().to_csv(path), "bzip2"),
        ("items.csv.xz", lambda path: items().to_csv(path), "xz"),
        ("items.json", lambda path: items().to_json(path), "lines=True"),
        ("items.json", lambda path: items().to_json(path, orient="records"), "lines=True"),
        ("items.json", lambda path: items().to_json(path, orient="split", indent=1), "lines=True"),
        ("items.feather", lambda path: pl.from_pandas(items()).write_ipc(path), "Parquet"),
        ("items.json", lambda path: path.write_bytes('{"id":"a"}\n'.encode("utf-16")), "UTF-16"),
        ("items.csv", lambda path: pd.DataFrame({0: ["i1"]}).to_csv(path), "unknown column '0'"),
        ("items.ndjson", lambda path: items(colour="red").to_json(path, orient="records", lines=True), "'colour'"),
        ("items.csv.gz", lambda path: path.write_bytes(gzip.compress(b"id\na\n" * 9000)[:-20]), "damaged"),
        ("items.csv.gz", lambda path: path.write_bytes(gzip.compress(b"PAR1....")), "unpack it once"),
    ],
    ids=["zip", "bz2", "xz", "columns", "array", "indented", "feather", "utf-16", "unnamed", "unknown", "cut", "nested"],
)  # fmt: skip
def test_a_file_of_another_form_is_refused_whole_with_its_cure(tmp_path, name, write, cure):
    write(tmp_path / name)

    with pytest.raises(InvalidError, match=cure) as caught:
        brought(tmp_path / name)

    assert caught.value.details[0].field == f"{name}:1"


def test_frames_of_both_go_into_a_community_and_a_line_that_is_cut_off_is_named(tmp_path):
    home = tmp_path / "home"
    lodestone("community", "create", "c", home=home)
    written(pl.DataFrame({"id": ["ann", "ben"], "interests": [{"tea": 1.0}, None]}), tmp_path / "people.parquet")  # fmt: skip
    written(items(tags=[["tea"], None]), tmp_path / "items.jsonl.gz")
    time = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
    event = f'{{"id":"e1","type":"like","time":"{time}","person_id":"ann","item_id":"i2"}}\n'
    (tmp_path / "events.ndjson").write_text(event + event[:40])

    told = table(
        home, "import", "table", *(str(tmp_path / name) for name in ("people.parquet", "items.jsonl.gz", "events.ndjson")), status=2
    )  # fmt: skip

    assert (told["people"], told["items"], told["events"], told["refused"]) == (2, 2, 1, 1)
