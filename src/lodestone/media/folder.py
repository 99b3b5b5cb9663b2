"""Media in a folder: content-addressed, written whole, never changed."""

import hashlib
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lodestone.base.errors import UnavailableError, UnknownError

SUFFIX: Final = {
    "image/webp": "webp",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}
IDENTITY: Final = "folder.id"
"""A file in the folder, served to nobody, by which an emptied or exchanged folder is noticed."""
_TYPE: Final = {suffix: kind for kind, suffix in SUFFIX.items()}


class MediaFolder:
    """Keeps media under names made of community and key, so that two communities never meet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._copies: list[MediaCopy] = []

    def put(self, community: str, key: str, kind: str, body: bytes) -> str:
        """Store bytes; return the name they are served under."""
        digest = hashlib.blake2b(digest_size=10)
        for part in (community.encode(), key.encode(), body):
            digest.update(len(part).to_bytes(8, "big") + part)
        name = f"{digest.hexdigest()}.{SUFFIX[kind]}"
        target = self.path / name[:2] / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
            with fresh.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
            _sync(target.parent)
        return name

    def identity(self, draw: Callable[[], str]) -> str:
        """Return what tells this folder from another, made from `draw` when it has nothing yet.

        Raises:
            UnavailableError: `media_unavailable`: the folder cannot be written, or something else lies there.
        """
        known = self.known_identity()
        if known is None:
            known = draw()
            try:
                self._identify(known)
            except OSError as error:
                message = f"the media folder {self.path} cannot be used: {error.strerror}; see to it, or move it away"
                raise UnavailableError("media_unavailable", message) from error
        return known

    def _identify(self, identity: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        fresh = self.path / f"{IDENTITY}.new"
        with fresh.open("w") as file:
            file.write(identity)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path / IDENTITY)

    def known_identity(self) -> str | None:
        """Return what tells this folder from another, None when it has nothing of the kind that can be read."""
        path = self.path / IDENTITY
        try:
            return path.read_text(errors="replace") if path.is_file() else None
        except OSError:
            return None  # who needs to know says that it is not there

    def holds_any(self) -> bool:
        """Say whether there is anything in it."""
        return next(self.path.glob("*/*.*"), None) is not None

    def lacks(self, name: str) -> bool:
        """Say whether nothing, or an empty file, stands under a name."""
        path = self.path / name[:2] / name
        return not path.is_file() or not path.stat().st_size

    def preview(self, name: str) -> Path:
        """Return where the raster picture of a drawing lies, once it is made; it goes with the drawing.

        Its suffix is none that is served or copied: it can be made again.
        """
        return self.path / name[:2] / f"{name}.preview"

    def drop(self, name: str) -> None:
        """Remove what is served under a name; nothing there is no trouble. A copy being made still gets it."""
        stem, _, suffix = name.partition(".")
        if suffix in _TYPE and stem.isalnum():
            for copy in list(self._copies):
                copy.take(name)
            (self.path / name[:2] / name).unlink(missing_ok=True)
            self.preview(name).unlink(missing_ok=True)

    @contextmanager
    def copying(self, folder: Path) -> Iterator["MediaCopy"]:
        """Yield a copy in the making: what is dropped from now on is in it all the same.

        Args:
            folder: Where to; made when there is something to copy.
        """
        copy = MediaCopy(self.path, folder)
        self._copies.append(copy)
        try:
            yield copy
        finally:
            self._copies.remove(copy)

    def copy_to(self, folder: Path) -> None:
        """Copy everything that is there into a folder.

        Raises:
            OSError: A file could not be copied; the copy is not whole.
        """
        with self.copying(folder) as copy:
            copy.take_all()

    def find(self, name: str) -> "MediaFile":
        """Return what is served under a name. Raises UnknownError."""
        stem, _, suffix = name.partition(".")
        if suffix in _TYPE and stem.isalnum():
            path = self.path / name[:2] / name
            with suppress(FileNotFoundError):
                return MediaFile(_TYPE[suffix], path, path.stat().st_size)
        raise UnknownError("media_unknown", "there is nothing under this name")


class MediaCopy:
    """A copy of a media folder in the making; may be asked from several threads."""

    def __init__(self, source: Path, folder: Path) -> None:
        self._source = source
        self._folder = folder
        self._lock = threading.Lock()
        self._failure: OSError | None = None

    def take(self, name: str) -> None:
        """Copy what is served under a name before it goes; a failure is raised by `take_all`."""
        try:
            self._take(self._source / name[:2] / name)
        except OSError as error:
            self._failure = error

    def take_all(self) -> int:
        """Copy everything that is there; return how many files the copy has come to.

        Raises:
            OSError: A file could not be copied; the copy is not whole.
        """
        for path in sorted(self._source.glob("*/*")):
            if path.suffix.removeprefix(".") in _TYPE:
                self._take(path)
        if self._failure is not None:
            raise self._failure
        return sum(1 for _ in self._folder.glob("*/*"))

    def _take(self, path: Path) -> None:
        """Copy one file. Files never change, so that one disk need hold them once only."""
        target = self._folder / path.parent.name / path.name
        with self._lock:
            if target.exists():
                return
            try:
                private = _private(path)
            except FileNotFoundError:
                return  # dropped since it was listed, and taken then
            target.parent.mkdir(parents=True, exist_ok=True)
            if private:
                try:
                    target.hardlink_to(path)
                except OSError:
                    private = False  # another disk, or one that knows no links
            if not private:
                fresh = target.with_suffix(".new")
                shutil.copyfile(path, fresh)
                fresh.replace(target)


def _private(path: Path) -> bool:
    """Say whether a file is its owner's alone: a link shares its mode, and a copy must not be wider."""
    status = path.stat()
    return stat.S_IMODE(status.st_mode) == 0o600 and status.st_uid == os.geteuid()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of the folder; it never changes."""

    kind: str
    path: Path
    size: int

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes in [begin, end)."""
        with self.path.open("rb") as file:
            file.seek(begin)
            return file.read(end - begin)
