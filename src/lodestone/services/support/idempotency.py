"""Answers kept under idempotency keys: how a body is known again, when an answer is given again, where it lies.

Trade keeps its answers in the commit that makes them true (`services/commerce/commands.py`); every other route's are
kept by `StoredAnswers`. Both know a body, and refuse another one, by what stands here.
"""

import hashlib

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Answer


def digest_of(body: bytes) -> bytes:
    """Return the 32 bytes by which a request's body is known again."""
    return hashlib.sha256(body).digest()


def require_same_body(answer: Answer, digest: bytes) -> Answer:
    """Return an answer that was kept, for a body of this digest. Raises ConflictError `idempotency_conflict`."""
    if answer.body_digest != digest:
        raise key_taken()
    return answer


def key_taken() -> ConflictError:
    """Return the ConflictError `idempotency_conflict`: the key was used for another body."""
    message = "this Idempotency-Key was used for another body; take a new one"
    return ConflictError("idempotency_conflict", message)


class StoredAnswers:
    """The answers of an installation; asked and written in threads of the records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def recall(
        self, community: str, claim: bytes, digest: bytes, now: Instant
    ) -> Answer | None:
        """Return what was answered before under a claim, None when nothing was or it is too old.

        Args:
            community: Whose.
            claim: What stands for the key, see `claim_of`.
            digest: Of the body that comes now.
            now: The community's instant.

        Raises:
            ConflictError: `idempotency_conflict`.
            UnavailableError: The records do not answer in time.
        """
        threads = self._records.threads
        answer = await threads.read(self._records.recall, community, claim, now=now)
        return None if answer is None else require_same_body(answer, digest)

    async def remember(self, community: str, claim: bytes, answer: Answer, now: Instant) -> None:
        """Keep an answer; durable on return. Raises UnavailableError, and ConflictError as `recall`."""
        threads = self._records.threads
        await threads.commit(self._records.remember, community, claim, answer, now=now)
