"""The home directory: one owner at a time, files only their owner can read."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.stores.disk import read_file, reason_of
from lodestone.stores.files import folders
from lodestone.stores.files.modes import FOLDER_MODE, Tightened, make_private, tighten

KEY_LEAST: Final = 40
"""Characters that a key kept in the home has at least; less of one opens nothing."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server of a home answers."""

    host: str
    port: int
    process: int

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://{self.host}:{self.port}"


class Home:
    """Names every file of an installation and holds its lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tightened = Tightened()
        """What `lock` met that others could read."""
        self._lock: IO[str] | None = None

    @property
    def communities(self) -> Path:
        """Return where the folders of communities lie."""
        return self.path / "communities"

    def folder(self, community: str) -> Path:
        """Return a community's folder, there or not."""
        return folders.folder_of(self.communities, community)

    def community(self, community: str) -> Path:
        """Return a community's folder, made when missing. Raises as `folders.make`."""
        return folders.make(self.communities, community)

    def holds(self, path: str) -> bool:
        """Say whether a path lies in the home."""
        return Path(path).is_relative_to(self.path)

    def lock(self) -> None:
        """Become the home's owner until `unlock`, and let nobody else look in.

        Raises:
            ConflictError: Another process owns it; names that process when it is known. `home_unusable`,
                `home_foreign`: it is no folder, or not this user's.
        """
        assert self._lock is None
        make_private()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            file = (self.path / "lock").open("a+")
        except OSError as error:
            culprit = self.path / "lock" if self.path.is_dir() else self.path
            message = f"{self.path} cannot be used as a home: {culprit}: {reason_of(error)}; see to it, or choose another --home"
            raise ConflictError("home_unusable", message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            owner = self.address()
            who = (
                f"the server at {owner.url} (process {owner.process})"
                if owner
                else "another process"
            )
            raise ConflictError(
                "home_in_use", f"{self.path} is in use by {who}; stop it, or choose another --home"
            ) from None
        self._lock = file
        try:
            self.tightened = tighten(self.path)
            self._withdraw()  # what a killed server has left
        except ConflictError:
            self._lock.close()
            self._lock = None
            raise

    def unlock(self) -> None:
        """Let go of the home; the address no longer stands."""
        if self._lock is not None:
            try:
                self._withdraw()
            finally:
                self._lock.close()
                self._lock = None

    def _withdraw(self) -> None:
        path = self.path / "server.json"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unusable(path, error) from error

    def publish(self, host: str, port: int) -> None:
        """Say where this process answers."""
        document = {"host": host, "port": port, "process": os.getpid()}
        write_private(self.path / "server.json", json.dumps(document))

    def address(self) -> Address | None:
        """Return where a server of this home says it answers, None when none does."""
        try:
            address = json.loads(self._read("server.json") or b"")
            return Address(str(address["host"]), int(address["port"]), int(address["process"]))
        except (ValueError, KeyError, TypeError):
            return None

    def key(self, name: str) -> str | None:
        """Return a key kept in the home (`demo`, `operator`), None when it is not there or only a part of it is.

        Raises:
            ConflictError: `home_unusable`: what lies in its place is no file, or cannot be read.
        """
        text = (self._read(f"{name}.key") or b"").decode(errors="replace").strip()
        return text if len(text) >= KEY_LEAST and text.isascii() and text.isprintable() else None

    def keep_key(self, name: str, text: str) -> None:
        """Keep a key, readable by its owner alone."""
        write_private(self.path / f"{name}.key", text + "\n")

    def noted(self, name: str) -> Instant | None:
        """Return an instant noted in the home, None when it is not there. Raises as `key`."""
        try:
            return Instant(int(self._read(name) or b""))
        except ValueError:
            return None

    def note(self, name: str, instant: Instant) -> None:
        """Note an instant."""
        write_private(self.path / name, f"{instant}\n")

    def drop_key(self, name: str) -> None:
        """Keep a key no longer."""
        (self.path / f"{name}.key").unlink(missing_ok=True)

    def _read(self, name: str) -> bytes | None:
        path = self.path / name
        try:
            return read_file(path)
        except OSError as error:
            raise unusable(path, error) from error


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, with mode 600.

    Raises:
        ConflictError: `home_unusable`: the disk does not take it, or something else lies in its place.
    """
    try:
        _write(path, text)
    except OSError as error:
        raise unusable(path, error) from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def unusable(path: Path, error: OSError) -> ConflictError:
    """Say that a file of a home cannot be used, and what to do."""
    message = (
        f"{path} cannot be used: {reason_of(error)}; see to it, or move it away, and try again"
    )
    return ConflictError("home_unusable", message)
