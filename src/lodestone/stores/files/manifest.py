"""The manifest of a back-up: what it holds, to the byte, so that a half of one is never taken for a whole."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from lodestone.base.errors import ConflictError, CorruptError, UnknownError
from lodestone.stores.disk import sync
from lodestone.stores.files.pins import translated

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
PARTIAL: Final = ".lodestone.partial"
"""How the name of a back-up ends that is still being made, or whose making was cut short."""
RECORDS: Final = "records.db"
MEDIA: Final = "media"
_NAME_DIGITS: Final = 16
_DIGEST_BYTES: Final = 32
_SHOWN: Final = 5
"""Problems that a refusal names at most."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its path inside the back-up with `/`, its size, its BLAKE2b-256 in hexadecimal."""

    name: str
    bytes: int
    digest: str


class CommunityEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One community and where its log ended."""

    id: str
    log: str | None
    """None where it has never been opened, and so has no log."""
    facts: int = 0
    """The offset behind its last fact."""
    receipts: int = 0
    """The number that its next receipt gets."""
    root: str = ""
    """The root of its chain; see `verify --root`."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a back-up is."""

    format: int
    version: str
    """Of the Lodestone that wrote it."""
    records_schema: str
    """The revision of its records' tables."""
    made_at: str
    media: bool
    """Whether pictures and clips are in it."""
    communities: list[CommunityEntry]
    files: list[FileEntry]
    own: str = ""
    """The digest of all of this but itself, so that a byte that has changed in a mere description is noticed too."""


class _Head(msgspec.Struct):
    format: int


def log_name(community: str) -> str:
    """Name a community's log in a back-up: its id may hold what no file's name may."""
    return f"{hashlib.blake2b(community.encode(), digest_size=_NAME_DIGITS).hexdigest()}.log.db"


def entries(folder: Path) -> list[FileEntry]:
    """Digest every file of a back-up but its manifest, by name.

    Raises:
        CorruptError: `backup_damaged`: something in it is no plain file.
    """
    return [_entry(folder, name) for name in _names(folder) if name != MANIFEST]


def write(folder: Path, manifest: Manifest) -> str:
    """Write the manifest into a back-up, synced; return its digest, to be kept elsewhere."""
    whole = replace(manifest, own=_own(manifest))
    body = msgspec.json.format(msgspec.json.encode(whole), indent=1)
    path = folder / MANIFEST
    path.write_bytes(body)
    sync(path)
    return digest_of(body)


def _own(manifest: Manifest) -> str:
    return digest_of(msgspec.json.encode(replace(manifest, own="")))


def digest_of(body: bytes) -> str:
    """Return the BLAKE2b-256 of bytes, hexadecimal."""
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()


def read(folder: Path) -> Manifest:
    """Read what a back-up says of itself.

    Raises:
        UnknownError: `backup_unknown`: the folder holds no back-up.
        ConflictError: `backup_partial`, `backup_unlisted`, `backup_newer`: its making was cut short, it has
            no manifest, or a later version has written it.
        CorruptError: `backup_damaged`: the manifest cannot be read.
    """
    if folder.resolve().name.endswith(PARTIAL):
        message = f"{folder} is a back-up whose making was cut short; take another"
        raise ConflictError("backup_partial", message)
    path = folder / MANIFEST
    if not path.is_file():
        if not (folder / RECORDS).is_file():
            raise UnknownError("backup_unknown", f"{folder} holds no back-up")
        message = (
            f"{folder} has no {MANIFEST}, so nobody can tell whether it is whole; where an older version "
            "has written it, --without-manifest takes it as it is"
        )
        raise ConflictError("backup_unlisted", message)
    body = path.read_bytes()
    try:
        head = msgspec.json.decode(body, type=_Head)
        if head.format != FORMAT:
            message = f"{folder} is of format {head.format}, this version reads {FORMAT}; run the one that wrote it"
            raise ConflictError("backup_newer", message)
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptError("backup_damaged", f"{path} cannot be read: {error}") from error
    if manifest.own != _own(manifest):
        raise CorruptError("backup_damaged", f"{path} is not as it was written")
    return manifest


def check(folder: Path, manifest: Manifest) -> None:
    """Hold every file of a back-up against its manifest.

    Raises:
        CorruptError: `backup_damaged`: a file is missing, changed, cut short, or not listed; names it.
    """
    problems = list(_problems(folder, manifest))
    if problems:
        more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        message = f"{folder} is not what its manifest says: {'; '.join(problems[:_SHOWN])}{more}"
        raise CorruptError("backup_damaged", message)


def _problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    listed = {entry.name: entry for entry in manifest.files}
    present = set(_names(folder)) - {MANIFEST}
    needed = {RECORDS} | {entry.log for entry in manifest.communities if entry.log is not None}
    for name in sorted(needed - listed.keys()):
        yield f"{name} is not listed"
    for name in sorted(listed.keys() - present):
        yield f"{name} is missing"
    for name in sorted(present - listed.keys()):
        yield f"{name} does not belong there"
    for name in sorted(listed.keys() & present):
        size = (folder / name).stat().st_size
        if size != listed[name].bytes:
            yield f"{name} has {size} bytes, not {listed[name].bytes}"
        elif _entry(folder, name).digest != listed[name].digest:
            yield f"{name} has changed"


def _entry(folder: Path, name: str) -> FileEntry:
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES))
    return FileEntry(name, path.stat().st_size, digest.hexdigest())


def _names(folder: Path) -> list[str]:
    """List every file beneath a folder; what is neither file nor folder has no place in a back-up."""
    names = []
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise CorruptError("backup_damaged", f"{path} is no plain file")
        names += [Path(parent, name).relative_to(folder).as_posix() for name in files]
    return sorted(names)


def require_sound(path: Path) -> None:
    """Let SQLite look at every page of a database that nobody writes to.

    Raises:
        CorruptError: `database_corrupt`: names the file.
    """
    with translated(path), closing(read_only(path)) as connection:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise CorruptError("database_corrupt", f"{path} is damaged: {said}")


def read_only(path: Path) -> sqlite3.Connection:
    """Open a database that nobody writes to, leaving no file beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
