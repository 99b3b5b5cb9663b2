"""Back-ups brought home again: held against their manifest, built aside, put in place at one stroke."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lodestone.base.errors import ConflictError, CorruptError, LodestoneError, UnknownError
from lodestone.bootstrap.acceptance import carry_over
from lodestone.bootstrap.installation import WallClock, records_at
from lodestone.bootstrap.owning import settle_restore, tell_tightened
from lodestone.events.outcomes import FactKind
from lodestone.media import MediaFolder
from lodestone.services.access.settings import Settings
from lodestone.services.catalogue.privacy import drop_media
from lodestone.stores.database import HEAD
from lodestone.stores.files import manifest, swap
from lodestone.stores.files.home import Home
from lodestone.stores.files.manifest import MEDIA, RECORDS, CommunityEntry, Manifest
from lodestone.stores.log.file import end_of
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.ports import Records
from lodestone.stores.records.types import KeyRecord, key_digest

LOGINS: Final = "logins"
"""The key that signs logins of pages; without it every login ends."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What whoever restores lets pass."""

    replace: bool = False
    """Let what the home holds now go."""
    without_manifest: bool = False
    """Take a back-up of a version that wrote no manifest; nobody can tell whether it is whole."""
    accept_loss: bool = False
    """Take a log whose chain does not hold, and replace a home whose records cannot be read."""


@dataclass(slots=True)
class Restored:
    """What a restore has done beside copying."""

    erased: int = 0
    """People who had been erased since, and are again."""
    revoked: int = 0
    """Keys that had been revoked since, and are again."""
    history: bool = False
    """Whether the home knew what had been erased and revoked since."""
    media: bool = True
    """Whether pictures and clips were in the back-up."""
    lost: list[str] = field(default_factory=list)
    """What was let pass."""


@dataclass(frozen=True, slots=True)
class _Since:
    """What the home that is replaced knows of the time after the back-up, by community; None is the operator's."""

    erased: Mapping[str, Sequence[int]] = field(default_factory=dict)
    revoked: Mapping[str | None, Sequence[KeyRecord]] = field(default_factory=dict)


def check_backup(folder: Path) -> Manifest:
    """Hold a back-up against its manifest, and let SQLite look at every page of its databases. Changes nothing.

    Raises:
        UnknownError, ConflictError, CorruptError: See `manifest.read`, `manifest.check`; `database_corrupt`.
    """
    listed = manifest.read(folder)
    if listed.records_schema > HEAD:
        message = (
            f"{folder} was written by a later version ({listed.version}, records {listed.records_schema}; "
            f"this one knows {HEAD}); run that one"
        )
        raise ConflictError("backup_newer", message)
    manifest.check(folder, listed)
    manifest.require_sound(folder / RECORDS)
    for entry in listed.communities:
        if entry.log is not None:
            manifest.require_sound(folder / entry.log)
            with closing(manifest.read_only(folder / entry.log)) as connection:
                _require_end(entry, end_of(connection).text())
    return listed


async def restore(settings: Settings, folder: Path, leave: Leave) -> Restored:
    """Bring a back-up into a home; erase and revoke again what the home knows as erased and revoked.

    Everything is built aside, proved, and put in place at one stroke: refused, it has changed nothing; cut short,
    it leaves the home as it was or as it shall be. Whoever was logged in to a page logs in again.

    Args:
        settings: Of the home; its records must be SQLite.
        folder: What `backup` wrote.
        leave: What may be let pass.

    Raises:
        ConflictError: The home holds something, its records live in PostgreSQL, or the back-up is not one
            that can be taken.
        CorruptError: The back-up is not what its manifest says, or a log's chain does not hold.
        UnknownError: There is no back-up.
    """
    target = Path(settings.home) / RECORDS
    if settings.records_url != f"sqlite:///{target}":
        message = (
            "these records do not live in the home; restore them with their database's own tools"
        )
        raise ConflictError("restore_unsupported", message)
    listed = _manifest_of(folder, leave)
    home = Home(Path(settings.home))
    home.lock()
    tell_tightened(home)
    try:
        media = MediaFolder(Path(settings.media_url))
        settle_restore(home, media)
        restored = Restored(media=listed is None or listed.media, history=target.exists())
        since = _since(home, target, leave, restored)
        aside = swap.begin(home)
        await _build(aside, folder, listed, leave, restored)
        with closing(records_at(f"sqlite:///{aside.path / RECORDS}")) as records:
            _replay(records, since, MediaFolder(aside.path / swap.MEDIA), restored)
            carry_over(home, aside, records)
            strange = [name for name in ("operator", "demo") if _strange(home, name, records)]
        swap.commit(home, [*strange, LOGINS])
        settle_restore(home, media)
    except BaseException:
        swap.abandon(home)
        raise
    finally:
        home.unlock()
    return restored


def _manifest_of(folder: Path, leave: Leave) -> Manifest | None:
    """Return a back-up's manifest, to which it holds; None where it may have none."""
    try:
        return check_backup(folder)
    except ConflictError as error:
        if error.code != "backup_unlisted" or not leave.without_manifest:
            raise
        return None


def _since(home: Home, target: Path, leave: Leave, restored: Restored) -> _Since:
    """Return what a home that is to be replaced knows of the time since."""
    if not target.exists():
        return _Since()
    if not leave.replace:
        message = f"{home.path} already holds an installation; --replace lets it go"
        raise ConflictError("home_not_empty", message)
    try:
        with closing(records_at(f"sqlite:///{target}")) as records:
            names = [community.id for community in records.communities()]
            keys = {name: records.keys(name) for name in (None, *names)}
            return _Since(
                {name: records.erased(name) for name in names},
                {name: [key for key in keys[name] if key.revoked is not None] for name in keys},
            )
    except LodestoneError as error:
        if not leave.accept_loss:
            message = (
                f"{target} cannot be read ({error.message}), so nobody knows who was erased and which keys were "
                "revoked since the back-up; --accept-loss replaces it all the same"
            )
            raise CorruptError("home_unreadable", message) from error
        restored.history = False
        restored.lost.append(f"{target} could not be read: {error.message}")
        return _Since()


async def _build(
    aside: Home, folder: Path, listed: Manifest | None, leave: Leave, restored: Restored
) -> None:
    """Lay a back-up out in an empty home, and prove its logs."""
    shutil.copyfile(folder / RECORDS, aside.path / RECORDS)
    MediaFolder(folder / MEDIA).copy_to(aside.path / swap.MEDIA)
    with closing(records_at(f"sqlite:///{aside.path / RECORDS}")) as records:
        for record in records.communities():
            entry = _entry_of(record.id, folder, listed)
            if entry.log is None:
                restored.lost += [f"there is no log of {record.id}"] if listed is None else []
                continue
            log = aside.community(record.id) / "log.db"
            shutil.copyfile(folder / entry.log, log)
            findings = await _prove(log, record.secret, entry)
            if findings and not leave.accept_loss:
                message = (
                    f"the chain of {record.id} does not hold: {findings[0]}, {len(findings)} in all; it was so when "
                    "the back-up was made; --accept-loss takes it"
                )
                raise CorruptError("backup_chain", message)
            restored.lost += findings


def _entry_of(community: str, folder: Path, listed: Manifest | None) -> CommunityEntry:
    """Return what a back-up says of a community; without a manifest, what lies there."""
    if listed is None:
        name = manifest.log_name(community)
        return CommunityEntry(id=community, log=name if (folder / name).is_file() else None)
    for entry in listed.communities:
        if entry.id == community:
            return entry
    message = f"{folder} does not list the community {community!r} of its records"
    raise CorruptError("backup_damaged", message)


async def _prove(path: Path, secret: bytes, entry: CommunityEntry) -> list[str]:
    """Open a log, hold its end against the manifest, and walk its chain; return what does not hold."""
    log = SqliteLog.open(path, secret=secret)
    try:
        if entry.root:
            _require_end(entry, log.root())
        return [f"{finding.kind} {finding.sequence} {finding.problem}" for finding in log.verify()]
    finally:
        await log.close()


def _require_end(entry: CommunityEntry, root: str) -> None:
    if root != entry.root:
        message = f"the log of {entry.id} does not end where its manifest says"
        raise CorruptError("backup_damaged", message)


def _replay(records: Records, since: _Since, media: MediaFolder, restored: Restored) -> None:
    """Erase and revoke again."""
    now = WallClock().now()
    communities = [record.id for record in records.communities()]
    for community in communities:
        ordinals = since.erased.get(community, ())
        for ordinal in ordinals:
            with suppress(UnknownError):
                drop_media(records, community, records.person_of(community, ordinal), media)
        changes = records.replay_erasures(community, ordinals, now=now)
        restored.erased += sum(change.kind == FactKind.ERASED for change in changes)
    for owner in (None, *communities):
        alive = {key.id for key in records.keys(owner) if key.revoked is None}
        for key in since.revoked.get(owner, ()):
            if key.id in alive:
                assert key.revoked is not None
                records.revoke_key(owner, key.id, now=key.revoked)
                restored.revoked += 1


def _strange(home: Home, name: str, records: Records) -> bool:
    """Say whether a key kept in the home is one that records do not know."""
    key = home.key(name)
    return key is not None and records.find_key(key_digest(key)) is None
