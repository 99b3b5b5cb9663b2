"""Logins of pages: a key exchanged for a cookie that names a role in one community, until accounts come.

The cookie is signed, not stored: whoever holds it is let in for twelve hours at most, and only while the
key it was exchanged for stands. What has logged out is remembered until it would have ended by itself.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import BusyError, ForbiddenError, UnauthorisedError
from lodestone.services.access import OPERATOR, serves
from lodestone.stores.records import KeyRecord, Records, key_digest

ROLE_SCOPES: Final[Mapping[str, frozenset[str]]] = {"operator": frozenset({"read", "policy"})}
"""What a key must be able to do to open the pages of a role; an operator's key opens each."""
STAFF_ROLE: Final = "merchant"
"""Opened by a key that serves as one person, and by no other: what is redeemed is redeemed by somebody."""
LOGIN_MICROS: Final = 12 * 3600 * 1_000_000
FORM_MICROS: Final = 3600 * 1_000_000
"""A login form is good for an hour."""
TRIES_MAX: Final = 10
"""Wrong keys from one address within a window."""
_TRY_MICROS: Final = 300 * 1_000_000
_ADDRESSES_MAX: Final = 10_000
_TAG: Final = 24
_NONCE: Final = 16
_COOKIE_MAX: Final = 1024

Draw = Callable[[int], bytes]


class Login(msgspec.Struct, frozen=True, array_like=True):
    """Who is logged in: a role in one community, by a key, until an instant."""

    role: str
    community: str
    key_id: str
    by_operator: bool
    """The key is an operator's and belongs to no community."""
    until: Instant
    nonce: bytes
    serves: int | None = None
    """The ordinal of whoever serves at a shop's desk."""


class Logins:
    """Exchanges keys for cookies and reads them back."""

    def __init__(self, records: Records, secret: bytes, draw: Draw) -> None:
        assert len(secret) >= 32
        self._records = records
        self._secret = secret
        self._draw = draw
        self._ended: dict[bytes, Instant] = {}
        self._tries: dict[str, list[Instant]] = {}

    def enter(
        self, role: str, key: str, community: str | None, *, address: str, now: Instant
    ) -> Login:
        """Exchange a key for a login.

        Args:
            role: Whose pages are to be opened, one of `ROLE_SCOPES` or `STAFF_ROLE`.
            key: As typed.
            community: Which one an operator's key means; None for the only one, or the key's own.
            address: Where the attempt comes from; too many wrong ones from there are refused.
            now: The wall clock.

        Raises:
            UnauthorisedError: `login_refused`, whichever part is wrong; `login_community` when an
                operator's key does not say which of several communities it means.
            BusyError: Too many wrong keys from this address.
        """
        self._allow(address, now)
        found = self._key(key)
        by_operator = found is not None and OPERATOR in found.scopes
        if by_operator and community is None and role != STAFF_ROLE:
            community = self._only()
        named = None if found is None else self._named(found, role, community)
        if found is None or named is None:
            self._tries.setdefault(address, []).append(now)
            raise UnauthorisedError("login_refused", "this key does not open this page; check it")
        return Login(
            role=role, community=named, key_id=found.id, by_operator=found.community is None,
            until=Instant(now + LOGIN_MICROS), nonce=self._draw(_NONCE),
            serves=serves(found.scopes) if role == STAFF_ROLE else None,
        )  # fmt: skip

    def cookie(self, login: Login) -> str:
        """Write the cookie of a login."""
        body = msgspec.msgpack.encode(login)
        return _text(self._tag(b"login", body) + body)

    def read(self, role: str, cookie: str | None, now: Instant) -> Login:
        """Return the login that a cookie stands for.

        Raises:
            UnauthorisedError: `login_missing`, `login_invalid`, `login_ended` (time is up, it has logged
                out, its key has been revoked or its community closed).
        """
        if not cookie:
            raise UnauthorisedError("login_missing", "log in with a key")
        login = self._opened(cookie)
        if login is None or login.role != role:
            raise UnauthorisedError("login_invalid", "this login is not one of ours; log in again")
        if now >= login.until or login.nonce in self._ended or not self._stands(login):
            raise UnauthorisedError("login_ended", "this login has ended; log in again")
        return login

    def leave(self, login: Login, now: Instant) -> None:
        """End a login before its time, wherever its cookie has been copied to."""
        self._ended = {nonce: until for nonce, until in self._ended.items() if until > now}
        self._ended[login.nonce] = login.until

    def form_token(self, login: Login) -> str:
        """Return what every form of a login carries, so that no other site can send it."""
        return _text(self._tag(b"form", login.nonce))

    def check_form(self, login: Login, token: str) -> None:
        """Pass, or raise ForbiddenError when a form does not carry its login's token."""
        if not hmac.compare_digest(self.form_token(login).encode(), token.encode()):
            raise _foreign()

    def word(self) -> str:
        """Draw what tells one sending of a form from another, however often it is sent."""
        return _text(self._draw(_NONCE))

    def entry_token(self, now: Instant) -> str:
        """Return the token of a login form, which its cookie repeats."""
        body = msgspec.msgpack.encode((now, self._draw(_NONCE)))
        return _text(self._tag(b"entry", body) + body)

    def check_entry(self, cookie: str | None, token: str, now: Instant) -> None:
        """Pass, or raise ForbiddenError when a login form is not ours, too old, or another browser's."""
        raw = _raw(token)
        if not cookie or not hmac.compare_digest(cookie.encode(), token.encode()) or raw is None:
            raise _foreign()
        body = raw[_TAG:]
        if not hmac.compare_digest(raw[:_TAG], self._tag(b"entry", body)):
            raise _foreign()
        made, _ = msgspec.msgpack.decode(body, type=tuple[int, bytes])
        if not 0 <= now - made < FORM_MICROS:
            raise _foreign()

    def _allow(self, address: str, now: Instant) -> None:
        recent = [at for at in self._tries.pop(address, []) if now - at < _TRY_MICROS]
        if recent:
            self._tries[address] = recent
        if len(recent) >= TRIES_MAX:
            wait = (recent[0] + _TRY_MICROS - now + 999_999) // 1_000_000
            raise BusyError(
                "too_many_tries", "too many wrong keys from here; wait", retry_seconds=wait
            )
        if len(self._tries) > _ADDRESSES_MAX:
            # The longest quiet goes first: whoever is trying now is at the end.
            del self._tries[next(iter(self._tries))]

    def _key(self, key: str) -> KeyRecord | None:
        digest = key_digest(key.strip())
        found = self._records.find_key(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None

    def _named(self, found: KeyRecord, role: str, community: str | None) -> str | None:
        """Return the community a key opens in a role, None when it opens none."""
        if role == STAFF_ROLE:
            opens = serves(found.scopes) is not None
        else:
            opens = OPERATOR in found.scopes or ROLE_SCOPES[role] <= frozenset(found.scopes)
        if not opens:
            return None
        meant = community if found.community is None else found.community
        if community not in (None, meant) or meant not in self._active():
            return None
        return meant

    def _only(self) -> str | None:
        active = self._active()
        if len(active) > 1:
            raise UnauthorisedError(
                "login_community", "an operator's key opens several communities; name one"
            )
        return next(iter(active), None)

    def _active(self) -> set[str]:
        return {
            record.id for record in self._records.communities() if record.given.state == "active"
        }

    def _stands(self, login: Login) -> bool:
        """Say whether the login's key has not been revoked, nor its community closed."""
        if login.community not in self._active():
            return False
        owner = None if login.by_operator else login.community
        return any(
            key.id == login.key_id and key.revoked is None for key in self._records.keys(owner)
        )

    def _opened(self, cookie: str) -> Login | None:
        raw = _raw(cookie)
        if raw is None or not hmac.compare_digest(raw[:_TAG], self._tag(b"login", raw[_TAG:])):
            return None
        return msgspec.msgpack.decode(raw[_TAG:], type=Login)

    def _tag(self, what: bytes, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._secret, digest_size=_TAG, person=what).digest()


def _foreign() -> ForbiddenError:
    return ForbiddenError("form_foreign", "this form was not sent from its own page; open it again")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes | None:
    """Read base64, None when it is not or is absurdly long."""
    if len(text) > _COOKIE_MAX or not text.isascii():
        return None
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        return None
