"""What payees do within a write of people. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.ledger.chart import person
from lodestone.stores.payees.schema import PAYEES
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope


def forget_payee(work: Work, ordinal: int, _now: Instant) -> None:
    """Delete where somebody has themselves paid."""
    work.run(work.delete(PAYEES).where(PAYEES.c.party == person(ordinal)))


def no_refusals(_scope: Scope, _item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return that whatever is there may be written."""
    return {}


PAYEE_HOOKS: Final = SubjectHooks(forget_payee, no_refusals)
