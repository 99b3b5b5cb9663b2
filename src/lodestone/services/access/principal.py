"""Who asks, and what their key lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import ForbiddenError

SCOPES: Final = (
    "read",
    "write",
    "events",
    "feeds",
    "policy",
    "clock",
    "import",
    "sessions",
    "media",
    "orders",
    "desk",
    "review",
    "money",
    "webhooks",
    "audit",
    "ads",
    "creators",
)
OPERATOR: Final = "operator"
"""The scope of an operator's key: everything, in every community."""
_SERVES: Final = "serve:"


def serving(ordinal: int) -> str:
    """Return the scope of a key that serves at shops as one person; it opens no route, only their desks.

    >>> serving(7)
    'serve:7'
    """
    return f"{_SERVES}{ordinal}"


def serves(scopes: Iterable[str]) -> int | None:
    """Return the ordinal of the person whom a key serves as, None for every other key.

    >>> serves(["serve:7"]), serves(["read", "desk"])
    (7, None)
    """
    named = [scope.removeprefix(_SERVES) for scope in scopes if scope.startswith(_SERVES)]
    return int(named[0]) if named else None


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks, once known."""

    community: str | None
    """None for an operator who has not said which."""
    scopes: frozenset[str]
    digest: bytes
    viewer: str | None = None
    """The only person a page's token may speak for."""
    key_id: str = ""
    """The key's id, empty for a page's token."""

    @property
    def server_side(self) -> bool:
        """Say whether this is a key, not a page."""
        return self.viewer is None

    def need(self, scope: str) -> None:
        """Pass, or raise ForbiddenError naming the scope that is missing."""
        if OPERATOR not in self.scopes and scope not in self.scopes:
            raise ForbiddenError("scope_missing", f"this key lacks the scope {scope!r}")
