"""The pages as one part of the application: words, templates and files read once, and how a page is answered."""

from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.config.app import AppConfig
from litestar.datastructures import Cookie
from litestar.datastructures import State as AppState
from litestar.params import PathParameter
from litestar.plugins import InitPlugin

from lodestone.base.clock import DAY_SECONDS
from lodestone.console.files import StaticFiles
from lodestone.console.gate import Gate
from lodestone.console.words import Catalogue, Words, said_by
from lodestone.services.access.permissions import ANYONE

FOLDER: Final = Path(__file__).parent
THEMES: Final = ("light", "dark")
_KEPT_SECONDS: Final = 365 * DAY_SECONDS
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{what}-src 'self'" for what in ("script", "style", "img", "media", "font", "connect")),
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_FILE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of a file opened by itself: a drawing may have its own style, and runs nothing."""
HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    "vary": "accept-language, cookie",
}
"""Of every page: nothing from elsewhere, no script in the page itself, nothing kept by a cache."""
Asked = Request[Any, Any, Any]
FileName = Annotated[str, PathParameter(description="A file of the pages.")]


class Console(InitPlugin):
    """All pages. Handed to the application, which knows nothing else of them."""

    def __init__(self, routes: Sequence[Any], *, demo: str | None, gate: Gate | None) -> None:
        """Read words, templates and files.

        Args:
            routes: The handlers of every page.
            demo: The community whose residents anyone on this machine may be; None outside a demo.
            gate: What logging in to the consoles needs; None where there are none.
        """
        self.demo = demo
        self.gate = gate
        self.files = StaticFiles(FOLDER / "static")
        self.catalogue = Catalogue(FOLDER / "locale")
        self._routes = routes
        self._said: dict[str, dict[str, str | None]] = {}
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals["static"] = self.files.address

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add the routes and put the console where they find it."""
        app_config.route_handlers.extend([get_static, *self._routes])
        app_config.state["console"] = self
        return app_config

    def words(self, request: Asked) -> Words:
        """Return the words of the language this request wants."""
        return self.catalogue.choose(
            request.query_params.get("lang"),
            kept(request, "lang"),
            request.headers.get("accept-language", ""),
        )

    def page(
        self, request: Asked, template: str, told: Mapping[str, object], *, status: int = 200
    ) -> Response[str]:
        """Answer with a page in the reader's language and light.

        Templates find `_` and `ngettext` to say sentences, `static` for a file's address, `script_words`
        for the sentences of scripts, `lang`, `languages` and `theme`, besides what is told.
        """
        words, theme = self.words(request), kept(request, "theme")
        body = self._templates.get_template(template).render(
            {
                "_": words.say,
                "ngettext": words.count,
                "lang": words.language,
                "languages": self.catalogue.languages,
                "theme": theme if theme in THEMES else "",
                "script_words": lambda *names: self._script_words(words, names),
                **told,
            }
        )
        answer = Response(body, status_code=status, media_type="text/html", headers=HEADERS)
        if request.query_params.get("lang") is not None:
            answer.set_cookie(
                Cookie("lang", value=words.language, max_age=_KEPT_SECONDS, samesite="lax")
            )
        return answer

    def _script_words(self, words: Words, names: Sequence[str]) -> str:
        """Return as JSON the sentences that scripts say, in this language; for a `data-words` attribute."""
        told: dict[str, list[str]] = {}
        for name in names:
            if name not in self._said:
                self._said[name] = said_by(self.files.get(name).body)
            told |= words.slice(self._said[name])
        return msgspec.json.encode(told).decode()


def kept(request: Asked, name: str) -> str | None:
    """Return a cookie's value, None when it is not there or nothing can be read."""
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def console(state: AppState) -> Console:
    """Return the console of this process."""
    found: Console = state["console"]
    return found


@get("/static/{name:str}", opt=ANYONE, include_in_schema=False)
async def get_static(request: Asked, state: AppState, name: FileName) -> Response[bytes]:
    """Fetch a file of the pages: for ever under its content's name, else asked about each time."""
    found = console(state).files.get(name)
    tag = f'"{found.version}"'
    named = request.query_params.get("v") == found.version
    headers = {
        "etag": tag,
        "cache-control": "public, max-age=31536000, immutable" if named else "no-cache",
        "x-content-type-options": "nosniff",
        "content-security-policy": _FILE_POLICY,
    }
    tags = request.headers.get("if-none-match", "").split(",")
    if tag in (other.strip().removeprefix("W/") for other in tags):  # weak once it has been packed
        return Response(b"", status_code=304, headers=headers)
    return Response(found.body, media_type=found.kind, headers=headers)
