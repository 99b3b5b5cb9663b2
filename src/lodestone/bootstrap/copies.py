"""Back-ups brought home again, and copies read beside a running engine."""

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import ConflictError, UnknownError
from lodestone.bootstrap.installation import (
    WallClock,
    records_at,
    settle_restore,
    tell_tightened,
)
from lodestone.content.vectors import interest
from lodestone.events.facts import Facts, empty_facts
from lodestone.events.outcomes import Kind
from lodestone.features.state import ATTENTION, State
from lodestone.insight.evaluation import World
from lodestone.media import MediaFolder
from lodestone.services.keeping import MEDIA, file_of
from lodestone.services.personal import drop_media
from lodestone.services.settings import Settings
from lodestone.stores import swap
from lodestone.stores.home import Home
from lodestone.stores.log_sqlite import SqliteLog
from lodestone.stores.ports import Offset
from lodestone.stores.records import Records, TermKind, key_digest
from lodestone.stores.swap import RECORDS


async def restore(settings: Settings, folder: Path, *, replace: bool) -> int:
    """Bring a back-up into a home and erase again whom the home knows as erased.

    Everything is built aside and put in place at one stroke: cut short, it leaves the home as it was or as it shall be.

    Args:
        settings: Of the home; its records must be SQLite.
        folder: What `backup` wrote.
        replace: Let what the home holds now go.

    Returns:
        How many people were erased again.

    Raises:
        ConflictError: The home holds something, or its records live in PostgreSQL.
        UnknownError: There is no back-up.
    """
    if not (folder / RECORDS).is_file():
        raise UnknownError("backup_unknown", f"{folder} holds no back-up")
    target = Path(settings.home) / RECORDS
    if settings.records_url != f"sqlite:///{target}":
        message = (
            "these records do not live in the home; restore them with their database's own tools"
        )
        raise ConflictError("restore_unsupported", message)
    home = Home(Path(settings.home))
    home.lock()
    tell_tightened(home)
    try:
        media = MediaFolder(Path(settings.media_url))
        settle_restore(home, media)
        erased = _erased(home, target, replace=replace)
        aside = swap.begin(home)
        count = _build(aside, folder, erased)
        with closing(records_at(f"sqlite:///{aside.path / RECORDS}")) as records:
            strange = [name for name in ("operator", "demo") if _strange(home, name, records)]
        swap.commit(home, strange)
        settle_restore(home, media)
        return count
    finally:
        home.unlock()


def _build(aside: Home, folder: Path, erased: Mapping[str, list[int]]) -> int:
    """Lay a back-up out in an empty home, erase again; return how many people were."""
    shutil.copyfile(folder / RECORDS, aside.path / RECORDS)
    MediaFolder(folder / MEDIA).copy_to(aside.path / swap.MEDIA)
    media = MediaFolder(aside.path / swap.MEDIA)
    count = 0
    with closing(records_at(f"sqlite:///{aside.path / RECORDS}")) as records:
        for record in records.communities():
            log = folder / f"{file_of(record.id)}.log.db"
            if log.is_file():
                shutil.copyfile(log, aside.community(record.id) / "log.db")
            ordinals = erased.get(record.id, [])
            for ordinal in ordinals:
                with suppress(UnknownError):
                    drop_media(records, record.id, records.person_of(record.id, ordinal), media)
            changes = records.replay_erasures(record.id, ordinals, now=WallClock().now())
            count += sum(change.kind == Kind.ERASED for change in changes)
    return count


def _strange(home: Home, name: str, records: Records) -> bool:
    """Say whether a key kept in the home is one that records do not know."""
    key = home.key(name)
    return key is not None and records.find_key(key_digest(key)) is None


def _erased(home: Home, target: Path, *, replace: bool) -> dict[str, list[int]]:
    """Return who had been erased in a home that is to be replaced."""
    if not target.exists():
        return {}
    if not replace:
        message = f"{home.path} already holds an installation; --replace lets it go"
        raise ConflictError("home_not_empty", message)
    with closing(records_at(f"sqlite:///{target}")) as records:
        return {one.id: records.erased(one.id) for one in records.communities()}


def day_of(text: str) -> int:
    """Return a date's day since the epoch. Raises ValueError."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def world_of(aside: Path, community: str) -> World:
    """Read what an evaluation needs from a back-up, which nobody else writes.

    Raises:
        UnknownError: There is no such community in it.
    """
    with closing(records_at(f"sqlite:///{aside / 'records.db'}")) as records:
        secret = records.community(community).secret
        people = [row for _, row, _ in records.person_rows(community)]
        items = [row for _, row in records.item_rows(community)]
        terms = records.terms(community, TermKind.TAG)
    rows = {person.ordinal: row for row, person in enumerate(people)}

    def fresh() -> State:
        state = State(ATTENTION)
        for row, person in enumerate(people):
            told = [(terms[code], weight) for code, weight in person.interests]
            state.put_person(row, person, interest(told).tolist())
        for item in items:
            state.put_item(item, rows.get(item.owner, -1), item.tags[0] if item.tags else -1)
        return state

    facts, who = _facts_of(aside / f"{file_of(community)}.log.db", secret, rows)
    return World(fresh, facts, who)


def _facts_of(
    path: Path, secret: bytes, rows: Mapping[int, int]
) -> tuple[Facts, NDArray[np.int64]]:
    async def read() -> list[Facts]:
        log = SqliteLog.open(path, secret=secret)
        try:
            return [batch.facts for batch in log.read(Offset(0), limit=2**40)]
        finally:
            await log.close()

    parts = asyncio.run(read())
    facts = np.concatenate(parts) if parts else empty_facts(0)
    who = np.array([rows.get(ordinal, -1) for ordinal in facts["person"].tolist()], np.int64)
    return facts, who
