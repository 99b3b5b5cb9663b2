"""Shapes of the OpenAPI document as rows that a person reads: field, type, bounds, whether it is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lodestone.console.words import Words

Schema = Mapping[str, Any]
DEPTH_MAX: Final = 4
"""How deep a body's fields are written out; deeper ones are named by their shape."""
_PATTERN_MAX: Final = 60
"""Characters of a pattern that a person still reads."""
_NO_DEFAULTS: Final[tuple[object, ...]] = (None, "", {}, [])
"""Defaults that tell a person no more than that the field may be left out."""
_SAFE: Final = 2**53
"""Bounds beyond it are those of the machine's numbers and tell a person nothing."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a body or one parameter."""

    name: str
    """With the names of what it lies in: `home.latitude`, `lines[].quantity`."""
    kind: str
    bounds: str
    required: bool
    description: str
    """English, as the document has it."""


class ShapeReader:
    """Reads the schemas of one document.

    Args:
        components: The document's `components.schemas`, by name.
        words: The reader's language.
    """

    def __init__(self, components: Mapping[str, Any], words: Words) -> None:
        self._components = components
        self._words = words

    def resolve(self, schema: Schema) -> tuple[Schema, bool]:
        """Follow references and take null out of a choice; say whether null is allowed too."""
        nullable = False
        while True:
            if "$ref" in schema:
                schema = self._components[schema["$ref"].rpartition("/")[2]]
                continue
            choices = schema.get("anyOf") or schema.get("oneOf") or ()
            rest = [choice for choice in choices if choice.get("type") != "null"]
            nullable = nullable or len(rest) < len(choices)
            if len(rest) != 1:
                return schema, nullable
            schema = rest[0]

    def variants(self, schema: Schema) -> list[Schema]:
        """Return what a schema may be: its alternatives, or itself alone."""
        plain, _ = self.resolve(schema)
        choices = plain.get("anyOf") or plain.get("oneOf")
        if not choices:
            return [plain]
        return [self.resolve(choice)[0] for choice in choices if choice.get("type") != "null"]

    def rows(self, schema: Schema) -> list[FieldRow]:
        """Return the fields of an object and of what lies in it, in the order of the document."""
        return list(self._rows(schema, "", 0))

    def row(self, name: str, schema: Schema, *, required: bool, description: str) -> FieldRow:
        """Return one field or parameter."""
        plain, nullable = self.resolve(schema)
        bounds = [*self._bounds(plain)]
        if schema.get("default") not in _NO_DEFAULTS and "properties" not in plain:
            bounds.append(self._default(schema["default"]))
        if nullable:
            bounds.append(self._words.say("may be null"))
        return FieldRow(name, self._kind(plain), "; ".join(bounds), required, description)

    def _rows(self, schema: Schema, prefix: str, depth: int) -> Iterator[FieldRow]:
        needed: set[str] = set()
        for part in self.variants(schema):
            needed |= set(part.get("required", ()))
        seen: set[str] = set()
        for part in self.variants(schema):
            for name, field in part.get("properties", {}).items():
                if name in seen:
                    continue
                seen.add(name)
                yield self.row(
                    f"{prefix}{name}",
                    field,
                    required=name in needed,
                    description=self._description(field),
                )
                if depth < DEPTH_MAX:
                    yield from self._inside(field, f"{prefix}{name}", depth + 1)

    def _inside(self, schema: Schema, name: str, depth: int) -> Iterator[FieldRow]:
        for part in self.variants(schema):
            if part.get("type") == "array":
                yield from self._inside(part.get("items", {}), f"{name}[]", depth)
            elif "properties" in part:
                yield from self._rows(part, f"{name}.", depth)
                return

    def _description(self, schema: Schema) -> str:
        plain, _ = self.resolve(schema)
        text = schema.get("description") or plain.get("description") or ""
        return str(text)

    def _kind(self, plain: Schema) -> str:
        say = self._words.say
        if "enum" in plain:
            return " | ".join(str(value) for value in plain["enum"])
        if "const" in plain:
            return str(plain["const"])
        choices = plain.get("anyOf") or plain.get("oneOf")
        if choices:
            kinds = [self._kind(self.resolve(choice)[0]) for choice in choices]
            return " | ".join(dict.fromkeys(kinds))
        kind = plain.get("type")
        if kind == "array":
            return say(
                "list of {what}", {"what": self._kind(self.resolve(plain.get("items", {}))[0])}
            )
        names = {
            "string": say("text"), "integer": say("whole number"), "number": say("number"),
            "boolean": say("true or false"), "object": say("object"), "null": "null",
        }  # fmt: skip
        formats = {"date-time": say("time, RFC 3339"), "binary": say("bytes")}
        return formats.get(plain.get("format", ""), names.get(str(kind), say("any value")))

    def _bounds(self, plain: Schema) -> Iterator[str]:
        say = self._words.say
        lengths = {
            ("minLength", "maxLength"): (say("{low} to {high} characters"), say("at most {high} characters"), say("at least {low} characters")),
            ("minItems", "maxItems"): (say("{low} to {high} of them"), say("at most {high} of them"), say("at least {low} of them")),
            ("minProperties", "maxProperties"): (say("{low} to {high} of them"), say("at most {high} of them"), say("at least {low} of them")),
            ("minimum", "maximum"): (say("{low} to {high}"), say("at most {high}"), say("at least {low}")),
        }  # fmt: skip
        for (lower, upper), (both, top, bottom) in lengths.items():
            low, high = _told(plain.get(lower)), _told(plain.get(upper))
            if lower != "minimum" and low == "0":
                low = None
            text = both if low and high else top if high else bottom if low else None
            if text is not None:
                yield text.format(low=low, high=high)
        if "exclusiveMinimum" in plain:
            yield say("more than {low}", {"low": plain["exclusiveMinimum"]})
        if "exclusiveMaximum" in plain:
            yield say("less than {high}", {"high": plain["exclusiveMaximum"]})
        pattern = str(plain.get("pattern", ""))
        if pattern and len(pattern) <= _PATTERN_MAX and "\\u" not in pattern:
            yield say("like {pattern}", {"pattern": pattern.removesuffix("(?!\\n)")})
        values = plain.get("additionalProperties")
        if isinstance(values, Mapping) and values:
            inner = self.resolve(values)[0]
            bounds = "; ".join([self._kind(inner), *self._bounds(inner)])
            yield say("each name holds: {what}", {"what": bounds})

    def _default(self, value: Any) -> str:
        text = msgspec.json.encode(value).decode()
        return self._words.say("{value} where it is left out", {"value": text})


def _told(bound: Any) -> str | None:
    """Write a bound, None for none that a person would want to know."""
    if bound is None or abs(bound) > _SAFE:
        return None
    if isinstance(bound, float) and bound.is_integer():
        bound = int(bound)
    return f"{bound:,}".replace(",", "\u2009")
