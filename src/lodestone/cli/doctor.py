"""`doctor`: what holds, from where, and whether it stands."""

import asyncio
import os
import shutil
import socket
from typing import Any

import typer

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError
from lodestone.cli.reach import naming, reach, settings_of
from lodestone.cli.say import FINDING, Home, Json, data, line, table
from lodestone.services.settings import Settings, shown

_LEAST_FREE = 1 << 30


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", epilog="Example: lodestone doctor --json")(doctor)


def doctor(home: Home = None, as_json: Json = False) -> None:
    """Print every setting with its origin, and look at what they name."""
    settings = settings_of(home)
    held = [
        [name, shown(str(getattr(settings, name))), settings.origins[name]]
        for name in settings.origins
    ]
    checks = asyncio.run(_checks(settings))
    if as_json:
        told = {name: {"value": value, "from": origin} for name, value, origin in held}
        data({"settings": told, "checks": checks})
    else:
        table(["setting", "value", "from"], held)
        for check in checks:
            line(f"{'ok  ' if check['ok'] else 'BAD '} {check['what']}: {check['said']}")
    if not all(check["ok"] for check in checks):
        raise typer.Exit(FINDING)


async def _checks(settings: Settings) -> list[dict[str, Any]]:
    path = bootstrap.path_of(settings)
    standing = next(one for one in (path, *path.parents) if one.exists())
    free = shutil.disk_usage(standing).free
    writable = os.access(standing, os.W_OK)
    checks = [
        _check("home", str(path) if writable else f"{path} cannot be written", ok=writable),
        _check("disk", f"{free >> 20} MiB free", ok=free >= _LEAST_FREE),
    ]
    checks.append(_address(settings))
    if not path.exists():
        said = "none here yet; `lodestone serve` makes one"
        if settings.origins["records_url"] != "default":
            return [*checks, _records(settings), _check("installation", said, ok=True)]
        return [*checks, _check("installation", said, ok=True)]
    try:
        async with reach(settings, None) as found:
            told = (await found.ask("GET", "/v1/communities"))["data"]
            names = ", ".join(one["id"] for one in told) or "none yet"
            checks.append(_check("communities", names, ok=True))
            active = [one["id"] for one in told if one["state"] == "active"]
            checks += [await _chain(found, name) for name in active]
            checks.append(await _background(found))
    except LodestoneError as error:
        checks.append(_check("installation", error.message, ok=False))
    return checks


def _address(settings: Settings) -> dict[str, Any]:
    at = f"{settings.host}:{settings.port}"
    try:
        socket.getaddrinfo(settings.host, settings.port, flags=socket.AI_PASSIVE)
    except OSError as error:
        return _check("address", f"{at} cannot be listened on: {error.strerror}", ok=False)
    return _check("address", at, ok=True)


def _records(settings: Settings) -> dict[str, Any]:
    """Look whether the records answer, without making anything there."""
    try:
        bootstrap.records_answer(settings.records_url)
    except LodestoneError as error:
        return _check("records", error.message, ok=False)
    return _check("records", "they answer", ok=True)


async def _background(found: Any) -> dict[str, Any]:
    """Say what the server has failed at by the clock; one that does not serve has nothing to say."""
    failing = (await found.ask("GET", "/health/ready"))["failing"]
    said = "; ".join(
        f"{one['job']} {one['row']} ({one['kind']}, {one['times']} times since {one['since']})"
        for one in failing
    )
    return _check("background work", said or "nothing fails", ok=not failing)


async def _chain(found: Any, community: str) -> dict[str, Any]:
    told = await found.ask("POST", "/v1/verify", body={}, headers=naming(community))
    said = f"{told['receipts']} receipts, {told['facts']} facts, {len(told['findings'])} findings"
    return _check(f"chain of {community}", said, ok=not told["findings"])


def _check(what: str, said: str, *, ok: bool) -> dict[str, Any]:
    return {"what": what, "said": said, "ok": ok}
