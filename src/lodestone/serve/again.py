"""Idempotency keys: the same request under the same key is answered the same, and done once."""

import asyncio
import hashlib
from collections.abc import MutableMapping
from typing import Any, Final

from lodestone.base.clock import Clock
from lodestone.base.errors import ConflictError, InvalidError, Problem
from lodestone.services.access import Principal
from lodestone.services.engines import Engines
from lodestone.stores.records import Answer, claim_of

_TOKEN_MAX: Final = 255
_SECRET: Final = ("/keys", "/v1/sessions", "/secret")
"""Answers that hold a secret are kept nowhere; asking again makes another."""
_OWN: Final = ("/v1/orders", "/v1/vouchers")
"""Trade keeps its answers itself, in the commit that makes them true."""

Message = MutableMapping[str, Any]


class Once:
    """One request under its idempotency key, between its claim and its answer."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._running: dict[tuple[str, bytes], asyncio.Lock] = {}

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
        return self._running.setdefault(claim, asyncio.Lock())

    def recall(self, claim: tuple[str, bytes], body: bytes) -> Answer | None:
        """Return what was answered before.

        Raises:
            ConflictError: The key was used for another body.
        """
        found = self._engines.records.recall(*claim)
        if found is not None and found.body_digest != hashlib.sha256(body).digest():
            raise ConflictError(
                "idempotency_conflict",
                "this Idempotency-Key was used for another body; take a new one",
            )
        return found

    def remember(self, claim: tuple[str, bytes], body: bytes, parts: list[Message]) -> None:
        """Keep a whole answer that was not a fault of ours."""
        self._running.pop(claim, None)
        if not parts or parts[0]["status"] >= 500:
            return
        answered = b"".join(part.get("body", b"") for part in parts[1:])
        answer = Answer(hashlib.sha256(body).digest(), parts[0]["status"], answered)
        community, digest = claim
        self._engines.records.remember(community, digest, answer, now=self._clock.now())


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
