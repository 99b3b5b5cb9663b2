"""Settle a day: release what is over, close the books of the day, say what it came to. Again changes nothing.

`STEPS` is the registry of what must be booked before a day is closed; whoever has such a step adds it there.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from lodestone.base.wire import Money as Amount
from lodestone.ledger.transfers import MOVING
from lodestone.services.books import code_text, day_text
from lodestone.services.money import Money
from lodestone.stores.ledger import ClosedDay, TransferFilter

_PAGE: Final = 10_000
Step = Callable[[Money, int], Awaitable[None]]
"""Takes the ledger and the day, and books what the day still lacks under ids that follow from it."""
STEPS: Final[tuple[Step, ...]] = ()


class CodeSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a day's transfers of one code moved."""

    code: str
    transfers: int
    amount: Amount


class SettledOut(msgspec.Struct, frozen=True, kw_only=True):
    """A settled day."""

    day: str
    closed_now: list[str]
    """Days that this settling closed; empty when it had been done."""
    expired: int
    """Holds that it released."""
    transfers: int
    by_code: list[CodeSum]
    digest: str
    """SHA-256 of the day's transfers; the same whenever it is asked for."""


async def settle(money: Money, day: int, steps: tuple[Step, ...] = STEPS) -> SettledOut:
    """Settle a day and those before it.

    Args:
        money: The community's ledger.
        day: Days since the epoch in the community's zone; it must be over.
        steps: What to book first.

    Raises:
        ConflictError: `day_not_over`.
    """
    now, today, store = money.now(), money.today(), money.store
    expired = await money.expire()
    if day < today:
        for step in steps:
            await step(money, day)
    closed = await store.threads.long(store.close_day, money.community, day, now=now, today=today)
    counts, sums = await store.threads.long(_by_code, money, day)
    told = await store.threads.long(_day_sums, money, day)
    rows = [
        CodeSum(
            code=code_text(code), transfers=counts[code], amount=Amount(sums[code], money.currency)
        )
        for code in sorted(counts)
    ]
    return SettledOut(
        day=day_text(day), closed_now=[day_text(one.day) for one in closed], expired=len(expired),
        transfers=told.transfers, by_code=rows, digest=told.digest.hex(),
    )  # fmt: skip


def _day_sums(money: Money, day: int) -> ClosedDay:
    with money.store.ledger_snapshot(money.community) as snapshot:
        return snapshot.day_sums(day)


def _by_code(money: Money, day: int) -> tuple[Counter[int], Counter[int]]:
    counts: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    after = 0
    while True:
        found = money.store.transfers(
            money.community, TransferFilter(first=day, last=day), limit=_PAGE, after=after
        )
        for one in found:
            counts[one.transfer.code] += 1
            sums[one.transfer.code] += one.transfer.amount if one.transfer.kind in MOVING else 0
        if len(found) < _PAGE:
            return counts, sums
        after = found[-1].sequence
