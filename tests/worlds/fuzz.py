"""Requests drawn from the document itself, with poison in some of their fields, and an eye on every answer."""

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field

from lodestone.serve.openapi import document_of
from tests.worlds.trade_world import market
from tests.worlds.whole_bodies import WHOLE, leaves, spoiled

BIG = 2**63
TEXTS = (
    "", " ", "tea", "p0", "i0", "soup", "soups", "bowl", "CNY", "Asia/Shanghai", "2026-03-04", "2026-03-04T12:00:00Z",
    "08:00", "like", "zh", "read", "manual", "paid", "image/png", "https://app.example/hook", "a\0b", "\x1f", "\x7f",
    "a\nb", "\u202e", "\u200b", "👨\u200d🌾", "می\u200cخواهم", "茶\u3000山", "x" * 129, "x" * 30_000, "%00", "../../x",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-00-00", "2026-02-30", "9999-12-31", "10000-01-01",
    "NaN", "1e400", str(BIG), str(-BIG - 1), "'; DROP TABLE people; --", "{{7*7}}", "\ufffd", "vou_x", "rcp_x", "ord_x",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 50, 1_000, 2**31 - 1, 2**31, 2**53, 2**62, BIG - 1, BIG, -BIG, -BIG - 1, 2**64, 10**40, 0.5, -0.0, 1e-320,
    1e308, -1e308,
)  # fmt: skip
RAW = (
    b"", b"\xff", b"{", b"null", b"[]", b"{}", b'"', b"NaN", b'{"a":\xed\xa0\x80}', b"\xef\xbb\xbf{}", b"[" * 50_000,
    b'{"a":' * 20_000, b'{"name":"\\ud800"}', b'{"a":1e999}', b"\0", b'{"id":"x"}\n{"id":\xff}\n', b'{"version":' + b"9" * 400 + b"}",
)  # fmt: skip
SEGMENTS = (
    "p0", "i0", "d0", "c", "soups", "soup", "room", "app", "m", "popular", "tea", "like", "%00", "%FF", "%ED%A0%80", "a%0Ab",
    "%E2%80%AE", "x" * 129, "x" * 3_000, "%2F", "a%2Fb", "9223372036854775808", "-1", "2026-03-04", "0000-00-00", "1e400", "%25",
    "%F0%9F%91%A8%E2%80%8D%F0%9F%8C%BE", "nobody", "1",
)  # fmt: skip
LEFT_OUT = {
    "POST /v1/backup": "writes a folder wherever it is told",
    "POST /v1/communities/{community_id}/disable": "closes the community that is asked",
    "PUT /v1/communities/{community_id}": "makes a community of every name that is drawn",
}
_HEAVY = ("/v1/reports/", "/v1/policy/dry-run", "/docs", "/openapi.json", "/metrics", "/v1/verify")
_HEAVY_SHARE = 0.05


@dataclass
class Fuzz:
    """Draws requests for one world and counts what is answered."""

    world: object
    seed: int
    statuses: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    asked: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        inner = self.world.app.asgi._inner
        document = document_of(inner)
        self.parameters = document["components"]["parameters"]
        self.schemas = document["components"]["schemas"]
        self.operations = [
            (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if f"{method.upper()} {path}" not in LEFT_OUT
        ]

    async def run(self, requests):
        """Send so many requests, putting what they need back now and then."""
        for number in range(requests):
            if number % 1_000 == 0:
                await self.furnish()
            await self.one()
        return self

    async def furnish(self):
        await self.world.people(4)
        await self.world.items(6)

    async def one(self):
        method, path, operation = self.random.choice(self.operations)
        if path.startswith(_HEAVY) and self.random.random() > _HEAVY_SHARE:
            return
        url = re.sub(r"\{[^}]*\}", lambda _: self.segment(), path)
        query = self.query(operation.get("parameters", ()))
        headers = self.headers()
        body = self.body(f"{method} {path}", operation, headers)
        answer = await self.world.http.request(
            method, url + query, content=body, headers=headers, follow_redirects=False
        )
        self.asked[f"{method} {path}"] += 1
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code not in (501, 503):
            self.faults.append(
                (method, url + query, headers, (body or b"")[:500], answer.text[:300])
            )

    def segment(self):
        return self.random.choice(SEGMENTS)

    def query(self, parameters):
        pairs = []
        for named in parameters:
            parameter = self.parameters.get(named.get("$ref", "").rpartition("/")[2], named)
            if parameter["in"] == "query" and self.random.random() < 0.6:
                value = self.random.choice([*SEGMENTS, self.random.choice(NUMBERS)])
                pairs.append(f"{parameter['name']}={value}")
        if self.random.random() < 0.05:
            pairs.append("%FF=%00")
        return "?" + "&".join(pairs) if pairs else ""

    def headers(self):
        drawn = self.random.random()
        keys = (self.world.key, self.world.app.operator_key, self.world.token, "none")
        key = keys[0 if drawn < 0.75 else 1 if drawn < 0.85 else 2 if drawn < 0.97 else 3]
        headers = {"Authorization": f"Bearer {key}", "X-Community": "c"}
        if self.random.random() < 0.1:
            headers["Idempotency-Key"] = f"k{self.random.randrange(50)}"
        return headers

    def body(self, name, operation, headers):
        described = operation.get("requestBody")
        if described is None:
            return None
        kind, content = next(iter(described["content"].items()))
        headers["Content-Type"] = kind
        if self.random.random() < 0.15:
            return self.random.choice(RAW)
        whole = [body for known, body in WHOLE.items() if known.rstrip() == name]
        if whole and self.random.random() < 0.6:
            return encoded(self.spoil(self.random.choice(whole)))
        if "ndjson" in kind:
            name = "PersonIn" if self.random.random() < 0.5 else "ItemIn"
            rows = [self.sample({"$ref": f"#/{name}"}, 0) for _ in range(3)]
            return b"\n".join(
                encoded({"id": self.random.choice(TEXTS), **row})
                if isinstance(row, dict)
                else encoded(row)
                for row in rows
            )
        if "json" not in kind:
            return b"bytes"
        return encoded(self.sample(content["schema"], 0))

    def spoil(self, body):
        """Put poison at one place of a body that would be taken, or leave it whole."""
        path = self.random.choice([None, *leaves(body)])
        return body if path is None else spoiled(body, path, self.random.choice([*TEXTS, *NUMBERS]))

    def sample(self, schema, depth):
        """Draw a value of a schema; now and then one that is none."""
        drawn = self.random.random()
        if drawn < 0.03 or depth > 8:
            return self.random.choice([None, [], {}, *TEXTS, *NUMBERS])
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            match = next(
                (
                    key
                    for key in self.schemas
                    if key == name or key.endswith((f"_{name}", f".{name}"))
                ),
                name,
            )
            return self.sample(self.schemas.get(match, {}), depth)
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.sample(self.random.choice(schema[several]), depth)
        return self.of_type(schema, depth)

    def of_type(self, schema, depth):
        if "enum" in schema and self.random.random() < 0.9:
            return self.random.choice(schema["enum"])
        kind = schema.get("type", "string")
        kind = self.random.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            return self.an_object(schema, depth)
        if kind == "array":
            return [
                self.sample(schema.get("items") or {}, depth + 1)
                for _ in range(self.random.randrange(4))
            ]
        if kind in ("integer", "number"):
            fits = [n for n in NUMBERS if schema.get("minimum", n) <= n <= schema.get("maximum", n)]
            return self.random.choice(fits if fits and self.random.random() < 0.8 else NUMBERS)
        if kind == "boolean":
            return self.random.random() < 0.5
        return None if kind == "null" else self.a_text(schema)

    def an_object(self, schema, depth):
        needed = schema.get("required", ())
        value = {
            name: self.sample(part, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if self.random.random() < (0.97 if name in needed else 0.5)
        }
        if isinstance(schema.get("additionalProperties"), dict):
            for _ in range(self.random.randrange(3)):
                value[self.random.choice(TEXTS)] = self.sample(
                    schema["additionalProperties"], depth + 1
                )
        return value

    def a_text(self, schema):
        if schema.get("format") == "date-time" and self.random.random() < 0.7:
            return "2026-03-04T12:00:00Z"
        pattern = schema.get("pattern")
        fits = [text for text in TEXTS if pattern is None or re.search(pattern, text)]
        return self.random.choice(fits if fits and self.random.random() < 0.8 else TEXTS)


def encoded(value):
    """Write JSON with its controls escaped and its text in UTF-8."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


async def furnished(world):
    """Fill a world with a little of everything, so that drawn ids meet something."""
    await world.people(4)
    await world.items(12)
    await world.put("/v1/domains/d0", {"kind": "channel"}, status=201)
    await market(world)
    await world.put(
        "/v1/live/room", {"owner_id": "p0", "title": "Room", "state": "live"}, status=201
    )
    await world.put(
        "/v1/webhooks/app", {"url": "https://app.example/hook", "state": "paused"}, status=201
    )
    made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
    world.token = made["token"]
