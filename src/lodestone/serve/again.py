"""Idempotency keys: the same request under the same key is answered the same, and done once."""

import asyncio
import hashlib
from typing import Final
from weakref import WeakValueDictionary

from lodestone.base.errors import ConflictError, InvalidError, Problem
from lodestone.services.access import Principal
from lodestone.services.engines import Engines
from lodestone.stores.records import Answer, claim_of

_TOKEN_MAX: Final = 255
_SECRET: Final = ("/keys", "/v1/sessions", "/secret")
"""Answers that hold a secret are kept nowhere; asking again makes another."""
_OWN: Final = ("/v1/orders", "/v1/vouchers")
"""Trade keeps its answers itself, in the commit that makes them true."""


class Once:
    """One request under its idempotency key, between its claim and its answer."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._running: WeakValueDictionary[tuple[str, bytes], asyncio.Lock] = WeakValueDictionary()

    def claim(
        self, principal: Principal, path: str, token: bytes | None
    ) -> tuple[str, bytes] | None:
        """Return what stands for this request, None when nothing is to be remembered.

        Raises:
            InvalidError: The header is too long or not printable.
        """
        if token is None or path.endswith(_SECRET) or path.startswith(_OWN):
            return None
        text = token_text(token)
        named = path.split("/")[3] if path.startswith("/v1/communities/") else None
        community = named or principal.community or self._engines.only()
        if community is None:
            return None
        return community, claim_of(principal.digest, f"POST {path}", text)

    def running(self, claim: tuple[str, bytes]) -> asyncio.Lock:
        """Return the lock under which only one of several equal requests runs."""
        lock = self._running.get(claim)
        if lock is None:
            lock = self._running[claim] = asyncio.Lock()
        return lock

    def recall(self, claim: tuple[str, bytes], body: bytes) -> Answer | None:
        """Return what was answered before.

        Raises:
            ConflictError: The key was used for another body.
        """
        community, digest = claim
        now = self._engines.now(community)
        found = self._engines.records.recall(community, digest, now=now)
        if found is not None and found.body_digest != hashlib.sha256(body).digest():
            raise ConflictError(
                "idempotency_conflict",
                "this Idempotency-Key was used for another body; take a new one",
            )
        return found

    def remember(self, claim: tuple[str, bytes], body: bytes, status: int, answered: bytes) -> None:
        """Keep an answer that was not a fault of ours, on the community's own clock."""
        if status >= 500:
            return
        answer = Answer(hashlib.sha256(body).digest(), status, answered)
        community, digest = claim
        now = self._engines.now(community)
        self._engines.records.remember(community, digest, answer, now=now)


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
