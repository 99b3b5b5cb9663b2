"""Settle a day: release what is over, close the books of the day, say what it came to. Again changes nothing.

`STEPS` is the registry of what must be booked before a day is closed; whoever has such a step adds it there.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec

from lodestone.base.errors import LodestoneError
from lodestone.base.wire import Money as Amount
from lodestone.ledger.transfers import MOVING, TransferId
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import code_text, day_number, day_text
from lodestone.services.support.shared_commit import is_refusal, is_silence
from lodestone.stores.ledger.port import ClosedDay, TransferFilter
from lodestone.stores.ledger.walk import every_transfer

CLOSING: Final = "closing"
"""The job of closing days; its rows are days."""
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

    A hold that cannot be released keeps no day from being closed. A day that cannot be closed is noted in the ledger's
    failures and tried again by the clock; those before it are closed, those after it wait, for days close in order.

    Raises:
        ConflictError: `day_not_over`.
        Exception: Whatever kept a day from being closed.
    """
    store, expired = money.store, list[TransferId]()

    async def expire() -> None:
        expired.extend(await money.expire())

    await money.failures.attempt("holds", expire)
    if day < money.today():
        for step in steps:
            await step(money, day)
    closed = await _close(money, day)
    counts, sums = await store.threads.long(_by_code, money, day)
    day_totals = await store.threads.long(_day_sums, money, day)
    rows = [
        CodeSum(
            code=code_text(code), transfers=counts[code], amount=Amount(sums[code], money.currency)
        )
        for code in sorted(counts)
    ]
    return SettledOut(
        day=day_text(day),
        closed_now=[day_text(sums.day) for sums in closed],
        expired=len(expired),
        transfers=day_totals.transfers,
        by_code=rows,
        digest=day_totals.digest.hex(),
    )


async def _close(money: Money, day: int) -> list[ClosedDay]:
    """Close the open days through one; should one of them fail, those before it."""
    try:
        closed = await _close_through(money, day)
    except LodestoneError as error:
        if is_refusal(error) or is_silence(error):
            raise
        return await _close_each(money, day)
    except Exception:  # noqa: BLE001  whatever ails one day keeps none before it open
        return await _close_each(money, day)
    for row in money.failures.of(CLOSING):
        if row <= day_text(day):
            money.failures.done(CLOSING, row)
    return closed


async def _close_each(money: Money, day: int) -> list[ClosedDay]:
    """Close day by day up to the one that fails, which is noted. Raises what it raised."""
    closed: list[ClosedDay] = []
    for own_day in range(await money.store.threads.long(_first_open, money, day), day + 1):
        try:
            closed += await _close_through(money, own_day)
        except Exception as error:
            if not is_silence(error):
                money.failures.failed(CLOSING, error, day_text(own_day))
            raise
        money.failures.done(CLOSING, day_text(own_day))
    return closed


async def _close_through(money: Money, day: int) -> list[ClosedDay]:
    store, now, today = money.store, money.now(), money.today()
    return await store.threads.long(store.close_day, money.community, day, now=now, today=today)


def _first_open(money: Money, day: int) -> int:
    """Return the first day that is not closed and has something to close, `day` at the latest."""
    closed = money.store.closed_days(money.community)
    if closed:
        return closed[-1].day + 1
    first = money.store.transfers(money.community, TransferFilter(), limit=1)
    return min([day, *(sums.day for sums in first)])


async def retry(money: Money) -> None:
    """Close again the days that could not be closed, in their order."""
    for row in sorted(money.failures.of(CLOSING)):
        if money.failures.waits(CLOSING, row):
            return
        with suppress(Exception):  # noted
            await _close(money, day_number(row, "day"))


def _day_sums(money: Money, day: int) -> ClosedDay:
    with money.store.ledger_snapshot(money.community) as snapshot:
        return snapshot.day_sums(day)


def _by_code(money: Money, day: int) -> tuple[Counter[int], Counter[int]]:
    counts: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    wanted = TransferFilter(first=day, last=day)
    for booking in every_transfer(money.store, money.community, wanted):
        transfer = booking.transfer
        counts[transfer.code] += 1
        sums[transfer.code] += transfer.amount if transfer.kind in MOVING else 0
    return counts, sums
