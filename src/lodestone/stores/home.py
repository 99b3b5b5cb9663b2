"""The home directory: one owner at a time, files only their owner can read."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.stores.files import folders
from lodestone.stores.files.modes import FOLDER_MODE, Tightened, make_private, tighten


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
            message = (
                f"{self.path} cannot be used as a home: {error.strerror}; choose another --home"
            )
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
        except ConflictError:
            self.unlock()
            raise

    def unlock(self) -> None:
        """Let go of the home; the address no longer stands."""
        if self._lock is not None:
            (self.path / "server.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def publish(self, host: str, port: int) -> None:
        """Say where this process answers."""
        told = {"host": host, "port": port, "process": os.getpid()}
        write_private(self.path / "server.json", json.dumps(told))

    def address(self) -> Address | None:
        """Return where a server of this home says it answers, None when none does."""
        try:
            told = json.loads((self.path / "server.json").read_text())
            return Address(told["host"], told["port"], told["process"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def key(self, name: str) -> str | None:
        """Return a key kept in the home (`demo`, `operator`), None when it is not there."""
        try:
            return (self.path / f"{name}.key").read_text().strip()
        except FileNotFoundError:
            return None

    def keep_key(self, name: str, text: str) -> None:
        """Keep a key, readable by its owner alone."""
        write_private(self.path / f"{name}.key", text + "\n")

    def noted(self, name: str) -> Instant | None:
        """Return an instant noted in the home, None when it is not there."""
        try:
            return Instant(int((self.path / name).read_text()))
        except (FileNotFoundError, ValueError):
            return None

    def note(self, name: str, instant: Instant) -> None:
        """Note an instant."""
        write_private(self.path / name, f"{instant}\n")

    def drop_key(self, name: str) -> None:
        """Keep a key no longer."""
        (self.path / f"{name}.key").unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, with mode 600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
