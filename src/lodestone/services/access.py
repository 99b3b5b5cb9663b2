"""Who may do what: keys with scopes, and the one-hour token of a page."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import (
    ForbiddenError,
    InvalidError,
    UnauthorisedError,
    UnknownError,
)
from lodestone.stores.records import Records, key_digest

SCOPES: Final = (
    "read", "write", "events", "feeds", "policy", "clock", "import", "sessions", "media", "orders",
    "desk", "review", "money", "webhooks",
)  # fmt: skip
OPERATOR: Final = "operator"
"""The scope of an operator's key: everything, in every community."""
_SERVES: Final = "serve:"
SESSION_MICROS: Final = 3600 * 1_000_000
_PAGE: Final = "vt_"
_TAG: Final = 24


def serving(ordinal: int) -> str:
    """Return the scope of a key that serves at shops as one person; it opens no route, only the merchant's desk.

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


class Access:
    """Looks keys up, keeping those already seen; a revoked key is forgotten at once."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[str, Principal] = {}
        self._secrets: dict[str, bytes] = {}

    def principal(
        self, key: str, community: str | None, now: Instant, *, look_up: bool = True
    ) -> Principal:
        """Return who a key or token stands for.

        Args:
            key: As sent.
            community: Which one an operator means, from `X-Community`.
            now: The wall clock, for a token's end.
            look_up: Ask the records for a key not seen before; else it is taken for unknown.

        Raises:
            UnauthorisedError: It is not known, or no longer good.
        """
        if key.startswith(_PAGE):
            return self._token(key, now)
        found = self._known.get(key)
        if found is None:
            record = self._records.find_key(key_digest(key)) if look_up else None
            if record is None:
                raise UnauthorisedError("key_unknown", "this key is not known here; check it")
            found = Principal(
                record.community, frozenset(record.scopes), record.digest, key_id=record.id
            )
            self._known[key] = found
        if community is not None and OPERATOR in found.scopes:
            return replace(found, community=community)
        return found

    def forget(self) -> None:
        """Look every key up anew: one has been revoked."""
        self._known.clear()

    def session(self, community: str, viewer: str, now: Instant) -> tuple[str, Instant]:
        """Mint a token for one viewer's page; return it and when it ends."""
        until = Instant(now + SESSION_MICROS)
        body = msgspec.msgpack.encode((community, viewer, until))
        tag = _tag(self._secret(community), body)
        return _PAGE + urlsafe_b64encode(tag + body).rstrip(b"=").decode(), until

    def _secret(self, community: str) -> bytes:
        """Return what signs a community's tokens; it never changes, so it is read once."""
        secret = self._secrets.get(community)
        if secret is None:
            secret = self._secrets[community] = self._records.community(community).secret
        return secret

    def _token(self, key: str, now: Instant) -> Principal:
        problem = UnauthorisedError(
            "token_invalid", "this token is not valid; ask for a new session"
        )
        text = key.removeprefix(_PAGE).encode()
        try:
            raw = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
            told = msgspec.msgpack.decode(raw[_TAG:], type=tuple[str, str, int])
        except (Base64Error, ValueError, msgspec.MsgspecError) as error:
            raise problem from error
        community, viewer, until = told
        try:
            secret = self._secret(community)
        except (UnknownError, InvalidError) as error:
            raise problem from error
        if not hmac.compare_digest(raw[:_TAG], _tag(secret, raw[_TAG:])):
            raise problem
        if now >= until:
            raise UnauthorisedError("token_expired", "this session has ended; ask for a new one")
        return Principal(
            community, frozenset({"feeds", "events", "orders"}), key_digest(key), viewer
        )


def _tag(secret: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=secret, digest_size=_TAG, person=b"page session").digest()
