"""The folders of a home's communities: named by a digest, so that no id can be too long, clash or leave the home.

An id may hold any printable characters, and file systems fold case and Unicode forms, end a name at 255
bytes and give some characters a meaning of their own. Each folder holds the id in a file, so that a person
can see whose it is and nobody is given another's.

Up to version 0.1 a folder bore the id itself with some characters spelt in hexadecimal, and two ids could
share one; `adopt` brings such a folder under its new name and to the one it belongs to.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from lodestone.base.errors import CorruptError, UnavailableError
from lodestone.stores.disk import read_file, reason_of, sync
from lodestone.stores.log.chain import tag_of
from lodestone.stores.log.plan import Keys
from lodestone.stores.log.verify import Link

NAMED: Final = "community.id"
"""The file in a folder that holds the id of its community, UTF-8."""
LOG: Final = "log.db"
_DIGEST_BYTES: Final = 16
_PREFIX: Final = "c."
"""No earlier folder's name has a full stop in it."""
_FIRST: Final = "SELECT first, leaf, value, tag FROM batch ORDER BY first LIMIT 1"


def folder_of(root: Path, community: str) -> Path:
    """Return the folder of a community under `communities`, there or not."""
    digest = hashlib.blake2b(community.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return root / f"{_PREFIX}{digest}"


def make(root: Path, community: str) -> Path:
    """Return a community's folder, made and named when it is not. Again changes nothing.

    Raises:
        UnavailableError: `folder_unavailable`: it cannot be made or looked into; says why.
        CorruptError: `folder_of_another`: it says that it belongs to another community.
    """
    folder = folder_of(root, community)
    try:
        if not folder.is_dir():
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(mode=0o700, exist_ok=True)
            sync(root)
        _name(folder, community)
    except OSError as error:
        message = f"the folder of community {community!r} cannot be used: {folder}: {reason_of(error)}; see to it and start again"
        raise UnavailableError("folder_unavailable", message) from error
    return folder


def _name(folder: Path, community: str) -> None:
    stored = owner(folder)
    if stored is None:
        fresh = folder / f"{NAMED}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(community.encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / NAMED)
        sync(folder)
    elif stored != community:
        message = f"{folder} belongs to community {stored!r}, not to {community!r}; put back the folder that was here"
        raise CorruptError("folder_of_another", message)


def owner(folder: Path) -> str | None:
    """Return the id that a folder says it belongs to, None when it says nothing. Raises OSError."""
    return (read_file(folder / NAMED) or b"").decode(errors="replace") or None


def legacy_name(community: str) -> str:
    """Return the name that a community's folder had in version 0.1."""
    return "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):x}" for c in community)


def adopt(root: Path, secrets: Mapping[str, bytes]) -> dict[str, str]:
    """Bring the folders of version 0.1 under their new names, each by one rename. Again changes nothing.

    Where several ids had one folder it goes to the community whose secret vouches for its log; a log of
    nobody's stays where it is.

    Args:
        root: The folder `communities`.
        secrets: Every community's secret, by id, oldest first.

    Returns:
        Why a folder could not be renamed, by the id of its community.
    """
    claims: dict[str, list[str]] = {}
    for community in secrets:
        claims.setdefault(_place(root, legacy_name(community)), []).append(community)
    refused = {}
    for name, ids in claims.items():
        folder = root / name
        if not name or not folder.is_dir():
            continue
        heir = (
            ids[0] if len(ids) == 1 else _heir(folder / LOG, {name: secrets[name] for name in ids})
        )
        if heir is not None and not folder_of(root, heir).exists():
            try:
                folder.rename(folder_of(root, heir))
                sync(root)
            except OSError as error:
                refused[heir] = (
                    f"{folder} cannot be renamed: {error.strerror}; see to it and start again"
                )
    return refused


def shared(root: Path, community: str, others: Iterable[str]) -> list[str]:
    """Return the other ids whose folder of version 0.1 was this community's too."""
    name = _place(root, legacy_name(community))
    return [
        other for other in others if other != community and _place(root, legacy_name(other)) == name
    ]


def _place(root: Path, name: str) -> str:
    """Return the name by which the file system knows a folder, as two spellings may be one; empty when it has none."""
    try:
        here = (root / name).stat()
    except OSError:
        return ""
    for entry in root.iterdir():
        if entry.name == name or os.path.samestat(entry.stat(), here):
            return entry.name
    return ""


def _heir(log: Path, secrets: Mapping[str, bytes]) -> str | None:
    """Return whose log this is, the first who claims it when it is empty, None when it is nobody's."""
    try:
        first = _first_link(log)
    except sqlite3.Error:
        return None
    if first is None:
        return next(iter(secrets))
    return next(
        (community for community, secret in secrets.items() if vouched(first, secret)), None
    )


def _first_link(log: Path) -> Link | None:
    """Return the first batch of facts; what the engine writes before anything else."""
    if not log.is_file() or not log.stat().st_size:
        return None
    with closing(sqlite3.connect(log)) as connection:
        row = connection.execute(_FIRST).fetchone()
    return None if row is None else Link(*row)


def vouched(batch: Link, secret: bytes) -> bool:
    """Say whether a batch's tag was made under a secret."""
    return tag_of(Keys.of(secret).facts, batch.number, batch.leaf, batch.value) == batch.tag
