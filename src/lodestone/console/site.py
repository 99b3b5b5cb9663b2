"""The pages as one part of the application: words, templates and files read once, and how a page is answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.config.app import AppConfig
from litestar.datastructures import Cookie
from litestar.datastructures import State as AppState
from litestar.params import PathParameter
from litestar.plugins import InitPlugin

from lodestone.base.clock import DAY_SECONDS
from lodestone.console.files import StaticFiles, leaflet_files
from lodestone.console.gate import Gate
from lodestone.console.progress import Progress
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
_GROUND: Final = re.compile(rb"--ground: light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)")
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
_OWN_ADDRESS: Final = re.compile(
    r'((?:href|src|action|formaction|data-icons|data-leaflet|data-leaflet-style)=")/(?!/)'
)
"""An attribute that names an address of ours; what people wrote cannot look so, since quotes are escaped in it."""
Asked = Request[Any, Any, Any]
Text = TypeVar("Text", str, bytes)
FileName = Annotated[str, PathParameter(description="A file of the pages.")]


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What an installation's settings say of its pages."""

    demo: str | None
    """The community whose residents anyone on this machine may be; None outside a demo."""
    previews: str | None
    """The community whose things links show a preview of; None for none."""
    root: str
    """The path under which a proxy shows the pages, without a `/` at its end; empty for none. Templates write addresses
    without it, scripts take it from `data-root` (`address.js`)."""
    tiles: tuple[str, str] | None
    """The address of the map's tiles and who made them; None where no third party is asked."""


class Console(InitPlugin):
    """All pages. Handed to the application, which knows nothing else of them."""

    def __init__(
        self,
        routes: Sequence[Any],
        *,
        settings: PageSettings,
        gate: Gate | None,
        progress: Progress,
        state: Mapping[str, object],
    ) -> None:
        """Read words, templates and files.

        Args:
            routes: The handlers of every page.
            settings: What the installation says of them.
            gate: What logging in to the consoles needs; None where there are none.
            progress: How far the demo is while its town lives.
            state: What handlers find by name in the application's state, besides the console itself.
        """
        self.root, self.tiles = settings.root, settings.tiles
        self.demo, self.previews = settings.demo, settings.previews
        self.progress = progress
        self.gate = gate
        self.files = StaticFiles(FOLDER / "static", leaflet_files())
        self.catalogue = Catalogue(FOLDER / "locale")
        self.routes = routes
        self.state = {"console": self, **state}
        self._said: dict[str, dict[str, str | None]] = {}
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals["static"] = self.files.address
        self.grounds = grounds(self.files.get("tokens.css").body)
        """The pages' ground in the light and in the dark."""
        self._templates.globals["grounds"] = self.grounds

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add the routes and put the console where they find it."""
        app_config.route_handlers.extend([get_static, *self.routes])
        app_config.state.update(self.state)
        return app_config

    def words(self, request: Asked) -> Words:
        """Return the words of the language this request wants."""
        return self.catalogue.choose(
            request.query_params.get("lang"),
            kept(request, "lang"),
            request.headers.get("accept-language", ""),
        )

    def theme(self, request: Asked) -> str:
        """Return the light this reader has chosen, empty for the system's own."""
        theme = kept(request, "theme") or ""
        return theme if theme in THEMES else ""

    def page(
        self, request: Asked, template: str, told: Mapping[str, object], *, status: int = 200
    ) -> Response[str]:
        """Answer with a page in the reader's language and light; templates find what `write` gives them."""
        words = self.words(request)
        body = self.write(words, self.theme(request), template, told)
        answer = Response(body, status_code=status, media_type="text/html", headers=HEADERS)
        return self.keep_language(request, answer, words)

    @property
    def map_policy(self) -> str:
        """Return the policy of a page with the map: pictures from the tiles' origin besides, where there is one."""
        if self.tiles is None:
            return _POLICY
        origin = "/".join(self.tiles[0].split("/", 3)[:3])
        return _POLICY.replace("img-src 'self'", f"img-src 'self' {origin}")

    def write(self, words: Words, theme: str, template: str, context: Mapping[str, object]) -> str:
        """Write a page.

        Templates find `_` and `ngettext` to say sentences, `static` for a file's address, `script_words`
        for the sentences of scripts, `lang`, `languages`, `theme` and `root`, besides what is told.
        """
        body = self._templates.get_template(template).render(
            {
                "_": words.say,
                "ngettext": words.count,
                "lang": words.language,
                "languages": self.catalogue.languages,
                "theme": theme,
                "root": self.root,
                "script_words": lambda *names: self._script_words(words, names),
                **context,
            }
        )
        return _OWN_ADDRESS.sub(rf"\g<1>{self.root}/", body) if self.root else body

    def keep_language(self, request: Asked, answer: Response[Text], words: Words) -> Response[Text]:
        """Let an answer keep the language that its address asked for."""
        if request.query_params.get("lang") is not None:
            answer.set_cookie(
                Cookie("lang", value=words.language, max_age=_KEPT_SECONDS, samesite="lax")
            )
        return answer

    def lost(self, scope: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Return the page of an address at which there is nothing, and its headers."""
        request: Asked = Request(scope)  # type: ignore[arg-type]  # a scope that no route has taken
        headers = {**HEADERS, "content-type": "text/html; charset=utf-8"}
        page = self.write(self.words(request), self.theme(request), "lost.html", {})
        return page.encode(), headers

    def _script_words(self, words: Words, names: Sequence[str]) -> str:
        """Return as JSON the sentences that scripts say, in this language; for a `data-words` attribute."""
        told: dict[str, list[str]] = {}
        for name in names:
            if name not in self._said:
                self._said[name] = said_by(self.files.get(name).body)
            told |= words.slice(self._said[name])
        return msgspec.json.encode(told).decode()


def grounds(tokens: bytes) -> tuple[str, str]:
    """Find the pages' ground in the light and in the dark, for what is drawn by the browser around a page.

    >>> grounds(b"--ground: light-dark(#FBFAF7, #12151B);")
    ('#FBFAF7', '#12151B')
    """
    match = _GROUND.search(tokens)
    assert match is not None
    return match[1].decode(), match[2].decode()


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
    file = console(state).files.get(name)
    named = request.query_params.get("v") == file.version
    asked = request.headers
    status, body, more = file.choose(asked.get("accept-encoding", ""), asked.get("if-none-match"))
    headers = {
        **more,
        "cache-control": "public, max-age=31536000, immutable" if named else "no-cache",
        "x-content-type-options": "nosniff",
        "content-security-policy": _FILE_POLICY,
    }
    return Response(body, status_code=status, media_type=file.kind, headers=headers)
