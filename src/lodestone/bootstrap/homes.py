"""Find a home, read its settings, and bring what lies in it to the form of this version."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lodestone.base.clock import Clock
from lodestone.base.errors import InvalidError
from lodestone.services.access import OPERATOR
from lodestone.services.access.settings import Settings, load_settings
from lodestone.stores.database import answers
from lodestone.stores.disk import read_file, reason_of
from lodestone.stores.files import folders
from lodestone.stores.files.home import Home
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


def adopt_folders(home: Home, records: Records) -> dict[str, str]:
    """Bring folders named by an earlier version under the names of this one.

    Returns:
        Why a community's folder could not be renamed, by id: it must not be opened beside the old one.
    """
    made = sorted(records.communities(), key=lambda one: (one.created, one.id))
    return folders.adopt(home.communities, {one.id: one.secret for one in made})


def records_answer(url: str) -> None:
    """Ask the records whether they answer. Raises InvalidError, UnavailableError."""
    if not url.startswith("sqlite:"):
        answers(url)


def operator_key(home: Home, records: Records, clock: Clock) -> str:
    """Return the operator's key of this home, made at the first start."""
    kept = home.key("operator")
    if kept is None:
        made = records.create_key(None, name="operator", scopes=[OPERATOR], now=clock.now())
        home.keep_key("operator", made.text)
        kept = made.text
    return kept
