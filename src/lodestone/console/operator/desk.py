"""What every page of the operator's desk shares: who has logged in, what their key may do, the way between the pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from lodestone.base.errors import ForbiddenError
from lodestone.console.asking import HttpRequest, off_loop, read_by
from lodestone.console.logging_in import Entered, Role, form_of, gate_of, sent_by
from lodestone.console.reader import name_of
from lodestone.console.site import HEADERS, console
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.policy.trials import Trials

OPERATOR: Final = Role(
    "operator", "/operator",
    lambda words: words.say("Log in with a key of your community that may read and set the policy."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What came of a form, or what has to be known before it is sent."""

    text: str
    good: bool = False
    more: tuple[str, ...] = ()
    """Lines below it."""


def parts(words: Words) -> tuple[tuple[str, str, str], ...]:
    """Return the pages that the navigation leads to: name, address, word."""
    say = words.say
    return (
        ("figures", "/operator", say("Overview")),
        ("reports", "/operator/reports", say("Reports")),
        ("ads", "/operator/ads", say("Ads")),
        ("disputes", "/operator/disputes", say("Disputes")),
        ("revenue", "/operator/revenue", say("Ad revenue")),
        ("income", "/operator/income", say("Income")),
        ("search", "/operator/search", say("Search")),
        ("policy", "/operator/policy", say("Policy")),
        ("keys", "/operator/keys", say("API keys")),
        ("webhooks", "/operator/webhooks", say("Webhooks")),
        ("health", "/operator/health", say("Health")),
        ("log", "/operator/audit-log", say("Who changed what")),
    )


def trials_of(request: HttpRequest) -> Trials:
    """Return the dry runs of this process."""
    trials: Trials = request.app.state["trials"]
    return trials


def may(request: HttpRequest, who: Entered, scope: str) -> bool:
    """Say whether the key behind a login has a scope; an operator's has every one."""
    return gate_of(request).logins.may(who.login, scope)


def need(request: HttpRequest, who: Entered, scope: str) -> None:
    """Pass, or raise ForbiddenError where the key behind a login has not got a scope."""
    if not may(request, who, scope):
        raise ForbiddenError("scope_missing", f"the key of this login lacks the scope {scope!r}")


async def sent(request: HttpRequest, fields_max: int) -> tuple[Entered, dict[str, str]]:
    """Return who sent a form of the desk, and its fields. Raises as `sent_by`."""
    who = await sent_by(request, OPERATOR, fields_max=fields_max)
    return who, await form_of(request, fields_max)


async def frame(
    request: HttpRequest, who: Entered, part: str, *, here: str | None = None
) -> Mapping[str, object]:
    """Return what the frame of a page needs.

    Args:
        request: The request.
        who: Who has logged in.
        part: The page's name in `parts`.
        here: The page's address without its query, where a form was sent to another.
    """
    words = console(request.app.state).words(request)
    read_by(request)
    community = await off_loop(request, use_cases.stored(who.engine).community)
    asked = {} if request.method == "POST" else dict(request.query_params)
    return {
        "community": name_of(community.given) or who.engine.community.id,
        "token": who.form_token,
        "part": part,
        "parts": parts(words),
        "other_language": _other_language(here or request.scope["path"], asked),
    }


def _other_language(path: str, asked: Mapping[str, str]) -> Callable[[str], str]:
    return lambda language: f"{path}?{urlencode({**asked, 'lang': language})}"


async def answer(
    request: HttpRequest,
    who: Entered,
    part: str,
    template: str,
    shown: Mapping[str, object],
    *,
    here: str | None = None,
    status: int = 200,
) -> Response[Any]:
    """Answer with a page of the desk; see `frame`."""
    shown = {"note": None, **await frame(request, who, part, here=here), **shown}
    return console(request.app.state).page(request, f"operator/{template}", shown, status=status)


def onward(path: str, **query: str) -> Response[Any]:
    """Lead from a form that has been dealt with to the page that shows it, so that a reload sends nothing."""
    address = f"{path}?{urlencode(query)}" if query else path
    return Redirect(address, status_code=303, headers=HEADERS)
