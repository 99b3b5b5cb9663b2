"""Versions of item lists on disk: a folder each, whole or not at all, the last two kept.

A version is a manifest and one file to a column, mapped into memory by whoever opens it.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import CorruptError
from lodestone.stores.disk import sync

_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_WRITTEN: Final = ("best", "score", "total", "newest", "deed_item", "deed_weight")
"""Columns that an erasure writes through."""


def folder_of(root: Path, version: int) -> Path:
    """Return the folder of a version, there or not."""
    return root / f"lists-{version:06d}"


def write(
    root: Path, version: int, columns: Mapping[str, NDArray[Any]], about: Mapping[str, Any]
) -> Path:
    """Write a version; it is there whole under its name, or not there.

    Args:
        root: The folder of all versions, made when it is not there.
        version: Its number.
        columns: By name.
        about: What else is to be said of it, as plain data.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole, fresh = folder_of(root, version), root / f"lists-{version:06d}.new"
    for stale in (whole, fresh):
        shutil.rmtree(stale, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    shapes = {name: [column.dtype.str, list(column.shape)] for name, column in columns.items()}
    for name, column in columns.items():
        with (fresh / f"{name}.npy").open("wb") as file:
            np.save(file, np.ascontiguousarray(column))
            file.flush()
            os.fsync(file.fileno())
    with (fresh / _MANIFEST).open("w") as file:
        json.dump({"format": _FORMAT, "columns": shapes, "about": dict(about)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync(fresh)
    fresh.replace(whole)
    sync(root)
    return whole


def read(root: Path, version: int) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Open a version: its columns, mapped, and what was said of it; None where it is not there.

    Raises:
        CorruptError: `item_lists_corrupt`: its files are not what its manifest says.
    """
    folder = folder_of(root, version)
    if not folder.is_dir():
        return None
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
        columns = {name: _open(folder, name, *shape) for name, shape in manifest["columns"].items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = (
            f"{folder} is not what was written ({error}); remove it and run `lodestone refresh`"
        )
        raise CorruptError("item_lists_corrupt", message) from error
    return columns, manifest["about"]


def _open(folder: Path, name: str, kind: str, shape: Iterable[int]) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    if 0 in shape:
        return np.zeros(tuple(shape), np.dtype(kind))
    column: NDArray[Any] = np.load(
        path, mmap_mode="r+" if name in _WRITTEN else "r", allow_pickle=False
    )
    if column.dtype.str != kind or list(column.shape) != list(shape):
        raise ValueError(f"{path.name} holds {column.dtype.str} {column.shape}")
    return column


def prune(root: Path, wanted: Iterable[int]) -> None:
    """Remove every version but some, and what a process that ended left half written."""
    names = {folder_of(root, version).name for version in wanted}
    for path in root.glob("lists-*"):
        if path.name not in names:
            shutil.rmtree(path, ignore_errors=True)


def versions(root: Path) -> list[int]:
    """Return the numbers of the versions there, ascending."""
    return sorted(
        int(path.name.removeprefix("lists-"))
        for path in root.glob("lists-*")
        if path.suffix != ".new"
    )
