"""The documentation page: the served OpenAPI document as plain HTML."""

from html import escape
from typing import Any, Final

_STYLE: Final = """
:root{--ground:#FBFAF7;--card:#FFFFFF;--ink:#171B22;--soft:#565E6B;--line:#E3E0D8;--public:#0B66A8}
@media(prefers-color-scheme:dark){:root{--ground:#12151B;--card:#1A1F28;--ink:#EEF0F3;--soft:#A3ACBA;--line:#2A313D;--public:#6DB6F2}}
body{margin:0 auto;max-width:72ch;padding:24px 16px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:28px;line-height:1.2}h2{font-size:20px;line-height:1.2;margin-top:40px}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px 16px;margin:12px 0}
code{font-size:14px;overflow-wrap:anywhere}b{color:var(--public)}p{margin:4px 0;color:var(--soft)}a{color:var(--public)}
"""


def page_of(schema: dict[str, Any]) -> str:
    """Write every route, by its first part, with what it does and how it answers."""
    groups: dict[str, list[str]] = {}
    for path, methods in sorted(schema["paths"].items()):
        room = path.split("/")[1]
        group = path.split("/")[2] if room == "v1" else "gorse" if room == "api" else "service"
        for method, told in methods.items():
            groups.setdefault(group.split(":")[0], []).append(_route(path, method, told))
    parts = [f"<h2>{escape(group)}</h2>{''.join(routes)}" for group, routes in groups.items()]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Lodestone: routes</title><style>{_STYLE}</style><h1>Lodestone: every route</h1>"
        '<p>The same as a machine reads it: <a href="/openapi.json">openapi.json</a>. Send your key as '
        "<code>Authorization: Bearer KEY</code>.</p>" + "".join(parts) + "</html>"
    )


def _route(path: str, method: str, told: dict[str, Any]) -> str:
    answers = ", ".join(sorted(told.get("responses", {})))
    text = escape(told.get("description") or told.get("summary") or "")
    return (
        f"<section><b>{method.upper()}</b> <code>{escape(path)}</code>"
        f"<p>{text}</p><p>Answers {answers}</p></section>"
    )
