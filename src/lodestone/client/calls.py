"""Every public route an app needs, each written once: what is sent, and how the answer is read.

A `Client` and an `AsyncClient` have these as methods of the same names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

import msgspec
from msgspec.json import Decoder

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.client.attempt import Call, nothing
from lodestone.client.records import (
    Community,
    Domain,
    Export,
    Item,
    Key,
    Page,
    Person,
    Session,
    Stored,
)
from lodestone.client.shapes import Event, Feed, Verdicts, identified

Json = Mapping[str, Any]
Surface = Literal["discover", "following", "place", "channel", "profession"]

_COMMUNITY: Final = Decoder(Community).decode
_COMMUNITIES: Final = Decoder(Page[Community]).decode
_DOMAIN: Final = Decoder(Domain).decode
_DOMAINS: Final = Decoder(Page[Domain]).decode
_EXPORT: Final = Decoder(Export).decode
_FEED: Final = Decoder(Feed).decode
_ITEM: Final = Decoder(Item).decode
_ITEMS: Final = Decoder(Page[Item]).decode
_KEY: Final = Decoder(Key).decode
_KEYS: Final = Decoder(Page[Key]).decode
NAMES: Final = Decoder(Page[str]).decode
_PEOPLE: Final = Decoder(Page[Person]).decode
_PERSON: Final = Decoder(Person).decode
_SESSION: Final = Decoder(Session).decode
_STORED: Final = Decoder(Stored).decode
_VERDICTS: Final = Decoder(Verdicts).decode


def ask(
    method: str,
    path: str,
    body: Any = None,
    *,
    content: bytes | None = None,
    kind: str = "application/json",
) -> Call[Any]:
    """Ask for a route that has no name here; its answer comes as JSON says it, None for an empty one.

    Args:
        method: Such as `GET`.
        path: From the first slash, its parts percent-encoded.
        body: Sent as JSON, unless None.
        content: Sent as it is where there is no body.
        kind: The content's media type.
    """
    data = content if body is None else msgspec.json.encode(body)
    again = not path.endswith("/keys")  # see `create_key`
    return Call(method, path, _any, data, kind, keyed=method == "POST", repeatable=again)


# Communities


def communities() -> Call[Page[Community]]:
    """List communities (operator's key)."""
    return Call("GET", "/v1/communities", _COMMUNITIES)


def community(community_id: str) -> Call[Community]:
    """Read a community."""
    return Call("GET", route("communities", community_id), _COMMUNITY)


def put_community(community_id: str, body: Json) -> Call[Community]:
    """Make a community, or change its name and state (operator's key)."""
    return _put(_COMMUNITY, body, "communities", community_id)


def create_key(community_id: str, name: str, scopes: Sequence[str] | None = None) -> Call[str]:
    """Make a key of a community and return its text, which is told this once (operator's key)."""
    body = {"name": name} if scopes is None else {"name": name, "scopes": scopes}
    path = route("communities", community_id, "keys")
    # Not repeatable: a second key would be made, and nobody told of the first.
    return Call("POST", path, _key_text, msgspec.json.encode(body), keyed=True, repeatable=False)


def keys(community_id: str) -> Call[Page[Key]]:
    """List a community's keys (operator's key)."""
    return Call("GET", route("communities", community_id, "keys"), _KEYS)


def revoke_key(community_id: str, key_id: str) -> Call[None]:
    """Make a key worthless (operator's key)."""
    return _delete("communities", community_id, "keys", key_id)


def advance(instant: Instant | None = None, *, release: bool = False) -> Call[Community]:
    """Move a driven clock; `release` lets it run with the wall from then on."""
    body = {"instant": None if instant is None else time_text(instant), "release": release}
    return _put(_COMMUNITY, body, "clock")


def create_session(viewer: str) -> Call[Session]:
    """Mint a token of one hour for one viewer's page."""
    return _post(_SESSION, {"viewer": viewer}, "sessions")


# People


def put_person(person_id: str, body: Json) -> Call[Person]:
    """Make or replace a person."""
    return _put(_PERSON, body, "people", person_id)


def put_people(people: Sequence[Json]) -> Call[Verdicts]:
    """Make or replace people, each with its `id`."""
    return _bulk("/v1/people:bulk", people)


def person(person_id: str) -> Call[Person]:
    """Read a person."""
    return Call("GET", route("people", person_id), _PERSON)


def people(limit: int = 100, cursor: str | None = None) -> Call[Page[Person]]:
    """List people."""
    return _list(_PEOPLE, limit, cursor, "people")


def erase_person(person_id: str) -> Call[None]:
    """Erase a person from every file, for good."""
    return _delete("people", person_id)


def export_person(person_id: str) -> Call[Export]:
    """Export everything held about a person."""
    return Call("GET", route("people", person_id, "export"), _EXPORT)


# Items and what they show


def put_item(item_id: str, body: Json) -> Call[Item]:
    """Make or replace an item."""
    return _put(_ITEM, body, "items", item_id)


def put_items(items: Sequence[Json]) -> Call[Verdicts]:
    """Make or replace items, each with its `id`."""
    return _bulk("/v1/items:bulk", items)


def item(item_id: str) -> Call[Item]:
    """Read an item with its counters."""
    return Call("GET", route("items", item_id), _ITEM)


def items(
    limit: int = 100, cursor: str | None = None, *, author_id: str | None = None
) -> Call[Page[Item]]:
    """List items, of one author if given."""
    return _list(_ITEMS, limit, cursor, "items", more={"author_id": author_id})


def withdraw_item(item_id: str) -> Call[None]:
    """Withdraw an item from every feed."""
    return _delete("items", item_id)


def put_media(key: str, kind: str, data: bytes) -> Call[str]:
    """Store a picture or a clip; return the address it is served at."""
    return Call("PUT", route("media", key), _stored_url, data, kind)


# Domains


def put_domain(domain_id: str, body: Json) -> Call[Domain]:
    """Make or replace a middle domain."""
    return _put(_DOMAIN, body, "domains", domain_id)


def domain(domain_id: str) -> Call[Domain]:
    """Read a domain."""
    return Call("GET", route("domains", domain_id), _DOMAIN)


def domains(limit: int = 100, cursor: str | None = None) -> Call[Page[Domain]]:
    """List domains."""
    return _list(_DOMAINS, limit, cursor, "domains")


def delete_domain(domain_id: str) -> Call[None]:
    """Remove a domain."""
    return _delete("domains", domain_id)


def join(domain_id: str, person_id: str) -> Call[None]:
    """Let a person join a domain."""
    return _set("domains", domain_id, "members", person_id)


def leave(domain_id: str, person_id: str) -> Call[None]:
    """Let a person leave a domain."""
    return _delete("domains", domain_id, "members", person_id)


def members(domain_id: str, limit: int = 100, cursor: str | None = None) -> Call[Page[str]]:
    """List a domain's members."""
    return _list(NAMES, limit, cursor, "domains", domain_id, "members")


def add_moderator(domain_id: str, person_id: str) -> Call[None]:
    """Make a person a moderator."""
    return _set("domains", domain_id, "moderators", person_id)


def remove_moderator(domain_id: str, person_id: str) -> Call[None]:
    """Take a moderator's office back."""
    return _delete("domains", domain_id, "moderators", person_id)


def moderators(domain_id: str, limit: int = 100, cursor: str | None = None) -> Call[Page[str]]:
    """List a domain's moderators."""
    return _list(NAMES, limit, cursor, "domains", domain_id, "moderators")


# Feeds and events


def feed(
    viewer: str | None,
    surface: Surface = "discover",
    *,
    domain_id: str | None = None,
    position: Json | None = None,
    slots: int = 10,
    cursor: str | None = None,
    more: Json | None = None,
) -> Call[Feed]:
    """Ask for a page of a feed.

    Asked again because no answer came, it is decided again; what nobody saw counts for nothing.

    Args:
        viewer: Who looks; None when nobody is signed in.
        surface: Where in the app.
        domain_id: Which place, channel or profession; the viewer's own when None.
        position: Where the viewer is, degrees.
        slots: How many posts, 1 to 50.
        cursor: The last page's `next_cursor`.
        more: Further fields: `session` (a visit without a viewer), `device`, `explain`, `personalised`.
    """
    wish = {
        "viewer": viewer,
        "surface": surface,
        "domain_id": domain_id,
        "position": position,
        "slots": slots,
        "cursor": cursor,
        **(more or {}),
    }
    return Call("POST", "/v1/feeds", _FEED, msgspec.json.encode(wish))


def events(events: Sequence[Event | Json], *, history: bool = False) -> Call[Verdicts]:
    """Send up to 10,000 events; the answer says what became of each.

    Args:
        events: `Event`s, or mappings of the same fields.
        history: They are older than seven days and teach rates only (scope `import`).
    """
    encoded = [
        event
        if not isinstance(event, Event) and event.get("id")
        else msgspec.Raw(identified(event)[1])
        for event in events
    ]
    return batch(msgspec.json.encode({"events": encoded}), history=history)


def batch(body: bytes, *, history: bool = False) -> Call[Verdicts]:
    """Send events that are JSON already."""
    path = "/v1/events?history=true" if history else "/v1/events"
    return Call("POST", path, _VERDICTS, body)


# What every call is made of


def route(*parts: str) -> str:
    """Return a path under `/v1`, each part percent-encoded."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def query(path: str, parameters: Mapping[str, object | None]) -> str:
    """Return a path with a query of what is not None."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _put(read: Callable[[bytes], Any], body: Json, *parts: str) -> Call[Any]:
    return Call("PUT", route(*parts), read, msgspec.json.encode(body))


def _post(read: Callable[[bytes], Any], body: Json, *parts: str) -> Call[Any]:
    return Call("POST", route(*parts), read, msgspec.json.encode(body), keyed=True)


def _set(*parts: str) -> Call[None]:
    return Call("PUT", route(*parts), nothing)


def _delete(*parts: str) -> Call[None]:
    return Call("DELETE", route(*parts), nothing)


def _list(
    read: Callable[[bytes], Any],
    limit: int,
    cursor: str | None,
    *parts: str,
    more: Json | None = None,
) -> Call[Any]:
    return Call(
        "GET", query(route(*parts), {"limit": limit, "cursor": cursor, **(more or {})}), read
    )


def _bulk(path: str, rows: Sequence[Json]) -> Call[Verdicts]:
    lines = b"\n".join(msgspec.json.encode(row) for row in rows)
    return Call("POST", path, _VERDICTS, lines, "application/x-ndjson")


def _any(answer: bytes) -> Any:
    return msgspec.json.decode(answer) if answer else None


def _key_text(answer: bytes) -> str:
    return _KEY(answer).key or ""


def _stored_url(answer: bytes) -> str:
    return _STORED(answer).url
