"""What saved posts do within a write of people. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.saves.schema import SAVES
from lodestone.stores.sql.scope import Scope


def forget_saves(work: Work, ordinal: int, _now: Instant) -> None:
    """Delete what somebody saved."""
    work.run(work.delete(SAVES).where(SAVES.c.ordinal == ordinal))


def no_refusals(_scope: Scope, _item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return that whatever is saved may be written."""
    return {}


SAVE_HOOKS: Final = SubjectHooks(forget_saves, no_refusals)
