"""Asks a served installation what the page of all routes shows, and notes request and answer of each route."""

import json

from lodestone.console.reference.examples import JSON, Example, address, body_text

_ITEMS_MAX = 2
_TEXT_MAX = 160
_SECRETS = {"key", "token", "secret", "stream_key"}
_SECRET_SHOWN = 8
_HERE = {"Host": "127.0.0.1:8000"}
"""A page on the machine itself, which alone a demo is shown to."""


class Recorder:
    """One request of each operation, as an app, an operator or a page would send it."""

    def __init__(self, world, document):
        self.world, self.document = world, document
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self.examples, self.answers = {}, {}
        self.session = None

    async def ask(self, name, body=None, /, *, by="app", query=None, media=JSON, keep=True, **path):
        """Ask an operation; its example stands unless `keep` says that another request shows it better."""
        method, template, operation = self.operations[name]
        sent = Example(path=path, query=query or {}, type=media, body=body)
        content = (
            None if body is None else body if isinstance(body, bytes) else body_text(body).encode()
        )
        headers = self._headers(by) | ({} if body is None else {"Content-Type": media})
        got = await self.world.http.request(
            method, address(template, sent), content=content, headers=headers
        )
        offered = got.headers.get("x-error-code") != "not_offered"
        assert got.is_success or not offered, (name, got.status_code, got.text)
        assert str(got.status_code) in operation["responses"], (name, got.status_code)
        answer = _answer(got)
        if keep:
            self.examples[name] = _shown(sent, got.status_code, answer)
            self.answers[name] = got.status_code, answer
        return answer

    def _headers(self, by):
        world = self.world
        if by == "operator":
            return {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
        if by == "page":
            return {"Authorization": f"Bearer {self.session}", **_HERE}
        if by == "nobody":
            return {"Authorization": "", **_HERE}
        return {}


def _answer(got):
    kind = got.headers.get("content-type", "")
    if not got.content:
        return None
    if "json" in kind:
        return got.json()
    return got.text if kind.startswith("text/") else None


def _shown(sent, status, answer):
    body = sent.body
    if isinstance(body, bytes):
        body = None
    return Example(
        path=sent.path, query=sent.query, type=sent.type, body=body, status=status,
        answer=shortened(answer),
    )  # fmt: skip


def shortened(value, name=""):
    """Cut long lists and texts and hide what opens a door, as the page shows an answer."""
    if isinstance(value, dict):
        return {field: shortened(part, field) for field, part in list(value.items())}
    if isinstance(value, list):
        return [shortened(part) for part in value[:_ITEMS_MAX]]
    if isinstance(value, str):
        if name in _SECRETS and len(value) > _SECRET_SHOWN:
            return value[:_SECRET_SHOWN] + "…"
        return value if len(value) <= _TEXT_MAX else value[:_TEXT_MAX] + "…"
    return value


def holds(shown, now, where="answer"):
    """Return where an answer is no longer as it is shown; fields that it has gained since are no fault."""
    if isinstance(shown, dict) and isinstance(now, dict):
        lost = [f"{where}.{name} is gone" for name in shown if name not in now]
        both = [name for name in shown if name in now]
        return lost + [
            difference
            for name in both
            for difference in holds(shown[name], now[name], f"{where}.{name}")
        ]
    if isinstance(shown, list) and isinstance(now, list):
        return holds(shown[0], now[0], f"{where}[0]") if shown and now else []
    return [] if _sort(shown) == _sort(now) else [f"{where} is {now!r}, and is shown as {shown!r}"]


def _sort(value):
    if isinstance(value, bool) or value is None:
        return type(value)
    return float if isinstance(value, int | float) else type(value)


def lines(*objects):
    """Write objects as NDJSON."""
    return "\n".join(json.dumps(written, ensure_ascii=False) for written in objects)
