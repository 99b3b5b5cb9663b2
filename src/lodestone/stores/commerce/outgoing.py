"""What one commit of trade leaves for others: deeds for the log, answers for requests that come again."""

from collections.abc import Sequence

from lodestone.base.clock import Instant
from lodestone.stores.commerce.types import Party
from lodestone.stores.records.schema import ANSWERS, DEEDS
from lodestone.stores.records.small_values import ANSWER_MICROSECONDS, BODY, recall_answers
from lodestone.stores.records.types import Answer, Deed
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import Seal, unsealed
from lodestone.stores.sql.scope import chunks


class DeedRepository:
    """What people did in trade, on its way to the log."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: list[dict[str, object]] = []

    def add(self, deed: Deed) -> None:
        """Let the log hear of what somebody did."""
        change = self._work.change(deed.kind, deed.name, self._work.change_next, deed)
        self._rows.append(
            {
                "id": change.id,
                "kind": int(deed.kind),
                "name": deed.name,
                "time": deed.time,
                "ordinal": deed.person,
                "item": deed.item,
                "receipt": deed.receipt,
                "slot": deed.slot,
                "about": deed.about,
                "since": deed.since,
                "share": deed.share,
                "whole": deed.whole,
            }
        )

    def flush(self) -> None:
        """Write what was added since the last time."""
        rows, self._rows = self._rows, []
        self._work.insert(DEEDS, rows)


class AnswerRepository:
    """Answers under idempotency keys."""

    def __init__(self, work: Work, now: Instant) -> None:
        self._work = work
        self._now = now
        self._rows: list[dict[str, object]] = []

    def recall(self, claims: Sequence[bytes]) -> dict[bytes, Answer]:
        """Return what was answered before under idempotency keys; what is too old is forgotten."""
        for some in chunks(claims):
            old = self._work.delete(ANSWERS).where(ANSWERS.c.claim.in_(some))
            self._work.run(old.where(ANSWERS.c.created <= self._now - ANSWER_MICROSECONDS))
        return recall_answers(self._work, claims, self._now)

    def remember(self, claim: bytes, answer: Answer, party: Party | None) -> None:
        """Keep what is answered, to be answered again; sealed under whom it is about."""
        body = (
            unsealed(answer.body) if party is None else Seal(party.key).seal(answer.body, what=BODY)
        )
        self._rows.append(
            {
                "claim": claim,
                "body_digest": answer.body_digest,
                "status": answer.status,
                "body": body,
                "created": self._now,
                "ordinal": None if party is None else party.ordinal,
            }
        )

    def flush(self) -> None:
        """Write what was remembered since the last time."""
        rows, self._rows = self._rows, []
        self._work.insert(ANSWERS, rows)
