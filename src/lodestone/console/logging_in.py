"""Logging in to the pages of a role: a key typed into a form, exchanged for a cookie of that role's pages only.

Every role has the same four routes under its own path; `door_of` makes them. A handler of a role's page asks
`entered` first. Whoever is not logged in is sent to the form and comes back to where they wanted to go.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from lodestone.base.audit import act_as, present_actor
from lodestone.base.clock import Instant
from lodestone.base.errors import (
    BusyError,
    ForbiddenError,
    GoneError,
    LodestoneError,
    UnauthorisedError,
    UnavailableError,
    UnknownError,
)
from lodestone.console.asking import HttpRequest, engines
from lodestone.console.demo import local
from lodestone.console.gate import Gate
from lodestone.console.site import HEADERS, console, kept
from lodestone.console.words import Words
from lodestone.services.access import Principal
from lodestone.services.access.logins import FORM_MICROS, LOGIN_MICROS, Login
from lodestone.services.access.permissions import ANYONE
from lodestone.services.community.community import Engine

FIELDS_MAX: Final = 8
"""The most fields of a form that says nothing else."""
FORM_HEADER: Final = "x-form-token"
"""In which a script sends a form's token where the body is no form; no other site's page may set it."""
_STATUS: Final = (
    (UnknownError, 404), (ForbiddenError, 403), (GoneError, 410), (UnavailableError, 503),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A role whose pages need a login: its name, and the path under which they all lie."""

    name: str
    path: str
    asks: Callable[[Words], str]
    """Says what its login form asks for."""
    by_operator: bool = True
    """Whether an operator's key opens it, of whichever community."""

    @property
    def cookie(self) -> str:
        """Return the name of the cookie."""
        return f"lodestone_{self.name}"

    @property
    def entry_cookie(self) -> str:
        """Return the name of the cookie that a login form goes with."""
        return f"lodestone_{self.name}_form"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is logged in, and the community whose pages they see."""

    login: Login
    engine: Engine
    form_token: str

    def person(self) -> str:
        """Return whom the key serves as. Raises UnauthorisedError: nobody, or they have been erased."""
        ordinal, directory = self.login.serves, self.engine.directory
        row = -1 if ordinal is None else directory.row_of_ordinal(ordinal)
        person = None if row < 0 else directory.person_ids[row]
        if person is None:
            raise UnauthorisedError(
                "login_ended", "whoever this key serves as is not here any more"
            )
        return person

    def principal(self, *scopes: str) -> Principal:
        """Return as whom the login asks the use cases; whose an object is the desk looks at."""
        key = self.login.key_id
        return Principal(
            self.engine.community.id, frozenset(scopes), digest=key.encode(), key_id=key
        )


def entered(request: HttpRequest, role: Role) -> Entered:
    """Return who is logged in to a role's pages.

    Raises:
        UnauthorisedError: Nobody is, or not any more.
    """
    gate = gate_of(request)
    login = gate.logins.read(role.name, kept(request, role.cookie), _now(request))
    return Entered(login, engines(request).of(login.community), gate.logins.form_token(login))


async def sent_by(request: HttpRequest, role: Role, *, fields_max: int = FIELDS_MAX) -> Entered:
    """Return who sent a form of a role's pages.

    Args:
        request: The request.
        role: The role.
        fields_max: The most fields that the form may have.

    Raises:
        UnauthorisedError: Nobody is logged in.
        ForbiddenError: The form does not carry the login's token, or comes from another site.
    """
    who = entered(request, role)
    _same_site(request)
    token = request.headers.get(FORM_HEADER) or (await form_of(request, fields_max)).get(
        "token", ""
    )
    gate_of(request).logins.check_form(who.login, token)
    actor = present_actor()
    if actor is not None:
        act_as(replace(actor, key_id=who.login.key_id, person=who.login.serves))
    return who


def door_of(role: Role, title: str) -> list[Any]:
    """Make the routes by which a role's pages are entered and left.

    Args:
        role: The role.
        title: What its pages are called; a sentence of the catalogue.
    """

    @get(f"{role.path}/login", opt=ANYONE, include_in_schema=False, name=f"{role.name} login form")
    async def form(request: HttpRequest) -> Response[Any]:
        asked = request.query_params
        code = "ended" if asked.get("why") == "ended" else ""
        return _show_form(request, role, title, _Tried(asked.get("next", ""), code))

    @post(f"{role.path}/login", opt=ANYONE, include_in_schema=False, name=f"{role.name} login")
    async def enter(request: HttpRequest) -> Response[Any]:
        try:
            return await _enter(request, role)
        except (UnauthorisedError, ForbiddenError, BusyError, UnavailableError) as error:
            wanted = (await form_of(request)).get("next", "")
            return _show_form(request, role, title, _Tried(wanted, error.code, error))

    @post(
        f"{role.path}/logout",
        opt=ANYONE,
        include_in_schema=False,
        name=f"{role.name} logout",
        exception_handlers=refusals_of(role),
    )
    async def leave(request: HttpRequest) -> Response[Any]:
        who = await sent_by(request, role)
        await gate_of(request).logins.leave(who.login, _now(request))
        answer = Redirect(f"{role.path}/login", status_code=303, headers=HEADERS)
        answer.delete_cookie(role.cookie, path=role.path)
        return answer

    return [form, enter, leave]


def refusals_of(role: Role) -> dict[int | type[Exception], Any]:
    """Return how the handlers of a role's pages answer when something is refused."""

    def to_form(request: HttpRequest, error: UnauthorisedError) -> Response[Any]:
        if request.headers.get("x-part"):
            return Response(b"", status_code=401, headers=HEADERS)
        told = {"next": _asked_for(request)} if request.method == "GET" else {}
        if error.code == "login_ended":
            told["why"] = "ended"
        query = f"?{urlencode(told)}" if told else ""
        return Redirect(f"{role.path}/login{query}", status_code=303, headers=HEADERS)

    def to_page(request: HttpRequest, error: LodestoneError) -> Response[Any]:
        return _trouble(request, role, error)

    return {UnauthorisedError: to_form, LodestoneError: to_page}


async def _enter(request: HttpRequest, role: Role) -> Response[Any]:
    gate, now = gate_of(request), _now(request)
    _same_site(request)
    told = await form_of(request)
    gate.logins.check_entry(kept(request, role.entry_cookie), told.get("token", ""), now)
    login = await gate.logins.enter(
        role.name,
        told.get("key", ""),
        told.get("community") or None,
        address=request.client.host if request.client else "",
        now=now,
    )
    answer = Redirect(_onward(role, told.get("next", "")), status_code=303, headers=HEADERS)
    answer.set_cookie(_cookie(request, role, role.cookie, gate.logins.cookie(login), LOGIN_MICROS))
    answer.delete_cookie(role.entry_cookie, path=role.path)
    return answer


@dataclass(frozen=True, slots=True)
class _Tried:
    """Where somebody wants to go, and what came of trying."""

    wanted: str
    code: str = ""
    error: LodestoneError | None = None

    @property
    def status(self) -> int:
        if isinstance(self.error, UnavailableError):
            return 503
        if isinstance(self.error, BusyError):
            return 429
        return 403 if isinstance(self.error, ForbiddenError) else 200


def _show_form(request: HttpRequest, role: Role, title: str, tried: _Tried) -> Response[Any]:
    gate, site = gate_of(request), console(request.app.state)
    words = site.words(request)
    token = gate.logins.entry_token(_now(request))
    near = local(request)
    told = {
        "role": role,
        "title": words.say(title),
        "token": token,
        "next": _onward(role, tried.wanted),
        "wrong": _said(words, tried),
        "asks": role.asks(words),
        "several": role.by_operator
        and (len(engines(request).all()) > 1 or tried.code == "login_community"),
        "key_files": [str(path) for path in gate.key_files[role.name] if near and path.is_file()],
    }
    answer = site.page(request, "login.html", told, status=tried.status)
    answer.set_cookie(_cookie(request, role, role.entry_cookie, token, FORM_MICROS))
    if isinstance(tried.error, BusyError):
        answer.headers["retry-after"] = str(tried.error.retry_seconds)
    return answer


def _said(words: Words, tried: _Tried) -> str:
    """Say in the reader's words why a login was refused, nothing of which part was wrong."""
    if isinstance(tried.error, BusyError):
        return words.say(
            "Too many wrong keys from here. Try again in {seconds} seconds.",
            {"seconds": tried.error.retry_seconds},
        )
    return {
        "": "",
        "ended": words.say("Your login has ended. Log in again to go on where you were."),
        "login_community": words.say(
            "This key opens several communities. Name the one you want to see."
        ),
        "form_foreign": words.say("This form had become too old. Type the key again."),
        "keys_unavailable": words.say("Keys cannot be checked just now. Try again in a moment."),
    }.get(
        tried.code,
        words.say("This key does not open this page. Nothing was changed; check the key."),
    )


def _trouble(request: HttpRequest, role: Role, error: LodestoneError) -> Response[Any]:
    site = console(request.app.state)
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    told = {"role": role, "message": error.message, "code": error.code}
    return site.page(request, "trouble.html", told, status=status)


def _cookie(request: HttpRequest, role: Role, name: str, value: str, micros: int) -> Cookie:
    return Cookie(
        name,
        value=value,
        path=role.path,
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
        max_age=int(timedelta(microseconds=micros).total_seconds()),
    )


def _onward(role: Role, wanted: str) -> str:
    """Return where to go after the form: a page of this role, never another site's."""
    path = wanted.split("?", maxsplit=1)[0]
    inside = path == role.path or path.startswith(role.path + "/")
    up = any(unquote(segment) in (".", "..") for segment in path.split("/"))
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and "//" not in path
    if up or not (inside and plain) or path in (f"{role.path}/login", f"{role.path}/logout"):
        return role.path
    return wanted


def _same_site(request: HttpRequest) -> None:
    """Pass, or raise ForbiddenError when a browser says that another site's page sent this.

    `Sec-Fetch-Site` settles it where a browser sends it. Over plain HTTP from another machine none does: then the page's
    host must be ours by name. Scheme and port are left out, since a proxy may listen at others than it hands on, and
    `X-Forwarded-Host` counts as well as `Host`, which some proxies replace: another site's form can set neither.
    """
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        own = fetched_from in ("same-origin", "none")
    else:
        hosts = f"{request.headers.get('host', '')},{request.headers.get('x-forwarded-host', '')}"
        origin = request.headers.get("origin")
        names = {_hostname(f"//{host.strip()}") for host in hosts.split(",")}
        own = origin is None or _hostname(origin) in names - {None}
    if not own:
        raise ForbiddenError("form_foreign", "this form was not sent from its own page")


def _asked_for(request: HttpRequest) -> str:
    """Return path and query as they were asked for; no host is read, which a client may send as it likes."""
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "replace")
    return quote(path) + (f"?{query}" if query else "")


def _hostname(address: str) -> str | None:
    """Return the host of an address in lower case, None where there is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


async def form_of(request: HttpRequest, fields_max: int = FIELDS_MAX) -> dict[str, str]:
    """Read a form's fields; anything that is not one, or has too many, has none."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=fields_max))
    except ValueError:
        return {}


def gate_of(request: HttpRequest) -> Gate:
    """Return what the consoles need of the installation."""
    found = console(request.app.state).gate
    assert found is not None, "the consoles' routes are made with a gate"
    return found


def _now(request: HttpRequest) -> Instant:
    return engines(request).wall.now()
