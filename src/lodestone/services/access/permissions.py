"""Who may call a route: declared where the route is made, checked before anything of the request is read."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from lodestone.base.errors import ForbiddenError
from lodestone.services.access import OPERATOR, Principal

NAME: Final = "permission"
"""Under which a route's options hold its permission."""
Audited = Literal["every write", "what it says", "never"]
Caller = Literal["anyone", "callback", "known", "server", "page", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a route asks of whoever calls it, and how its answers are treated under an idempotency key."""

    who: Caller = "known"
    """`anyone` shows no key, nor does a `callback`, which has no rate limit and checks a token of its own;
    `known` is any key or page; `server` any key; `page` a page's session; `operator` an operator's key."""
    scopes: tuple[str, ...] = ()
    """All of these are needed."""
    refusal: tuple[str, str] = ("scope_missing", "a page's session may not do this; ask the server")
    """Code and message for a page where a server's key is needed."""
    own: bool = False
    """A page's session may call it without these scopes, for what is its viewer's own; the use case looks."""
    office: bool = False
    """A page's session may call it without these scopes, by an office that its viewer holds; the use case looks."""
    secret: bool = False
    """The answer holds a secret: it is stored encrypted under the key that asked."""
    signed: bool = False
    """A callback's check is the signature of its body."""
    own_answers: bool = False
    """The use case stores its answers itself, in the commit that makes them true."""
    large_body: bool = False
    """A body of an open route may hold a picture; others' may hold 64 KiB."""
    empty_tail: bool = False
    """The path with a `/` at its end is this route too: a client library sends it so."""
    audited: Audited = "every write"
    """What the audit log holds of it: every write, only those that say what they changed (a post's label, not its
    text), or none: what people do themselves, what only reads, and what the log of facts holds anyway."""

    @property
    def open(self) -> bool:
        """Say whether no key is asked for."""
        return self.who in ("anyone", "callback")

    def check(self, who: Principal) -> None:
        """Pass, or raise ForbiddenError naming what is missing."""
        if self.who == "operator" and OPERATOR not in who.scopes:
            raise ForbiddenError("scope_missing", "this needs the operator's key")
        if self.who == "page" and who.viewer is None:
            raise ForbiddenError(
                "session_needed", "this is for a page's session; POST /v1/sessions makes one"
            )
        if (self.own or self.office) and who.viewer is not None:
            return
        if self.who == "server" and who.viewer is not None:
            raise ForbiddenError(*self.refusal)
        for scope in self.scopes:
            who.need(scope)


UNAUDITED: Final[dict[str, Any]] = {"audited": "never"}
SAYS: Final[dict[str, Any]] = {"audited": "what it says"}


def needs(*scopes: str, **more: Any) -> dict[str, Permission]:
    """Return a route's options: a key or page with these scopes; `more` are a permission's other fields."""
    return {NAME: Permission(scopes=scopes, **more)}


ANYONE: Final = {NAME: Permission(who="anyone", audited="never")}
FORM: Final = {NAME: Permission(who="anyone")}
"""A form of a role's pages: it carries a login, which is looked at where the form is read."""
PICTURE_FORM: Final = {NAME: Permission(who="anyone", large_body=True)}
"""Likewise; its body is a picture."""
CALLBACK: Final = {NAME: Permission(who="callback", audited="never")}
SIGNED: Final = {NAME: Permission(who="callback", audited="never", signed=True)}
BY_PAGE: Final = {NAME: Permission(who="page", audited="never")}
BY_OPERATOR: Final = {NAME: Permission(who="operator")}
