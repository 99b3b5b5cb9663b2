"""`doctor`: what holds, from where, and whether it stands."""

import asyncio
import os
import shutil
import socket
from typing import Any

import httpx
import typer

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError
from lodestone.cli import losses
from lodestone.cli.losses import check
from lodestone.cli.output import FINDING, Json, data, line, table
from lodestone.cli.output import Home as HomeOption
from lodestone.cli.reach import answers, settings_of
from lodestone.services.access.settings import SECRETS, Settings, shown

_LEAST_FREE = 1 << 30


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", epilog="Example: lodestone doctor --json")(doctor)


def doctor(home: HomeOption = None, as_json: Json = False) -> None:
    """Print every setting with its origin, and look at what they name."""
    settings = settings_of(home)
    held = [
        [name, shown(_value(settings, name)), settings.origins[name]] for name in settings.origins
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


def _value(settings: Settings, name: str) -> str:
    """Return a setting as it holds; the limits of the records lie together."""
    if name in SECRETS:
        return "***" if getattr(settings, name) else ""
    owner = settings if hasattr(settings, name) else settings.records_limits
    return str(getattr(owner, name, getattr(owner, name.removeprefix("records_"), "")))


async def _checks(settings: Settings) -> list[dict[str, Any]]:
    path = bootstrap.path_of(settings)
    standing = next(one for one in (path, *path.parents) if one.exists())
    free = shutil.disk_usage(standing).free
    writable = os.access(standing, os.W_OK)
    checks = [
        check("home", str(path) if writable else f"{path} cannot be written", ok=writable),
        check("disk", f"{free >> 20} MiB free", ok=free >= _LEAST_FREE),
    ]
    checks.append(_address(settings))
    if not path.exists():
        said = "none here yet; `lodestone serve` makes one"
        if settings.origins["records_url"] != "default":
            return [*checks, _records(settings), check("installation", said, ok=True)]
        return [*checks, check("installation", said, ok=True)]
    checks += await asyncio.to_thread(losses.checks, settings)
    try:
        address = bootstrap.serving_at(path)
    except LodestoneError as error:
        return [*checks, check("server", error.message, ok=False)]
    if address is not None and await answers(address.url):
        checks += await _server(address.url)
    return checks


async def _server(url: str) -> list[dict[str, Any]]:
    """Ask a running server whether it is ready, and what it has failed at by the clock."""
    async with httpx.AsyncClient(timeout=10.0) as http:
        answer = await http.get(f"{url}/health/ready")
    told = answer.json()
    said = "ready" if answer.is_success else told["error"]["message"]
    failing = told.get("failing", [])
    work = "; ".join(
        f"{one['job']} {one['row']} ({one['kind']}, {one['times']} times since {one['since']})"
        for one in failing
    )
    return [
        check("server", f"{url}: {said}", ok=answer.is_success),
        check("background work", work or "nothing fails", ok=not failing),
    ]


def _address(settings: Settings) -> dict[str, Any]:
    at = f"{settings.host}:{settings.port}"
    try:
        socket.getaddrinfo(settings.host, settings.port, flags=socket.AI_PASSIVE)
    except OSError as error:
        return check("address", f"{at} cannot be listened on: {error.strerror}", ok=False)
    return check("address", at, ok=True)


def _records(settings: Settings) -> dict[str, Any]:
    """Look whether the records answer, without making anything there."""
    try:
        bootstrap.records_answer(settings.records_url)
    except LodestoneError as error:
        return check("records", error.message, ok=False)
    return check("records", "they answer", ok=True)
