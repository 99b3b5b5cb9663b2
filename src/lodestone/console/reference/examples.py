"""Examples of requests and answers: recorded from a real server, or drawn from the shape where none is recorded.

`examples.json` lies beside this file. `tests/http/test_documented_examples.py` sends every request in it to a server
and compares what comes back; with `LODESTONE_EXAMPLES=write` it records the file anew.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from lodestone.console.reference.shapes import Schema, ShapeReader

_FILE: Final = Path(__file__).with_name("examples.json")
_WIDTH: Final = 88
_NESTED_MAX: Final = 6
JSON: Final = "application/json"


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and what it was answered."""

    path: dict[str, str | int] = {}
    """Values of the parameters in the path, by name."""
    query: dict[str, str | int | float | bool] = {}
    type: str = JSON
    """The media type of the body."""
    body: Any = None
    """JSON's own types; text where the body is no single JSON value; None for none."""
    status: int = 0
    """How it was answered; 0 where nothing was recorded."""
    answer: Any = None


@cache
def recorded() -> Mapping[str, Example]:
    """Return the recorded examples by operation id."""
    return msgspec.json.decode(_FILE.read_bytes(), type=dict[str, Example])


def drawn(operation: Mapping[str, Any], reader: ShapeReader) -> Example:
    """Draw an example of an operation that no recorded one shows: right by its shape, of nothing in particular."""
    named = [
        parameter for parameter in operation.get("parameters", ()) if parameter.get("in") == "path"
    ]
    path = {
        parameter["name"]: value_of(parameter["schema"], reader, parameter["name"])
        for parameter in named
    }
    content = operation.get("requestBody", {}).get("content", {})
    body = value_of(content[JSON]["schema"], reader) if JSON in content else None
    return Example(path=path, body=body)


_WORDS: Final = {
    "currency": "CNY", "language": "en", "day": "2026-03-03", "code": "7K2M9Q4T", "url": "https://app.example/hook",
    "time_zone": "Asia/Shanghai", "emoji": "🍵",
}  # fmt: skip
"""What stands for a text whose pattern says more than its length."""
_CHOICE: Final = re.compile(r"\^\((\w+)\|")
"""A pattern that allows some words alone."""


def value_of(schema: Schema, reader: ShapeReader, name: str = "", depth: int = 0) -> Any:
    """Return a value that fits a schema: required fields alone, the first of every choice."""
    plain = reader.variants(schema)[0]
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    if "enum" in plain:
        return plain["enum"][0]
    if "const" in plain:
        return plain["const"]
    kind = plain.get("type")
    if kind == "object":
        needed = plain.get("required", ()) if depth < _NESTED_MAX else ()
        fields = plain.get("properties", {})
        return {field: value_of(fields[field], reader, field, depth + 1) for field in needed}
    if kind == "array":
        element = [value_of(plain["items"], reader, name.removesuffix("s"), depth + 1)]
        return element if plain.get("minItems", 0) else []
    if kind in ("integer", "number"):
        return max(plain.get("minimum", 1), min(1, plain.get("maximum", 1)))
    if kind == "boolean":
        return True
    if plain.get("format") == "date-time":
        return "2026-03-04T12:00:00Z"
    choice = _CHOICE.match(plain.get("pattern", ""))
    if choice:
        return choice.group(1)
    return _WORDS.get(name, name.removesuffix("_id") or "text")[: plain.get("maxLength")]


def address(template: str, example: Example) -> str:
    """Write the path and query of an example's request.

    >>> address("/v1/people/{person_id}", Example(path={"person_id": "a/b"}))
    '/v1/people/a%2Fb'
    """
    path = template
    for name, value in example.path.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="~"))
    asked = {name: _plain(value) for name, value in example.query.items()}
    return f"{path}?{urlencode(asked)}" if asked else path


def curl(method: str, template: str, example: Example, *, key: bool) -> str:
    """Write a request as a line for a shell in which `BASE` and `KEY` are set.

    >>> print(curl("GET", "/v1/people", Example(), key=True))
    curl "$BASE/v1/people" -H "Authorization: Bearer $KEY"
    """
    parts = [
        "curl",
        *(() if method == "GET" else ("-X", method)),
        f'"$BASE{address(template, example)}"',
    ]
    if key:
        parts.append('-H "Authorization: Bearer $KEY"')
    if example.body is None:
        return " ".join(parts)
    text = body_text(example.body).replace("'", "'\\''")
    option = "--data-binary" if example.type != JSON else "-d"
    lines = [f'-H "Content-Type: {example.type}"', f"{option} '{text}'"]
    return " \\\n  ".join([" ".join(parts), *lines])


def python(method: str, template: str, example: Example) -> str:
    """Write a request as Python, of an `httpx.Client` called `lodestone` with the address and the key.

    >>> print(python("GET", "/v1/people", Example(query={"limit": 2})))
    lodestone.get("/v1/people", params={"limit": 2})
    """
    call = {"GET": "get", "PUT": "put", "POST": "post", "PATCH": "patch", "DELETE": "delete"}[
        method
    ]
    given = [f'"{address(template, msgspec.structs.replace(example, query={}))}"']
    if example.query:
        given.append(f"params={literal(example.query)}")
    if example.body is not None and call == "delete":  # httpx's delete takes no body
        call, given = "request", [f'"{method}"', *given]
    if example.body is not None and example.type == JSON:
        given.append(f"json={literal(example.body)}")
    elif example.body is not None:
        given.append(f"content={example.body.encode()!r}")
        given.append(f"headers={{'Content-Type': '{example.type}'}}")
    return f"lodestone.{call}({', '.join(given)})"


def literal(value: Any, indent: int = 0) -> str:
    """Write JSON's own types as Python: on one line where it is short enough.

    >>> literal({"name": "Ann", "minor": True})
    '{"name": "Ann", "minor": True}'
    """
    if not isinstance(value, dict | list):
        known = value is None or isinstance(value, bool)
        return repr(value) if known else _json(value)
    if isinstance(value, dict):
        ends = "{}"
        parts = [f"{_json(name)}: {literal(part, indent + 4)}" for name, part in value.items()]
    else:
        ends = "[]"
        parts = [literal(part, indent + 4) for part in value]
    line = f"{ends[0]}{', '.join(parts)}{ends[1]}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{ends[0]}\n{inner}{' ' * indent}{ends[1]}"


def body_text(body: Any) -> str:
    """Write a body as it is sent: text as it is, else JSON on one line."""
    return body if isinstance(body, str) else _json(body)


def pretty(value: Any) -> str:
    """Write JSON as people read it; text as it is."""
    if isinstance(value, str):
        return value
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
