"""Idempotency keys: the same request of the same actor is done once and answered the same.

A key is of an actor, a method, a path and its query. What is remembered, and for how long, is said by
`remembered`; trade keeps its answers itself, in the commit that makes them true.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from lodestone.base.errors import CorruptError, InvalidError, Problem
from lodestone.serve.http.communities import Communities
from lodestone.serve.http.paths import Match
from lodestone.services.access import Principal
from lodestone.services.support import Answer, claim_of
from lodestone.services.support.encryption import open_under, seal_under
from lodestone.services.support.idempotency import digest_of

_TOKEN_MAX: Final = 255
_UNCHANGING: Final = frozenset(
    {b"malformed", b"json_malformed", b"events_invalid", b"feed_invalid"}
)
"""Codes of refusals that depend on the body alone: no time and no later write can cure them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Stands for one request under its idempotency key."""

    community: str
    digest: bytes
    secret: bytes = field(default=b"", repr=False)
    """Under which its answer is encrypted; empty when the answer holds no secret."""


class Idempotency:
    """Recalls and remembers the answers of one process; one of several equal requests runs at a time."""

    def __init__(self, communities: Communities) -> None:
        self._communities = communities
        self._running: WeakValueDictionary[Claim, asyncio.Lock] = WeakValueDictionary()

    def claim(
        self, principal: Principal, match: Match, query: bytes, token: bytes | None, key: bytes
    ) -> Claim | None:
        """Return what stands for this request, None when nothing is to be remembered.

        Args:
            principal: Who asks.
            match: The route, and its path as it is spelled.
            query: The query as it was sent, without its `?`.
            token: The header `Idempotency-Key`, None without one.
            key: The key as it was sent.

        Raises:
            InvalidError: The header is too long or not printable.
        """
        if token is None or match.route is None or match.route.permission.own_answers:
            return None
        text = token_text(token)
        # A path names a community only to an operator: to anybody else it is their own.
        named = match.community if match.route.permission.who == "operator" else None
        community = named or principal.community or self._communities.only()
        if community is None:
            return None
        secret = key + b"\n" + token if match.route.permission.secret else b""
        return Claim(community, request_digest(principal, match.path, query, text), secret)

    def running(self, claim: Claim) -> asyncio.Lock:
        """Return the lock under which only one of several equal requests runs."""
        lock = self._running.get(claim)
        if lock is None:
            lock = self._running[claim] = asyncio.Lock()
        return lock

    async def recall(self, claim: Claim, body: bytes) -> Answer | None:
        """Return what was answered before; reads the records in a thread.

        Raises:
            ConflictError: The key was used for another body.
        """
        now = self._communities.now(claim.community)
        answer = await self._communities.answers.recall(
            claim.community, claim.digest, digest_of(body), now
        )
        if answer is None or not claim.secret:
            return answer
        opened = open_under(claim.secret, answer.body)
        # The claim is made of the same key and token that it was encrypted under.
        if opened is None:
            message = "A stored answer is not what was written; restore a back-up."
            raise CorruptError("seal_broken", message)
        return replace(answer, body=opened)

    async def remember(self, claim: Claim, body: bytes, status: int, answered: bytes) -> None:
        """Store an answer if it is one that is `remembered`; durable on return, written in a thread."""
        if not remembered(status, answered):
            return
        stored = seal_under(claim.secret, answered) if claim.secret else answered
        answer = Answer(digest_of(body), status, stored)
        now = self._communities.now(claim.community)
        await self._communities.answers.remember(claim.community, claim.digest, answer, now)


def remembered(status: int, answered: bytes) -> bool:
    """Say whether an answer is given again: what was done, and what no time or write can change.

    Everything else (not found, a conflict with the present state, too many requests, a fault, a time
    that lies ahead) may be cured, so the request is tried again under the same key.

    >>> remembered(201, b"{}"), remembered(409, b'{"error":{"code":"sold_out"}}')
    (True, False)
    >>> remembered(400, b'{"error":{"code":"malformed"}}')
    True
    """
    if status < 400:
        return True
    return status == 400 and _code(answered) in _UNCHANGING


def _code(answered: bytes) -> bytes:
    try:
        told = msgspec.json.decode(answered, type=dict[str, dict[str, msgspec.Raw]])
        return bytes(told["error"]["code"]).strip(b'"')
    except (msgspec.MsgspecError, KeyError):
        return b""


def request_digest(principal: Principal, path: str, query: bytes, token: str) -> bytes:
    """Return what one request of one actor is stored under.

    A page's actor is its viewer, whichever token they show; a server's is its key.
    """
    actor = principal.digest
    if principal.viewer is not None:
        about = msgspec.msgpack.encode((principal.community, principal.viewer))
        actor = hashlib.sha256(b"viewer\n" + about).digest()
    route = f"POST {path}?{query.decode('latin-1')}" if query else f"POST {path}"
    return claim_of(actor, route, token)


def token_text(token: bytes) -> str:
    """Read an idempotency key.

    Raises:
        InvalidError: The header is too long or not printable.
    """
    text = token.decode("ascii", "replace")
    if not 1 <= len(text) <= _TOKEN_MAX or not text.isprintable() or "\ufffd" in text:
        problem = Problem("Idempotency-Key", f"must be 1 to {_TOKEN_MAX} printable characters")
        raise InvalidError("idempotency_invalid", f"Idempotency-Key {problem.problem}", (problem,))
    return text
