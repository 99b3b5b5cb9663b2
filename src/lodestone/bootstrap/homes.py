"""Find a home, read its settings, and bring what lies in it to the form of this version."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lodestone.base.clock import Clock
from lodestone.base.errors import InvalidError
from lodestone.services.access import OPERATOR
from lodestone.services.access.settings import Settings, load_settings
from lodestone.stores.database import answers
from lodestone.stores.disk import read_file, reason_of
from lodestone.stores.files import folders
from lodestone.stores.files.home import Address, Home, unusable
from lodestone.stores.ports import Records


def settings_of(home: str | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings: environment over `lodestone.toml` over defaults.

    Raises:
        InvalidError: Names the setting and the cure.
    """
    chosen = home or environment.get("LODESTONE_HOME") or str(_data_folder(environment))
    path = Path(chosen).expanduser().resolve()
    file = path / "lodestone.toml"
    try:
        text = (read_file(file) or b"").decode() if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it is not UTF-8"
        message = f"{file} cannot be read: {reason}; mend it, or move it away"
        raise InvalidError("setting_invalid", message) from error
    return load_settings(str(path), environment, text, named=home is not None)


def _data_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "lodestone"


def path_of(settings: Settings) -> Path:
    """Return the home directory."""
    return Path(settings.home)


def listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with another address to listen at, where one is given."""
    return replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )


@contextmanager
def quiet(home: Path) -> Iterator[bool]:
    """Say whether no server runs in a home, and keep it so meanwhile; makes nothing. Raises ConflictError."""
    path = home / "lock"
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        yield True
        return
    except OSError as error:
        raise unusable(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def serving_at(home: Path) -> Address | None:
    """Return where the server of a home answers, None when none runs.

    What a killed server has left is not believed: somebody else may listen there now, and would be shown our key.

    Raises:
        ConflictError: `home_unusable`: a file of the home is none.
    """
    with quiet(home) as alone:
        return None if alone else Home(home).address()


def adopt_folders(home: Home, records: Records) -> dict[str, str]:
    """Bring folders named by an earlier version under the names of this one.

    Returns:
        Why a community's folder could not be renamed, by id: it must not be opened beside the old one.
    """
    made = sorted(records.communities(), key=lambda record: (record.created, record.id))
    return folders.adopt(home.communities, {record.id: record.secret for record in made})


def records_answer(url: str) -> None:
    """Ask the records whether they answer. Raises InvalidError, UnavailableError."""
    if not url.startswith("sqlite:"):
        answers(url)


def operator_key(home: Home, records: Records, clock: Clock) -> str:
    """Return the operator's key of this home, made at the first start."""
    key = home.key("operator")
    if key is None:
        made = records.create_key(None, name="operator", scopes=[OPERATOR], now=clock.now())
        home.keep_key("operator", made.text)
        key = made.text
    return key
