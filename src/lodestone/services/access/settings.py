"""Settings: read once, frozen, each with the place it came from."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.commerce.reach import REACH_DEFAULT, REACHES, Reach
from lodestone.services.access.stripe_settings import stripe_key
from lodestone.stores.external.payment_providers import Behaviour
from lodestone.stores.sql.threads import DatabaseLimits

NAMES: Final = {
    "host": "127.0.0.1",
    "port": "8000",
    "records_url": "",
    "records_connections": "8",
    "records_pool_seconds": "5",
    "records_statement_seconds": "10",
    "records_busy_seconds": "10",
    "state_url": "memory://",
    "lake_url": "",
    "media_url": "",
    "trial_payments": "",
    "stripe_key": "",
    "stripe_webhook_secrets": "",
    "stripe_api": "https://api.stripe.com",
    "webhook_reach": REACH_DEFAULT,
    "rate_limits": "0",
    "open_limit": "1200",
    "refused_limit": "600",
    "trusted_proxies": "",
    "origins": "",
    "previews": "",
    "map_tiles": "",
    "map_attribution": "",
    "root_path": "",
    "connections": "0",
    "address_connections": "0",
    "idle_seconds": "30",
    "head_seconds": "10",
    "body_seconds": "20",
    "disk_floor": "64",
    "log_level": "info",
    "learning_growth": "0.2",
    "learning_deeds": "20000000",
    "learning_profiles": "200000",
    "learning_regressed": "5000",
    "learning_memory": "8192",
    "learning_minutes": "60",
}
"""Every setting but the home, with its default; empty means a file or folder in the home."""
SECRETS: Final = ("stripe_key", "stripe_webhook_secrets")
"""Settings that are shown to nobody."""
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_DIGITS_MAX: Final = 9
_WEB_ORIGIN: Final = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")
_TILES: Final = re.compile(
    r"(?:https://[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?)/[A-Za-z0-9._~/?&=@{}-]{1,256}"
)
_ATTRIBUTION_MAX: Final = 120
_ROOT_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]{1,64}){0,8}")
_PASSWORD: Final = re.compile(r"(?P<before>://[^/@:]*:)[^@/]*@")
_SHARE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_SECONDS: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")
_SECONDS_LEAST: Final = 0.1
_SECONDS_MOST: Final = 3600
_PASSWORD_ASKED: Final = re.compile(r"(?P<before>[?&]password=)[^&]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one process. `origins` says for `doctor` where each came from."""

    home: str
    host: str
    port: int
    records_url: str
    records_limits: DatabaseLimits
    """How long the records are waited for, and by how many at once."""
    state_url: str
    lake_url: str
    media_url: str
    trial_payments: str
    """How a provider that moves nothing treats what it is asked; empty: there is none."""
    stripe_key: str = field(repr=False)
    """The secret key under which Stripe is asked to pay out; empty: it is not."""
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    """What Stripe signs its events with: one for each endpoint, and the old beside the new while they change."""
    stripe_api: str
    """Where Stripe is asked."""
    webhook_reach: Reach
    rate_limits: str
    """Requests a minute for every key, 0 for no limit; then `KEY_ID=NUMBER` for single ones."""
    open_limit: int
    """Requests a minute from one address for what needs no key (pages, documentation, metrics), and ten
    times as many for files (scripts, pictures, clips); 0 for no limit. `/health/live` has none."""
    refused_limit: int
    """Requests a minute from one address without a good key; 0 for no limit."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; nobody's by default."""
    web_origins: tuple[str, ...]
    """Origins whose pages may call from a browser, `*` for any; none by default."""
    previews: str
    """The community whose public posts, shops and people links show a preview of; empty for none."""
    map_tiles: tuple[str, str] | None
    """Where the map's tiles come from, `https://HOST/{z}/{x}/{y}.png`, and to whom they are owed; none by default."""
    root_path: str
    """The path under which a reverse proxy shows this server, such as `/lodestone`; empty for none."""
    connections: int
    """Connections at once, 0 for as many as the process's file descriptors allow, 4,096 at most."""
    address_connections: int
    """Connections at once from one address other than this machine's, 0 for half of all."""
    idle_seconds: float
    """How long a connection may stand between requests, or wait for a client that takes no answer."""
    head_seconds: float
    """How long a client may take for a request's head."""
    body_seconds: float
    """How long it may take for a body, besides a second for each 16 KiB that have come."""
    disk_floor: int
    """MiB that must be free on the disks of home and media for the installation to be ready."""
    log_level: str
    """The least that is written to standard error: `debug`, `info`, `warning` or `error`."""
    learning_growth: float
    """By which share a log grows before item lists are made anew; 0: only when asked."""
    learning_deeds: int
    """The newest deeds that item lists are made of, about 100 bytes of memory each."""
    learning_profiles: int
    """People, the latest active first, whose candidates are worked out with the lists; 770 bytes of disk each."""
    learning_regressed: int
    """The largest catalogue that is regressed (EASE); memory grows with its square, 60 bytes an entry at 5,000."""
    learning_memory: int
    """MiB that the process which makes item lists may take, 0 for no limit."""
    learning_minutes: int
    """How long it may take."""
    origins: Mapping[str, str]


def load_settings(
    home: str, environment: Mapping[str, str], file_text: str, *, named: bool = False
) -> Settings:
    """Lay environment over `lodestone.toml` over defaults.

    Args:
        home: The home directory, already chosen.
        named: The home was named on the command line, which goes over everything.
        environment: The process's environment.
        file_text: The text of `lodestone.toml`, empty when there is none.

    Raises:
        InvalidError: Names the setting and the cure.
    """
    in_file = _read_file(file_text)
    values: dict[str, str] = {}
    origins = {"home": "LODESTONE_HOME" if environment.get("LODESTONE_HOME") else "default"}
    if named:
        origins["home"] = "--home"
    for name, default in NAMES.items():
        variable = f"LODESTONE_{name.upper()}"
        if environment.get(variable):
            values[name], origins[name] = environment[variable], variable
        elif name in in_file:
            values[name], origins[name] = str(in_file[name]), "lodestone.toml"
        else:
            values[name], origins[name] = default, "default"
    limits_of(values["rate_limits"])
    return Settings(
        home=home,
        host=values["host"],
        port=_port(values["port"], origins["port"]),
        records_url=_records(values["records_url"], origins["records_url"])
        or f"sqlite:///{home}/records.db",
        records_limits=_records_limits(values),
        state_url=_memory_only(values["state_url"]),
        lake_url=_folder("lake_url", values["lake_url"]) or f"{home}/lake",
        media_url=_folder("media_url", values["media_url"]) or f"{home}/media",
        rate_limits=values["rate_limits"],
        open_limit=_limit("open_limit", values["open_limit"]),
        refused_limit=_limit("refused_limit", values["refused_limit"]),
        trusted_proxies=_proxies(values["trusted_proxies"]),
        web_origins=_web_origins(values["origins"]),
        previews=values["previews"],
        map_tiles=_map_tiles(values["map_tiles"], values["map_attribution"].strip()),
        root_path=_root_path(values["root_path"]),
        connections=_count("connections", values["connections"]),
        address_connections=_count("address_connections", values["address_connections"]),
        idle_seconds=_seconds("idle_seconds", values),
        head_seconds=_seconds("head_seconds", values),
        body_seconds=_seconds("body_seconds", values),
        disk_floor=_count("disk_floor", values["disk_floor"]),
        log_level=_log_level(values["log_level"], origins["log_level"]),
        learning_growth=_share("learning_growth", values["learning_growth"]),
        learning_deeds=_count("learning_deeds", values["learning_deeds"]),
        learning_profiles=_count("learning_profiles", values["learning_profiles"]),
        learning_regressed=_count("learning_regressed", values["learning_regressed"]),
        learning_memory=_count("learning_memory", values["learning_memory"]),
        learning_minutes=max(1, _count("learning_minutes", values["learning_minutes"])),
        trial_payments=_trial(values["trial_payments"], origins["trial_payments"]),
        stripe_key=stripe_key(values),
        stripe_webhook_secrets=tuple(values["stripe_webhook_secrets"].split()),
        stripe_api=values["stripe_api"],
        webhook_reach=_reach(values["webhook_reach"], origins["webhook_reach"]),
        origins=origins,
    )


def _map_tiles(address: str, attribution: str) -> tuple[str, str] | None:
    """Read `map_tiles` and `map_attribution`. Raises InvalidError naming what is wrong with them."""
    if not address:
        return None
    wanted = all(address.count(part) == 1 for part in ("{z}", "{x}", "{y}"))
    if not wanted or not _TILES.fullmatch(address):
        message = "map_tiles must be like https://tiles.example/{z}/{x}/{y}.png, without other braces (http:// of this machine alone)"
        raise InvalidError("setting_invalid", message, (Problem("map_tiles", message),))
    if not attribution or len(attribution) > _ATTRIBUTION_MAX or not attribution.isprintable():
        message = f"map_attribution must name the map's makers in at most {_ATTRIBUTION_MAX} characters where map_tiles is set"
        raise InvalidError("setting_invalid", message, (Problem("map_attribution", message),))
    return address, attribution


def limits_of(text: str) -> tuple[int, dict[str, int]]:
    """Read `rate_limits`: the limit of every key, and those of single keys by their ids.

    >>> limits_of("600 key_ab12=6000")
    (600, {'key_ab12': 6000})

    Raises:
        InvalidError: It is not a number and then pairs of key id and number.
    """
    first, *pairs = text.replace(",", " ").split() or [""]
    by_key = dict(pair.split("=", 1) for pair in pairs if pair.count("=") == 1)
    numbers = [first, *by_key.values()]
    if len(by_key) < len(pairs) or not all(
        number.isdecimal() and number.isascii() for number in numbers
    ):
        cure = "must be requests a minute, such as 600, then pairs such as key_ab12=6000"
        raise InvalidError("setting_invalid", f"rate_limits {cure}; it is {text!r}")
    return int(first), {name: int(number) for name, number in by_key.items()}


def shown(url: str) -> str:
    """Return an address fit to be shown: a password in it is not.

    >>> shown("postgresql+psycopg://app:pass@db/lodestone")
    'postgresql+psycopg://app:***@db/lodestone'
    """
    masked = _PASSWORD.sub(r"\g<before>***@", url)
    return _PASSWORD_ASKED.sub(r"\g<before>***", masked)


def _read_file(text: str) -> dict[str, object]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(
            "settings_malformed", f"lodestone.toml cannot be read: {error}"
        ) from error
    unknown = sorted(set(values) - set(NAMES))
    if unknown:
        cure = f"the settings are {', '.join(sorted(NAMES))}"
        problems = tuple(Problem(name, cure) for name in unknown)
        raise InvalidError(
            "setting_unknown", f"lodestone.toml: unknown {unknown[0]!r}; {cure}", problems
        )
    return values


def _port(text: str, origin: str) -> int:
    if text.isdigit() and 0 <= int(text) <= 65535:
        return int(text)
    raise InvalidError("setting_invalid", f"port (from {origin}) must be 0 to 65535, not {text!r}")


def _limit(name: str, text: str) -> int:
    if text.isdecimal() and text.isascii():
        return int(text)
    cure = "must be requests a minute, such as 600, or 0 for no limit"
    raise InvalidError("setting_invalid", f"{name} {cure}; it is {text!r}")


def _share(name: str, text: str) -> float:
    if _SHARE.fullmatch(text):
        return float(text)
    raise InvalidError(
        "setting_invalid", f"{name} must be a share such as 0.2, or 0; it is {text!r}"
    )


def _log_level(text: str, origin: str) -> str:
    if text in LOG_LEVELS:
        return text
    message = f"log_level (from {origin}) must be one of {', '.join(LOG_LEVELS)}, not {text!r}"
    raise InvalidError("setting_invalid", message)


def _count(name: str, text: str) -> int:
    if text.isdecimal() and text.isascii() and len(text) <= _DIGITS_MAX:
        return int(text)
    raise InvalidError("setting_invalid", f"{name} must be a whole number; it is {text!r}")


def _reach(text: str, origin: str) -> Reach:
    for reach in REACHES:
        if text == reach:
            return reach
    message = f"webhook_reach (from {origin}) must be one of {', '.join(REACHES)}, not {text!r}"
    raise InvalidError("setting_invalid", message)


def _proxies(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(word)) for word in text.replace(",", " ").split())
    except ValueError as error:
        cure = "must be addresses and networks such as 127.0.0.1 10.0.0.0/8"
        raise InvalidError("setting_invalid", f"trusted_proxies {cure}; it is {text!r}") from error


def _web_origins(text: str) -> tuple[str, ...]:
    words = tuple(text.replace(",", " ").split())
    for word in words:
        if word != "*" and not _WEB_ORIGIN.fullmatch(word):
            cure = "must be such as https://app.example or http://localhost:5173, without a path, in lower case, or *"
            raise InvalidError("setting_invalid", f"origins {cure}; one is {word!r}")
    return words


def _root_path(text: str) -> str:
    path = text.rstrip("/")
    if _ROOT_PATH.fullmatch(path) and not {".", ".."} & set(path.split("/")):
        return path
    cure = "must be a path such as /lodestone, of letters, digits, . _ ~ and -"
    raise InvalidError("setting_invalid", f"root_path {cure}; it is {text!r}")


def _trial(text: str, origin: str) -> str:
    ways = [way.value for way in Behaviour]
    if not text or text in ways:
        return text
    message = (
        f"trial_payments (from {origin}) must be empty or one of {', '.join(ways)}, not {text!r}"
    )
    raise InvalidError("setting_invalid", message)


def _records(url: str, origin: str) -> str:
    if not url or url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    cure = "must be sqlite:///FILE or postgresql+psycopg://…"
    raise InvalidError("setting_invalid", f"records_url (from {origin}) {cure}")


def _records_limits(values: Mapping[str, str]) -> DatabaseLimits:
    connections = values["records_connections"]
    if not (connections.isascii() and connections.isdecimal() and 1 <= int(connections) <= 100):
        cure = "must be a whole number from 1 to 100"
        message = f"records_connections {cure}; it is {connections!r}"
        raise InvalidError("setting_invalid", message)
    return DatabaseLimits(
        int(connections),
        _seconds("records_pool_seconds", values),
        _seconds("records_statement_seconds", values),
        _seconds("records_busy_seconds", values),
    )


def _seconds(name: str, values: Mapping[str, str]) -> float:
    if _SECONDS.fullmatch(values[name]) and _SECONDS_LEAST <= float(values[name]) <= _SECONDS_MOST:
        return float(values[name])
    cure = f"must be seconds from {_SECONDS_LEAST} to {_SECONDS_MOST}, such as 10 or 2.5"
    raise InvalidError("setting_invalid", f"{name} {cure}; it is {values[name]!r}")


def _folder(name: str, url: str) -> str:
    if url.startswith("file://"):
        return url.removeprefix("file://")
    if "://" in url:
        raise InvalidError("setting_invalid", f"{name} {url!r} is not offered yet; name a folder")
    return url


def _memory_only(url: str) -> str:
    if url == "memory://":
        return url
    raise InvalidError(
        "setting_invalid", f"state_url {url!r} is not offered yet; use memory:// in one process"
    )
