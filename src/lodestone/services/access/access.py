"""Lets keys and tokens in while they stand, without asking the records about any that is known.

Every good key is kept in memory. What the records say has changed is read every second and whenever something is
shown that is not known here, by one thread, for all who wait at once: however many wrong keys are shown, they cost one
short query in `_APART_SECONDS`, and refuse nobody else.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import msgspec
import structlog

from lodestone.base.clock import HOUR_MICROS, Clock, Instant
from lodestone.base.errors import LodestoneError, UnauthorisedError, UnavailableError
from lodestone.base.signed import TokenForm
from lodestone.services.access.principal import OPERATOR, Principal
from lodestone.services.access.standing import KEPT_MICROS, AccessTable, Signed, Standing
from lodestone.services.support.tasks import asked
from lodestone.stores.records.access_port import AccessRecords
from lodestone.stores.records.types import key_digest
from lodestone.stores.sql.threads import answered

SESSION_MICROS: Final = HOUR_MICROS
FOLLOW_SECONDS: Final = 1.0
"""How often the records are asked what has changed."""
WAIT_SECONDS: Final = 2.0
"""How long whoever shows something unknown waits for the records."""
_APART_SECONDS: Final = 0.02
_BATCH: Final = 1000
_PAGE: Final = "vt_"
PAGE_SCOPES: Final = frozenset({"feeds", "events", "orders"})
"""What a page's token may do."""
_FORM: Final = TokenForm(b"page session", 24, 2048)
_LOG: Final = structlog.get_logger("lodestone")


class _Token(msgspec.Struct, frozen=True, array_like=True):
    """What a page's token says, before its signature."""

    community: str
    viewer: str
    ordinal: int
    """Of the viewer: whoever comes to bear an erased person's id is somebody else."""
    until: Instant
    key_id: str
    """The key it was minted under; empty for the demo's."""
    number: int
    """See `Signed.number`."""


class Access:
    """See the module. One for each process; all but `on_access` and `table` belong to its event loop."""

    def __init__(self, records: AccessRecords, wall: Clock, *, demo: str | None = None) -> None:
        """Know nothing until `start`.

        Args:
            records: Where keys live.
            wall: The system's clock.
            demo: The community whose residents may be chosen freely; its tokens are good here only.
        """
        self.table = AccessTable()
        self._records = records
        self._wall = wall
        self._demo = demo
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="access")
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._read_at = -1.0
        self._reading = False
        self._given_up = False
        """Somebody has waited for this reading as long as one waits: nobody else does."""
        self._used: dict[str, Instant] = {}
        self.began: Instant = wall.now()
        """Since when this process knows which keys are used."""
        records.on_access(self.table.apply)

    async def start(self) -> None:
        """Read what holds. Raises UnavailableError."""
        since = Instant(self._wall.now() - KEPT_MICROS)
        loop = asyncio.get_running_loop()
        self.table.begin(
            await loop.run_in_executor(self._thread, self._records.access_state, since)
        )

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=True)

    async def follow(self) -> None:
        """Take up what other processes change, until cancelled; where the records are silent, what is known holds."""
        silent = False
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            # Whatever goes wrong, the next second tries again.
            (error,) = await asyncio.gather(self.refresh(), return_exceptions=True)
            if error is not None and not silent:
                code = error.code if isinstance(error, LodestoneError) else type(error).__name__
                _LOG.warning("revocations by other processes wait", code=code)
            silent = error is not None

    async def refresh(self) -> None:
        """Take up every change committed before this call.

        Raises:
            UnavailableError: The records do not answer in time.
        """
        if self._reading and self._given_up:
            raise _silent()
        if self._next is None:
            self._next = asked(self._round())
        reading = self._next
        if not await answered(reading, WAIT_SECONDS):
            self._given_up = True
            raise _silent()
        await asyncio.shield(reading)

    def known(self, key: str, community: str | None, now: Instant) -> Principal | None:
        """Return who a key or token stands for, None when the records must be asked.

        Args:
            key: As sent.
            community: Which one an operator means, from `X-Community`.
            now: The wall clock, for a token's end.

        Raises:
            UnauthorisedError: It is a token that is forged or has ended, or a key that was revoked.
        """
        if key.startswith(_PAGE):
            return self._page(key, now)
        digest = key_digest(key)
        principal = self.table.principal(digest)
        if principal is None and self.table.refused(digest):
            raise _unknown()
        if principal is not None:
            self._used[principal.key_id] = now
            if community is not None and OPERATOR in principal.scopes:
                return replace(principal, community=community)
        return principal

    def last_used(self, key_id: str) -> Instant | None:
        """Return when a key was last shown to this process; None if it has not been since `began`."""
        return self._used.get(key_id)

    async def principal(self, key: str, community: str | None, now: Instant) -> Principal:
        """Return who a key or token stands for, asking the records when it is not known here.

        Raises:
            UnauthorisedError: It is not known, or no longer good.
            UnavailableError: It is not known here, and the records do not answer.
        """
        principal = self.known(key, community, now)
        if principal is None:
            await self.refresh()
            principal = self.known(key, community, now)
        if principal is None and key.startswith(_PAGE):
            raise _invalid()
        if principal is None:
            raise _unknown()
        return principal

    def session(
        self, community: str, viewer: tuple[str, int], key_id: str, now: Instant
    ) -> tuple[str, Instant]:
        """Mint a token for one viewer's page; return it and when it ends.

        Args:
            community: Whose page.
            viewer: Their id and ordinal.
            key_id: The key that asks, with which the token ends; empty for the demo's free choice.
            now: The wall clock.
        """
        until = Instant(now + SESSION_MICROS)
        name, ordinal = viewer
        token = _Token(community, name, ordinal, until, key_id, self.table.stamp)
        secret = self.table.secret(community)
        assert secret is not None, "the community is open"
        body = msgspec.msgpack.encode(token)
        return _PAGE + _FORM.sign(secret, body), until

    def stands(self, signed: Signed) -> bool:
        """Say whether what was minted under a key still stands."""
        return self.table.standing(signed) is Standing.GOOD

    def _page(self, key: str, now: Instant) -> Principal | None:
        unchecked = _FORM.read(key.removeprefix(_PAGE))
        if unchecked is None:
            raise _invalid()
        try:
            token = _TOKEN.decode(unchecked.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _invalid() from error
        secret = self.table.secret(token.community)
        if secret is None:
            return None
        if not _FORM.holds(secret, unchecked):
            raise _invalid()
        standing = self._standing(token)
        if standing is Standing.UNHEARD:
            return None
        gone = self.table.erased(token.community, token.ordinal)
        if now >= token.until or gone or standing is Standing.ENDED:
            raise UnauthorisedError("token_expired", "this session has ended; ask for a new one")
        return Principal(token.community, PAGE_SCOPES, key_digest(key), token.viewer)

    def _standing(self, token: _Token) -> Standing:
        signed = Signed(token.key_id, token.community, token.number)
        if token.key_id:
            return self.table.standing(signed)
        if token.community != self._demo:
            return Standing.ENDED
        return self.table.community_standing(signed)

    async def _round(self) -> None:
        """Read once, after whoever reads now; what is asked from the beginning of it on waits for the next."""
        loop = asyncio.get_running_loop()
        try:
            async with self._turn:
                wait = self._read_at + _APART_SECONDS - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                self._next, self._read_at, self._reading = None, loop.time(), True
                self._given_up = False
                await loop.run_in_executor(self._thread, self._read)
        finally:
            self._reading = False

    def _read(self) -> None:
        more = True
        while more:
            changes = self._records.access_changes(self.table.number, limit=_BATCH)
            self.table.apply(changes)
            if changes:
                self.table.number = changes[-1].number
            more = len(changes) == _BATCH


_TOKEN: Final = msgspec.msgpack.Decoder(_Token)


def _unknown() -> UnauthorisedError:
    return UnauthorisedError("key_unknown", "this key is not known here; check it")


def _invalid() -> UnauthorisedError:
    return UnauthorisedError("token_invalid", "this token is not valid; ask for a new session")


def _silent() -> UnavailableError:
    message = "this key is not known here, and the records, which may know it, do not answer"
    return UnavailableError("keys_unavailable", message)
