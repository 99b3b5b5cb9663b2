"""The documentation page: the served OpenAPI document as plain HTML."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Any, Final

import msgspec

from lodestone.serve.http.documents import Document, document_of

_STYLE: Final = """
body{margin:0 auto;max-width:72ch;padding:var(--space-24) var(--space-16);background:var(--ground);color:var(--ink);font:var(--type-16)/var(--leading) var(--face)}
h1{font-size:var(--type-28);line-height:var(--leading-tight)}h2{font-size:var(--type-20);line-height:var(--leading-tight);margin-top:var(--space-40)}
section{background:var(--card);border:var(--hairline) solid var(--line);border-radius:var(--corner-card);padding:var(--space-12) var(--space-16);margin:var(--space-12) 0}
code{font-size:var(--type-14);overflow-wrap:anywhere}b{color:var(--public)}p{margin:var(--space-4) 0;color:var(--ink-soft)}a{color:var(--public)}
"""
_STYLE_DIGEST: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'self' 'sha256-{_STYLE_DIGEST}'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""The page loads the tokens of the pages, and has one style of its own."""


def documents_of(schema: dict[str, Any]) -> Mapping[str, Document]:
    """Write the documents of the routes that a schema describes: `openapi` for machines, `docs` for people."""
    json = {
        "content-type": "application/vnd.oai.openapi+json",
        "cache-control": "no-cache",
    }
    html = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": _POLICY,
    }
    return {
        "openapi": document_of(msgspec.json.encode(schema), json),
        "docs": document_of(page_of(schema).encode(), html),
    }


def page_of(schema: dict[str, Any]) -> str:
    """Write every route, by its tag, with what it does and how it answers."""
    groups: dict[str, list[str]] = {tag["name"]: [] for tag in schema["tags"]}
    for path, methods in sorted(schema["paths"].items()):
        for method, told in methods.items():
            groups[told["tags"][0]].append(_route(path, method, told))
    parts = [
        f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        + "".join(groups[tag["name"]])
        for tag in schema["tags"]
        if groups[tag["name"]]
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>Lodestone: routes</title><link rel="stylesheet" href="/static/tokens.css"><style>{_STYLE}</style><h1>Lodestone: every route</h1>'
        '<p>The same as a machine reads it: <a href="/openapi.json">openapi.json</a>. Send your key as '
        "<code>Authorization: Bearer KEY</code>.</p>" + "".join(parts) + "</html>"
    )


def _route(path: str, method: str, told: dict[str, Any]) -> str:
    answers = ", ".join(sorted(told.get("responses", {})))
    text = escape(told.get("description") or f"{told['summary']}.")
    return (
        f"<section><b>{method.upper()}</b> <code>{escape(path)}</code>"
        f"<p>{text}</p><p>Answers {answers}</p></section>"
    )
