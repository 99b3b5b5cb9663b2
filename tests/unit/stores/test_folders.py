"""A community's folder can be named whatever its id is, and nobody is given another's."""

import asyncio

import pytest

from lodestone.base.errors import CorruptError, UnavailableError
from lodestone.events.facts import empty_facts
from lodestone.stores.files import folders
from lodestone.stores.log.sqlite import SqliteLog

SCRIPTS = ["a", "茶", "ש", "한", "\U0001f9d1", "\U00020000", "é", "e\u0301", "Ж", "ก"]


def live(folder, secret):
    """Let a log have one fact."""

    async def write():
        log = SqliteLog.open(folder / folders.LOG, secret=secret)
        await log.append(empty_facts(1))
        await log.close()

    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(write())


def old(root, community):
    return root / folders.legacy_name(community)


@pytest.mark.parametrize("letter", SCRIPTS)
def test_the_longest_id_of_any_script_has_a_folder_that_says_whose_it_is(tmp_path, letter):
    community = (letter * 128)[:128]

    folder = folders.make(tmp_path / "communities", community)

    assert folder.is_dir()
    assert folders.owner(folder) == community
    assert folders.make(tmp_path / "communities", community) == folder


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("†", " 20"),
        ("a", "A"),
        ("é", "e\u0301"),
        ("ſ", "s"),
        ("..", "."),
        ("/", "%2f"),
        ("a.", "a"),
    ],
)
def test_two_ids_never_share_a_folder_whatever_the_file_system_folds(tmp_path, one, other):
    names = [folders.folder_of(tmp_path, each).name for each in (one, other)]

    assert names[0] != names[1]
    assert all(name == name.lower() and name.isascii() for name in names)


def test_an_id_that_is_another_ones_digest_is_given_a_folder_of_its_own(tmp_path):
    victim = folders.folder_of(tmp_path, "town").name

    for posing in (victim, victim.removeprefix("c.")):
        assert folders.folder_of(tmp_path, posing).name != victim
        assert folders.legacy_name(posing) != victim


def test_a_folder_of_an_earlier_version_is_renamed_once_with_all_that_is_in_it(tmp_path):
    live(old(tmp_path, "a town"), b"s")
    before = (old(tmp_path, "a town") / folders.LOG).read_bytes()

    refused = [folders.adopt(tmp_path, {"a town": b"s"}) for _ in range(2)]

    assert refused == [{}, {}]
    assert (folders.folder_of(tmp_path, "a town") / folders.LOG).read_bytes() == before
    assert not old(tmp_path, "a town").exists()


@pytest.mark.parametrize("owner", ["†", " 20"])
def test_of_two_that_shared_a_folder_the_one_whose_secret_vouches_for_the_log_has_it(
    tmp_path, owner
):
    secrets = {"†": b"one", " 20": b"other"}
    live(old(tmp_path, "†"), secrets[owner])

    folders.adopt(tmp_path, secrets)

    there = [name for name in secrets if folders.folder_of(tmp_path, name).exists()]
    assert there == [owner]


def test_a_shared_log_of_neither_stays_where_it_is(tmp_path):
    live(old(tmp_path, "†"), b"a third one's")

    folders.adopt(tmp_path, {"†": b"one", " 20": b"other"})

    assert [path.name for path in tmp_path.iterdir()] == ["%2020"]


def test_an_earlier_name_that_no_file_system_takes_keeps_nobody_from_being_renamed(tmp_path):
    live(old(tmp_path, "b"), b"b")

    assert folders.adopt(tmp_path, {"!" * 128: b"a", "b": b"b"}) == {}
    assert folders.folder_of(tmp_path, "b").is_dir()


def test_a_folder_that_says_it_is_anothers_is_not_used(tmp_path):
    folders.make(tmp_path, "a").rename(folders.folder_of(tmp_path, "b"))

    with pytest.raises(CorruptError, match="belongs to community 'a', not to 'b'"):
        folders.make(tmp_path, "b")


def test_a_folder_that_cannot_be_made_is_told_with_the_reason(tmp_path):
    (tmp_path / "communities").write_text("a file")

    with pytest.raises(UnavailableError, match="cannot be used"):
        folders.make(tmp_path / "communities", "a")


def test_what_was_cut_short_between_the_folder_and_its_name_is_finished(tmp_path):
    folder = folders.make(tmp_path, "a")
    (folder / folders.NAMED).unlink()

    assert folders.owner(folders.make(tmp_path, "a")) == "a"
