"""Snapshots of serving state on disk: whole or not at all, the last two kept."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import CorruptError
from lodestone.stores.disk import sync

_KEPT: Final = 2
_NAMES: Final = "state-[0-9]*.snapshot"
_MAGIC: Final = b"LODESTONE SNAPSHOT 5\n"


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    name: str
    kind: Any
    shape: tuple[int, ...]
    size: int


def save(folder: Path, offset: int, columns: Mapping[str, NDArray[Any]]) -> Path:
    """Write the state as it stood at a log offset; older snapshots beyond the last two go."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(column) for name, column in columns.items()}
    index = [
        _Entry(name, _kind(column.dtype), column.shape, column.nbytes)
        for name, column in arrays.items()
    ]
    head = msgspec.msgpack.encode(index)
    path = folder / f"state-{offset:015d}.snapshot"
    fresh = path.with_suffix(".new")
    hashed = hashlib.blake2b(head, digest_size=32)
    with fresh.open("wb") as file:
        file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
        for column in arrays.values():
            flat = column.reshape(-1).view(np.uint8).data if column.size else b""
            hashed.update(flat)
            file.write(flat)
        file.write(hashed.digest())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(folder)
    for old in sorted(folder.glob(_NAMES))[:-_KEPT]:
        old.unlink()
    return path


def load_newest(folder: Path, *, end: int) -> tuple[int, dict[str, NDArray[Any]]] | None:
    """Return (offset, columns) of the newest sound snapshot, which lies at or before a log's end.

    A damaged one is passed over for the one before it: the log still holds what it held.

    Raises:
        CorruptError: `snapshot_ahead`: one was made after the log's end, so the log has lost its tail.
    """
    beyond = ahead(folder, end=end)
    if beyond:
        message = (
            f"{beyond[0]} was made after fact {end}, where the log ends: the log has been shortened"
        )
        raise CorruptError("snapshot_ahead", message)
    for path in sorted(folder.glob(_NAMES), reverse=True):
        try:
            return _offset(path), read(path)
        except CorruptError:
            continue
    return None


def ahead(folder: Path, *, end: int) -> list[Path]:
    """Return the snapshots that were made after a log's end."""
    return sorted(path for path in folder.glob(_NAMES) if _offset(path) > end)


def _offset(path: Path) -> int:
    return int(path.stem.removeprefix("state-"))


def drop_all(folder: Path) -> None:
    """Remove every snapshot; after an erasure the older ones must not outlive the person."""
    for path in folder.glob("state-*"):
        path.unlink()


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Read one snapshot. Raises CorruptError when its checksum does not fit."""
    body = np.fromfile(path, np.uint8)
    start = len(_MAGIC) + 8
    if body.size < start + 32 or body[: len(_MAGIC)].tobytes() != _MAGIC:
        raise CorruptError("snapshot_corrupt", f"{path.name} is not a snapshot")
    length = int.from_bytes(body[len(_MAGIC) : start].tobytes(), "little")
    head = body[start : start + length].tobytes()
    hashed = hashlib.blake2b(head, digest_size=32)
    hashed.update(body[start + length : -32].data)
    if hashed.digest() != body[-32:].tobytes():
        raise CorruptError("snapshot_corrupt", f"{path.name} does not fit its checksum")
    columns, at = {}, start + length
    for entry in msgspec.msgpack.decode(head, type=list[_Entry]):
        kind = _dtype(entry.kind)
        columns[entry.name] = body[at : at + entry.size].copy().view(kind).reshape(entry.shape)
        at += entry.size
    return columns


def _kind(dtype: np.dtype[Any]) -> Any:
    """Write a dtype as plain data, rows with the places of their fields."""
    if dtype.names is None:
        return dtype.str
    assert dtype.fields is not None
    fields = []
    for name in dtype.names:
        base, place = dtype.fields[name][:2]
        element, shape = base.subdtype or (base, ())
        fields.append([name, element.str, list(shape), place])
    return [dtype.itemsize, fields]


def _dtype(kind: Any) -> np.dtype[Any]:
    if isinstance(kind, str):
        return np.dtype(kind)
    size, fields = kind
    return np.dtype(
        {
            "names": [name for name, _, _, _ in fields],
            "formats": [(element, tuple(shape)) for _, element, shape, _ in fields],
            "offsets": [place for _, _, _, place in fields],
            "itemsize": size,
        }
    )
