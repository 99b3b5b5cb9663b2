"""`audit-log`: who changed what."""

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from lodestone.cli.output import Community, Home, Json, data, note, table
from lodestone.cli.reach import run

_SHOWN = 100


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "audit-log",
        epilog="Example: lodestone audit-log --kind shop --object soups --from 2026-03-01",
    )(audit_log)


def audit_log(
    key: Annotated[str | None, typer.Option(help="Only this key's acts, by its id.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    about: Annotated[str | None, typer.Option(help="Only what concerned this person.")] = None,
    kind: Annotated[str | None, typer.Option(help="What was changed, such as `shop`.")] = None,
    object_id: Annotated[str | None, typer.Option("--object", help="Its id.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="The first day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest.")] = _SHOWN,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say who changed what: key or person, when, by which route, and what it was before and after."""
    wanted = {
        "key_id": key,
        "actor_id": actor,
        "about_id": about,
        "kind": kind,
        "object_id": object_id,
        "from": first,
        "to": last,
        "limit": limit,
    }
    query = urlencode({name: value for name, value in wanted.items() if value is not None})
    told = run(home, community, lambda reach: reach.ask("GET", f"/v1/audit-log?{query}"))
    if as_json:
        data(told)
        return
    table(
        ["at", "key", "person", "route", "object", "before", "after"],
        [_row(one) for one in told["data"]],
    )
    if told["next_cursor"] is not None:
        note(f"there are more; these are the newest {limit}")


def _row(one: dict[str, Any]) -> list[str]:
    actor, changed = one["actor"], one["object"]
    named = " ".join(
        part for part in (changed["kind"], changed["id"], changed["person_id"]) if part
    )
    return [
        one["at"],
        actor["key_id"] or "",
        actor["person_id"] or "",
        one["route"],
        named,
        "erased" if one["erased"] else _told(one["before"]),
        _told(one["after"]),
    ]


def _told(fields: dict[str, Any] | None) -> str:
    return "" if fields is None else ", ".join(f"{name}={value}" for name, value in fields.items())
