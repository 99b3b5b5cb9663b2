"""Idempotency keys: the same request under the same key is answered the same, and done once."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakValueDictionary

from lodestone.base.errors import ConflictError, CorruptError, InvalidError, Problem
from lodestone.services.access import Principal
from lodestone.services.engines import Engines
from lodestone.services.seal import open_under, seal_under
from lodestone.stores.records import Answer, claim_of

_TOKEN_MAX: Final = 255
_SECRET: Final = ("/keys", "/v1/sessions", "/secret")
_OWN: Final = ("/v1/orders", "/v1/vouchers")
"""Trade keeps its answers itself, in the commit that makes them true."""
"""Answers that hold a secret are kept sealed under the key of whoever asked, which is stored nowhere."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What stands for one request under its idempotency key."""

    community: str
    digest: bytes
    secret: bytes = field(default=b"", repr=False)
    """Under which its answer is sealed; empty when it holds no secret."""


class Once:
    """One request under its idempotency key, between its claim and its answer."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._running: WeakValueDictionary[Claim, asyncio.Lock] = WeakValueDictionary()

    def claim(
        self, principal: Principal, path: str, token: bytes | None, key: bytes
    ) -> Claim | None:
        """Return what stands for this request, None when nothing is to be remembered.

        Args:
            principal: Who asks.
            path: Where.
            token: The header `Idempotency-Key`, None without one.
            key: The key as it was sent.

        Raises:
            InvalidError: The header is too long or not printable.
        """
        if token is None or path.startswith(_OWN):
            return None
        text = token_text(token)
        named = path.split("/")[3] if path.startswith("/v1/communities/") else None
        community = named or principal.community or self._engines.only()
        if community is None:
            return None
        secret = key + b"\n" + token if path.endswith(_SECRET) else b""
        return Claim(community, claim_of(principal.digest, f"POST {path}", text), secret)

    def running(self, claim: Claim) -> asyncio.Lock:
        """Return the lock under which only one of several equal requests runs."""
        lock = self._running.get(claim)
        if lock is None:
            lock = self._running[claim] = asyncio.Lock()
        return lock

    def recall(self, claim: Claim, body: bytes) -> Answer | None:
        """Return what was answered before.

        Raises:
            ConflictError: The key was used for another body.
        """
        now = self._engines.now(claim.community)
        found = self._engines.records.recall(claim.community, claim.digest, now=now)
        if found is not None and found.body_digest != hashlib.sha256(body).digest():
            raise ConflictError(
                "idempotency_conflict",
                "this Idempotency-Key was used for another body; take a new one",
            )
        if found is not None and claim.secret:
            opened = open_under(claim.secret, found.body)
            # The claim is made of the same key and token that it was sealed under.
            if opened is None:
                message = "A stored answer is not what was written; restore a back-up."
                raise CorruptError("seal_broken", message)
            return replace(found, body=opened)
        return found

    def remember(self, claim: Claim, body: bytes, status: int, answered: bytes) -> None:
        """Keep an answer that was not a fault of ours, on the community's own clock."""
        if status >= 500:
            return
        kept = seal_under(claim.secret, answered) if claim.secret else answered
        answer = Answer(hashlib.sha256(body).digest(), status, kept)
        now = self._engines.now(claim.community)
        self._engines.records.remember(claim.community, claim.digest, answer, now=now)


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
