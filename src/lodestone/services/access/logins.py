"""Logins of pages: a key exchanged for a cookie that names a role in one community, until accounts come.

The cookie is signed, not stored: whoever holds it is let in for twelve hours at most, and only while the
key it was exchanged for stands. What has logged out is written to the records, so that it outlives the process.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from lodestone.base.clock import HOUR_MICROS, SECOND_MICROS, Instant
from lodestone.base.errors import BusyError, ForbiddenError, UnauthorisedError
from lodestone.base.signed import TokenForm, keyed_tag, same
from lodestone.base.url_text import text_of
from lodestone.services.access import OPERATOR, Access, Principal, Signed, serves

ROLE_SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "operator": frozenset({"read", "policy"}),
    "advertiser": frozenset({"ads"}),
}
"""What a key must be able to do to open the pages of a role; an operator's key opens each."""
PERSON_ROLES: Final = frozenset({"merchant", "creator"})
"""Opened by a key that serves as one person, and by no other: what is redeemed is redeemed by somebody."""
SERVING_ROLES: Final = PERSON_ROLES | {"advertiser"}
"""Opened by a key that serves as one person: for what is theirs, and the shops they serve at."""
LOGIN_MICROS: Final = 12 * HOUR_MICROS
FORM_MICROS: Final = HOUR_MICROS
"""A login form is good for an hour."""
TRIES_MAX: Final = 10
"""Wrong keys from one address within a window."""
_TRY_MICROS: Final = 300 * SECOND_MICROS
_ADDRESSES_MAX: Final = 10_000
_NONCE: Final = 16
_TAG: Final = 24
_COOKIE: Final = TokenForm(b"login", _TAG, 1024)
_ENTRY: Final = TokenForm(b"entry", _TAG, 1024)

Draw = Callable[[int], bytes]
End = Callable[[str, Instant], Awaitable[None]]
"""Ends the login of a nonce. Raises UnavailableError."""


class Login(msgspec.Struct, frozen=True, array_like=True):
    """Who is logged in: a role in one community, by a key, until an instant."""

    role: str
    community: str
    key_id: str
    until: Instant
    nonce: bytes
    number: int
    """See `Signed.number`."""
    serves: int | None = None
    """The ordinal of whoever serves at a shop's desk, advertises for it, or is a creator."""


class Logins:
    """Exchanges keys for cookies and reads them back."""

    def __init__(self, access: Access, secret: bytes, draw: Draw, end: End) -> None:
        """Make them.

        Args:
            access: The keys, and what has ended.
            secret: Signs cookies; at least 32 bytes.
            draw: Gives so many random bytes.
            end: Writes a logout to the records.
        """
        assert len(secret) >= 32
        self._access = access
        self._secret = secret
        self._draw = draw
        self._end = end
        self._tries: dict[str, list[Instant]] = {}

    async def enter(
        self, role: str, key: str, community: str | None, *, address: str, now: Instant
    ) -> Login:
        """Exchange a key for a login. A good key always gets in, however many wrong ones came before it.

        Args:
            role: Whose pages are to be opened, one of `ROLE_SCOPES` or `PERSON_ROLES`.
            key: As typed.
            community: Which one an operator's key means; None for the only one, or the key's own.
            address: Where the attempt comes from; too many wrong ones from there are told to wait.
            now: The wall clock.

        Raises:
            UnauthorisedError: `login_refused`, whichever part is wrong; `login_community` when an
                operator's key does not say which of several communities it means.
            BusyError: It is wrong, and not the first from this address.
            UnavailableError: The key is not known here, and the records do not answer.
        """
        who = await self._key(key, now)
        by_operator = who is not None and OPERATOR in who.scopes
        if by_operator and community is None and role not in PERSON_ROLES:
            community = self._only()
        named = None if who is None else self._named(who, role, community)
        if who is None or named is None:
            self._count(address, now)
            raise UnauthorisedError("login_refused", "this key does not open this page; check it")
        return Login(
            role=role,
            community=named,
            key_id=who.key_id,
            until=Instant(now + LOGIN_MICROS),
            nonce=self._draw(_NONCE),
            number=self._access.table.stamp,
            serves=serves(who.scopes) if role in SERVING_ROLES else None,
        )

    def cookie(self, login: Login) -> str:
        """Write the cookie of a login."""
        return _COOKIE.sign(self._secret, msgspec.msgpack.encode(login))

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
        ended = now >= login.until or self._access.table.logged_out(login.nonce.hex())
        signed = Signed(login.key_id, login.community, login.number)
        if ended or not self._access.stands(signed):
            raise UnauthorisedError("login_ended", "this login has ended; log in again")
        return login

    def may(self, login: Login, scope: str) -> bool:
        """Say whether the key that a login was exchanged for has a scope; an operator's has every one."""
        scopes = self._access.table.scopes(login.key_id)
        return OPERATOR in scopes or scope in scopes

    async def leave(self, login: Login, now: Instant) -> None:
        """End a login before its time, wherever its cookie has been copied to, for good.

        Raises:
            UnavailableError: The records do not answer; the login goes on.
        """
        await self._end(login.nonce.hex(), now)

    def form_token(self, login: Login) -> str:
        """Return what every form of a login carries, so that no other site can send it."""
        return text_of(keyed_tag(self._secret, login.nonce, size=_TAG, purpose=b"form"))

    def check_form(self, login: Login, token: str) -> None:
        """Pass, or raise ForbiddenError when a form does not carry its login's token."""
        if not same(self.form_token(login).encode(), token.encode()):
            raise _foreign()

    def word(self) -> str:
        """Draw what tells one sending of a form from another, however often it is sent."""
        return text_of(self._draw(_NONCE))

    def entry_token(self, now: Instant) -> str:
        """Return the token of a login form, which its cookie repeats."""
        return _ENTRY.sign(self._secret, msgspec.msgpack.encode((now, self._draw(_NONCE))))

    def check_entry(self, cookie: str | None, token: str, now: Instant) -> None:
        """Pass, or raise ForbiddenError when a login form is not ours, too old, or another browser's."""
        body = _ENTRY.open(self._secret, token)
        if not cookie or not same(cookie.encode(), token.encode()) or body is None:
            raise _foreign()
        made, _ = msgspec.msgpack.decode(body, type=tuple[int, bytes])
        if not 0 <= now - made < FORM_MICROS:
            raise _foreign()

    def _count(self, address: str, now: Instant) -> None:
        """Count a wrong key. Raises BusyError when there were too many before it."""
        recent = [at for at in self._tries.pop(address, []) if now - at < _TRY_MICROS]
        full = len(recent) >= TRIES_MAX
        self._tries[address] = recent if full else [*recent, now]
        if len(self._tries) > _ADDRESSES_MAX:
            # The longest quiet goes first: whoever is trying now is at the end.
            del self._tries[next(iter(self._tries))]
        if full:
            wait = (recent[0] + _TRY_MICROS - now + 999_999) // SECOND_MICROS
            raise BusyError(
                "too_many_tries", "too many wrong keys from here; wait", retry_seconds=wait
            )

    async def _key(self, key: str, now: Instant) -> Principal | None:
        try:
            who = await self._access.principal(key.strip(), None, now)
        except UnauthorisedError:
            return None
        return who if who.server_side else None

    def _named(self, who: Principal, role: str, community: str | None) -> str | None:
        """Return the community a key opens in a role, None when it opens none."""
        opens = role in SERVING_ROLES and serves(who.scopes) is not None
        if role not in PERSON_ROLES:
            opens = opens or OPERATOR in who.scopes or ROLE_SCOPES[role] <= who.scopes
        if not opens:
            return None
        meant = community if who.community is None else who.community
        if community not in (None, meant) or meant not in self._access.table.active:
            return None
        return meant

    def _only(self) -> str | None:
        active = self._access.table.active
        if len(active) > 1:
            raise UnauthorisedError(
                "login_community", "an operator's key opens several communities; name one"
            )
        return next(iter(active), None)

    def _opened(self, cookie: str) -> Login | None:
        body = _COOKIE.open(self._secret, cookie)
        if body is None:
            return None
        try:
            return msgspec.msgpack.decode(body, type=Login)
        except msgspec.MsgspecError:
            return None  # signed by us, before logins said what they say now


def _foreign() -> ForbiddenError:
    return ForbiddenError("form_foreign", "this form was not sent from its own page; open it again")
