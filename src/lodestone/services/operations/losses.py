"""Losses that an operator has accepted: facts in the log, listed by `verify`.

The fact stands where the log ended when the loss was accepted. Its `target` is the number of facts, its `receipt`
the number of receipts that the log was known to have held, -1 where nobody knew; `promises` is the number of
receipts that were left, `value` says what was lost.
"""

from typing import Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.services.ingest.system_facts import fact_key, one_fact
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.ports import Records

LOSSES: Final = "losses"
"""Under this name records keep where in the log the facts of accepted losses stand."""
CODES: Final = (
    "log_missing",
    "log_emptied",
    "log_short",
    "log_damaged",
    "log_other",
    "records_older",
)
"""What can be lost; the place is the number a fact holds."""


class AcceptedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A loss that was accepted: when, what, and how much was known to be missing."""

    time: str
    what: str
    facts: int | None
    """How many facts were lost; null where nobody knew how many there had been."""
    receipts: int | None
    """How many receipts were lost, at most; null as above."""


def lost_fact(code: str, known: tuple[int, int], left: int, now: Instant, day: int) -> Facts:
    """Make the fact of an accepted loss.

    Args:
        code: One of `CODES`.
        known: How many facts and receipts the log was known to have held; -1 where nobody knew.
        left: How many receipts there are now.
        now: When it was accepted.
        day: That day in the community's zone.
    """
    fact = one_fact(FactKind.LOST, fact_key("lost", code, *known, now), now, day, target=known[0])
    fact["receipt"], fact["promises"], fact["value"] = known[1], left, CODES.index(code)
    return fact


def note_lost(records: Records, community: str, offset: int) -> None:
    """Remember where the fact of a loss stands."""
    stored = records.meta(community, LOSSES)
    offsets = [] if stored is None else msgspec.json.decode(stored, type=list[int])
    records.set_meta(community, LOSSES, msgspec.json.encode([*offsets, offset]))


def accepted(records: Records, log: Log, community: str) -> list[AcceptedOut]:
    """Read the losses that were accepted, oldest first."""
    stored = records.meta(community, LOSSES)
    offsets = [] if stored is None else msgspec.json.decode(stored, type=list[int])
    return [
        _shown(batch.facts, offset)
        for offset in offsets
        for batch in log.read(Offset(offset), limit=1)
        if batch.first == offset and batch.facts["kind"][0] == FactKind.LOST
    ]


def _shown(facts: Facts, offset: int) -> AcceptedOut:
    fact = facts[0]
    known = int(fact["target"]) >= 0
    return AcceptedOut(
        time=time_text(Instant(int(fact["time"]))),
        what=CODES[int(fact["value"])],
        facts=max(0, int(fact["target"]) - offset) if known else None,
        receipts=max(0, int(fact["receipt"]) - int(fact["promises"])) if known else None,
    )
