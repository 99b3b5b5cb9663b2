"""What the clock alone makes due in a community; each job goes on when another, or a row of one, fails."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from lodestone.base.errors import UnavailableError
from lodestone.services.commerce.payments import retry_sending
from lodestone.services.community import applying
from lodestone.services.community.ad_billing import CHARGES, LEASES, RINGS, SHARES
from lodestone.services.community.creators_clock import order_clock
from lodestone.services.community.outbox import retry
from lodestone.services.creators.boost_clock import BOOSTS
from lodestone.services.creators.clock import JOB
from lodestone.services.ledger.close_day import retry as retry_closing
from lodestone.services.ledger.payees import payees_of
from lodestone.services.ledger.statements import books_of

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

LABELS_MAX: Final = 10_000


async def tick(engine: "Engine") -> None:
    """Do what is due: a new day, labels, orders, rooms, holds, prices, and what failed on its way to the log.

    Whatever a job or a row of it raises is noted in `engine.failures` and tried again later.

    Raises:
        UnavailableError: The records or the log did not answer one of the jobs; the others have been done.
    """

    async def day() -> None:
        now = engine.now()
        engine.state.advance_day(engine.ingest.day(now))
        engine.ingest.advance(now)

    async def prices() -> None:
        if engine.housekeeper.due(engine.now()):
            await engine.price_step(engine.now())

    async def payouts() -> None:
        books, parts = books_of(engine.money, engine.directory), engine.parts
        await payees_of(engine.money, parts.records, books, parts.providers).payouts.retry()

    async def closing() -> None:
        await retry_closing(engine.money)

    async def facts() -> None:
        applying.retry(engine)

    ended = [
        await engine.failures.attempt(job, work)
        for job, work in (
            ("day", day), ("labels", lambda: expire_labels(engine)), ("orders", engine.trade.tick),
            ("live", engine.live.tick), ("holds", engine.money.expire), ("prices", prices),
            ("outbox", lambda: retry(engine)), ("facts", facts),
            (CHARGES, engine.billing.charges.settle), (RINGS, engine.billing.rings.work), (SHARES, engine.billing.shares.work), (LEASES, engine.billing.lease),
            (BOOSTS, engine.boosts.tick), (JOB, lambda: order_clock(engine).tick()), ("closing days", closing), ("payouts", payouts),
            ("payments", lambda: retry_sending(engine.trade)),
            ("reports", lambda: engine.reports.follow(engine.state.offset)),
        )
    ]  # fmt: skip
    for error in ended:
        if isinstance(error, UnavailableError):
            raise error


async def expire_labels(engine: "Engine") -> None:
    """Let the labels of items run out whose time is over."""
    records, community = engine.parts.records, engine.community.id
    over = await records.threads.write(
        records.labels_over, community, now=engine.now(), limit=LABELS_MAX
    )

    async def expire(rows: Sequence[int]) -> None:
        now = engine.now()
        await engine.writes.publish(lambda: records.expire_labels(community, rows, now=now))

    await engine.failures.each("label", over, expire)
