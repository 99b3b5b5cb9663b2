"""What the records leave in files: erasure, back-ups, migrations, and databases that fail."""

import random
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec.structs import replace as changed
from sqlalchemy import create_engine, inspect, text

from lodestone.base.errors import (
    ConflictError,
    CorruptError,
    InvalidError,
    UnavailableError,
    UnknownError,
)
from lodestone.content import CommunityIn, DomainIn, ItemIn
from lodestone.people import PersonIn
from lodestone.stores.database import HEAD, migrate, open_records
from lodestone.stores.records.types import TermKind
from lodestone.stores.sql.columns import METADATA
from lodestone.stores.sql.errors import translated
from lodestone.traffic.policy import Policy
from records_world import ANN, NOTE, NOW, SONG, SQUARE, Place, project, raised


@pytest.fixture
def embedded(sqlite_place):
    opened = sqlite_place.open()
    opened.create_community("town", CommunityIn(), now=NOW)
    yield opened
    opened.close()


def copied(records, path):
    with closing(records.pin()) as pinned:
        pinned.copy_to(path)


def all_bytes(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def fill(records, *, people=20):
    records.put_people(
        "town", [(f"p{n}", PersonIn(name=f"Name {n}")) for n in range(people)], now=NOW
    )
    records.put_items(
        "town",
        [(f"i{n}", changed(SONG, author_id=f"p{n % people}", text=f"Text {n}")) for n in range(40)],
        now=NOW,
    )
    records.put_domain("town", "square", SQUARE, now=NOW)
    records.add_moderator("town", "square", "p1")
    records.put_policy("town", Policy(), now=NOW)
    records.set_meta("town", "import", b"7")


def contents(records):
    return repr(
        (
            records.communities(),
            records.people("town", limit=999),
            records.items("town", limit=999),
            records.domains("town", limit=999),
            records.moderators("town", "square"),
            records.policies("town"),
            list(records.item_rows("town")),
            sorted(records.person_rows("town"), key=str),
            records.pending_changes("town"),
        )
    )


def test_no_file_names_a_person_or_what_they_posted(embedded, tmp_path):
    embedded.put_person("town", "ann-of-the-mill", changed(ANN, name="Ann Miller"), now=NOW)
    embedded.put_item("town", "x", changed(NOTE, author_id="ann-of-the-mill"), now=NOW)
    embedded.put_item("town", "y", changed(NOTE, author_id="bob-of-the-hill"), now=NOW)

    files = all_bytes(tmp_path)

    for words in (b"ann-of-the-mill", b"bob-of-the-hill", b"Ann Miller", b"a note"):
        assert words not in files


def test_after_an_erasure_no_file_holds_the_key_that_opens_what_is_left(embedded, tmp_path):
    chance = random.Random(7)
    names = [f"person-{chance.getrandbits(64):x}" for _ in range(1_500)]
    for start in range(0, len(names), 100):
        some = [(name, PersonIn(name=name)) for name in names[start : start + 100]]
        embedded.put_people("town", some, now=NOW)
    for round_ in range(10):
        some = [
            (name, PersonIn(name="n" * chance.randint(1, 250))) for name in chance.sample(names, 80)
        ]
        embedded.put_people("town", some, now=NOW)
        items = [
            (f"{name}-{round_}", changed(NOTE, author_id=name, text="t" * chance.randint(1, 900)))
            for name in chance.sample(names, 80)
        ]
        embedded.put_items("town", items, now=NOW)
    keys = {name: embedded.person("town", name).key for name in names}
    assert all(key in all_bytes(tmp_path) for key in list(keys.values())[:20])

    gone = set(chance.sample(names, 60))
    for name in gone:
        embedded.erase_person("town", name, now=NOW)

    files = all_bytes(tmp_path)
    assert [name for name in gone if keys[name] in files] == []
    assert [name for name in names if name not in gone and keys[name] not in files] == []
    assert (tmp_path / "records.db-wal").stat().st_size == 0


def test_an_erasure_that_meets_a_reader_empties_the_log_at_the_next_write(embedded, tmp_path):
    embedded.put_person("town", "ann", ANN, now=NOW)
    key = embedded.person("town", "ann").key
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        # The embedded connections wait ten seconds for a reader; a test need not.
        embedded._engine.dispose()
        with embedded._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")
        embedded.erase_person("town", "ann", now=NOW)
        assert key in all_bytes(tmp_path)

    embedded.set_meta("town", "any", b"thing")

    assert key not in all_bytes(tmp_path)


def test_compacting_keeps_everything(place):
    records = place.open()
    records.create_community("town", CommunityIn(), now=NOW)
    fill(records)
    records.erase_person("town", "p2", now=NOW)
    before = contents(records)

    records.compact()

    assert contents(records) == before
    assert records.put_person("town", "new", ANN, now=NOW).created
    records.close()


def test_the_embedded_database_syncs_and_overwrites(embedded):
    with embedded._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2}


def test_a_copy_holds_everything_and_is_one_file(embedded, tmp_path):
    fill(embedded)
    folder = tmp_path / "copies"
    folder.mkdir()

    copied(embedded, folder / "copy.db")

    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    restored = Place(f"sqlite:///{folder / 'copy.db'}").open()
    assert contents(restored) == contents(embedded)
    restored.close()
    raised(ConflictError, "backup_exists", copied, embedded, folder / "copy.db")


def test_a_restored_copy_forgets_again_who_was_erased_since(embedded, tmp_path):
    fill(embedded)
    copied(embedded, tmp_path / "copy.db")
    key = embedded.person("town", "p3").key
    embedded.erase_person("town", "p3", now=NOW)
    assert key in (tmp_path / "copy.db").read_bytes()

    restored = Place(f"sqlite:///{tmp_path / 'copy.db'}").open()
    restored.replay_erasures("town", embedded.erased("town"), now=NOW)

    raised(UnknownError, "person_unknown", restored.person, "town", "p3")
    assert restored.items("town", limit=99) == embedded.items("town", limit=99)
    assert restored.erased("town") == embedded.erased("town")
    restored.close()
    assert key not in all_bytes(tmp_path)


def test_records_in_postgresql_are_copied_into_one_file_too(postgres_place, tmp_path):
    records = postgres_place.open()
    records.create_community("town", CommunityIn(name="Town"), now=NOW)
    fill(records)

    copied(records, tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    restored = Place(f"sqlite:///{tmp_path / 'copy.db'}").open()
    assert contents(restored) == contents(records)
    restored.close()
    records.close()


def test_compacting_forgets_the_words_that_only_the_erased_used(place):
    records = place.open()
    records.create_community("town", CommunityIn(name="Town"), now=NOW)
    ann, bob = (PersonIn(interests={"tea": 1.0, word: 1.0}) for word in ("rare-illness", "silk"))
    records.put_person("town", "ann", ann, now=NOW)
    records.put_person("town", "bob", bob, now=NOW)
    records.put_item("town", "i", ItemIn(kind="text", author_id="ann", tags=("ann-only",)), now=NOW)
    before = records.terms("town", TermKind.TAG)
    records.compact()
    kept = records.terms("town", TermKind.TAG)

    records.erase_person("town", "ann", now=NOW)
    records.compact()
    left = records.terms("town", TermKind.TAG)
    again = records.term("town", TermKind.TAG, "rare-illness")
    new = records.term("town", TermKind.TAG, "new")
    records.close()
    reopened = place.open()

    assert kept == before
    assert [text for text in left.values() if text.isprintable()] == ["tea", "silk"]
    assert (again, new) == (len(before), len(before) + 1)
    assert reopened.terms("town", TermKind.TAG)[again] == "rare-illness"
    assert [row.interests for _, row, _ in reopened.person_rows("town")] == [((0, 1.0), (2, 1.0))]
    reopened.close()


def test_compacting_forgets_professions_and_channels_that_only_the_erased_used(place):
    records = place.open()
    records.create_community("town", CommunityIn(name="Town"), now=NOW)
    for name, profession in (("ann", "last-cooper"), ("bob", "baker")):
        records.put_person("town", name, PersonIn(profession=profession), now=NOW)
    hers = {"channels": ("anns-life", "hill"), "professions": ("witch",)}
    records.put_item("town", "i", ItemIn(kind="text", author_id="ann", **hers), now=NOW)
    records.put_item("town", "j", ItemIn(kind="text", author_id="bob", channels=("hill",)), now=NOW)
    records.put_domain("town", "witch", DomainIn(kind="profession"), now=NOW)

    records.erase_person("town", "ann", now=NOW)
    records.compact()
    left = records.terms("town", TermKind.DOMAIN)
    again = records.term("town", TermKind.DOMAIN, "last-cooper")
    records.close()

    assert [text for text in left.values() if text.isprintable()] == ["baker", "hill", "witch"]
    assert again == len(left)


def test_migrating_from_the_first_revision_keeps_the_data(bare_place, tmp_path):
    source = Place(f"sqlite:///{tmp_path / 'source.db'}")
    whole = source.open()
    whole.create_community("town", CommunityIn(name="Town"), now=NOW)
    fill(whole)
    old = create_engine(bare_place.url)
    migrate(old, revision="r0001")
    with create_engine(source.url).connect() as reading, old.begin() as writing:
        first = inspect(writing).get_table_names()
        for table in [one for one in METADATA.sorted_tables if one.name in first]:
            there = {column["name"] for column in inspect(writing).get_columns(table.name)}
            there -= {column.name for column in table.c if column.autoincrement is True}
            rows = [
                {name: value for name, value in row.items() if name in there}
                for row in reading.execute(table.select()).mappings()
            ]
            if rows:
                writing.execute(table.insert(), rows)
    old.dispose()

    upgraded = bare_place.open()

    assert contents(upgraded) == contents(whole)
    assert upgraded.put_item("town", "new", NOTE, now=NOW)[-1].target == 40
    upgraded.close()
    whole.close()


def test_the_revisions_end_at_the_tables_the_code_speaks_of(bare_place):
    bare_place.open().close()
    engine = create_engine(bare_place.url)

    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == HEAD
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []
    engine.dispose()


def test_records_of_a_later_version_are_left_alone(bare_place):
    bare_place.open().close()
    engine = create_engine(bare_place.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    engine.dispose()

    raised(CorruptError, "records_newer", bare_place.open)


@pytest.mark.parametrize(
    ("url", "error", "code"),
    [
        ("nonsense", InvalidError, "records_url"),
        ("mysql://localhost/x", InvalidError, "records_url"),
        ("sqlite://", InvalidError, "records_url"),
        ("sqlite:////nowhere/at/all/records.db", UnavailableError, "records_unavailable"),
        (
            "postgresql+psycopg://lodestone@/postgres?host=/nowhere",
            UnavailableError,
            "records_unavailable",
        ),
    ],
)
def test_an_address_that_does_not_answer_is_refused(url, error, code):
    raised(error, code, open_records, url, draw=lambda: 1, project=project)


def test_a_statement_that_waits_too_long_for_another_s_lock_is_answered_as_stalled(
    embedded, tmp_path
):
    # By whichever clock: the database's own limit and a caller's deadline are a race.
    with (
        closing(sqlite3.connect(tmp_path / "records.db")) as other,
        closing(sqlite3.connect(tmp_path / "records.db", timeout=0)) as late_one,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError) as refusal, translated():
            late_one.execute("BEGIN IMMEDIATE")

    assert refusal.value.code == "records_stalled"
    assert "Nothing was done" in str(refusal.value)


def test_a_file_that_is_no_database_is_said_to_be_corrupt(tmp_path):
    (tmp_path / "records.db").write_bytes(b"not a database at all" * 100)

    raised(CorruptError, "records_damaged", Place(f"sqlite:///{tmp_path / 'records.db'}").open)


def test_a_blob_that_was_tampered_with_is_noticed(embedded, tmp_path):
    embedded.put_person("town", "ann", ANN, now=NOW)
    with closing(sqlite3.connect(tmp_path / "records.db")) as other, other:
        (doc,) = other.execute("SELECT doc FROM people").fetchone()
        other.execute("UPDATE people SET doc = ?", (doc[:-1] + bytes([doc[-1] ^ 1]),))

    raised(CorruptError, "seal_broken", embedded.person, "town", "ann")
