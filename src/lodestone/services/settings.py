"""Settings: read once, frozen, each with the place it came from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.commerce.reach import REACH_DEFAULT, REACHES, Reach

NAMES: Final = {
    "host": "127.0.0.1",
    "port": "8000",
    "records_url": "",
    "state_url": "memory://",
    "lake_url": "",
    "media_url": "",
    "webhook_reach": REACH_DEFAULT,
}
"""Every setting but the home, with its default; empty means a file or folder in the home."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one process. `origins` says for `doctor` where each came from."""

    home: str
    host: str
    port: int
    records_url: str
    state_url: str
    lake_url: str
    media_url: str
    webhook_reach: Reach
    origins: Mapping[str, str]


def load_settings(home: str, environment: Mapping[str, str], file_text: str) -> Settings:
    """Lay environment over `lodestone.toml` over defaults.

    Args:
        home: The home directory, already chosen.
        environment: The process's environment.
        file_text: The text of `lodestone.toml`, empty when there is none.

    Raises:
        InvalidError: Names the setting and the cure.
    """
    told = _read_file(file_text)
    values: dict[str, str] = {}
    origins = {"home": "LODESTONE_HOME" if environment.get("LODESTONE_HOME") else "default"}
    for name, default in NAMES.items():
        variable = f"LODESTONE_{name.upper()}"
        if environment.get(variable):
            values[name], origins[name] = environment[variable], variable
        elif name in told:
            values[name], origins[name] = str(told[name]), "lodestone.toml"
        else:
            values[name], origins[name] = default, "default"
    return Settings(
        home=home,
        host=values["host"],
        port=_port(values["port"], origins["port"]),
        records_url=values["records_url"] or f"sqlite:///{home}/records.db",
        state_url=_memory_only(values["state_url"]),
        lake_url=values["lake_url"] or f"{home}/lake",
        media_url=values["media_url"] or f"{home}/media",
        webhook_reach=_reach(values["webhook_reach"], origins["webhook_reach"]),
        origins=origins,
    )


def _read_file(text: str) -> dict[str, object]:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(
            "settings_malformed", f"lodestone.toml cannot be read: {error}"
        ) from error
    unknown = sorted(set(told) - set(NAMES))
    if unknown:
        cure = f"the settings are {', '.join(sorted(NAMES))}"
        problems = tuple(Problem(name, cure) for name in unknown)
        raise InvalidError(
            "setting_unknown", f"lodestone.toml: unknown {unknown[0]!r}; {cure}", problems
        )
    return told


def _port(text: str, origin: str) -> int:
    if text.isdigit() and 0 <= int(text) <= 65535:
        return int(text)
    raise InvalidError("setting_invalid", f"port (from {origin}) must be 0 to 65535, not {text!r}")


def _reach(text: str, origin: str) -> Reach:
    for reach in REACHES:
        if text == reach:
            return reach
    told = f"webhook_reach (from {origin}) must be one of {', '.join(REACHES)}, not {text!r}"
    raise InvalidError("setting_invalid", told)


def _memory_only(url: str) -> str:
    if url == "memory://":
        return url
    raise InvalidError(
        "setting_invalid", f"state_url {url!r} is not offered yet; use memory:// in one process"
    )
