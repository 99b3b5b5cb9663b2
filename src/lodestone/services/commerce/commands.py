"""Trade of one community: orders, payments, vouchers, one commit for all that come at one moment.

Requests stand in a queue; one writer takes whatever is there, serves it in one transaction, in a thread
of its own, and answers when the commit is durable and the log has heard of it. A request that is refused has
changed nothing, and does not disturb the others of its commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, TypeVar

from lodestone.base.audit import Actor, acting, present_actor
from lodestone.base.clock import Instant
from lodestone.base.errors import (
    BusyError,
    LodestoneError,
    UnavailableError,
    UnknownError,
)
from lodestone.commerce.order import (
    OrderIn,
    OrderOut,
    PrepareIn,
    RedeemIn,
    ReverseIn,
)
from lodestone.content import Community
from lodestone.services.commerce.context import (
    CommandContext,
    Idempotency,
    Reply,
    WhereOf,
    answer_of,
    nowhere,
)
from lodestone.services.commerce.expiry import due_now, expire
from lodestone.services.commerce.place_order import reserve
from lodestone.services.commerce.presenters import order_out
from lodestone.services.commerce.short_codes import show_short_code
from lodestone.services.commerce.vouchers import prepare, redeem, reverse
from lodestone.services.support.failures import Failures
from lodestone.services.support.group_commit import GroupCommitter, GroupRules
from lodestone.services.support.idempotency import key_taken
from lodestone.services.support.ids import ORDER, number_of
from lodestone.services.support.ports import CHANGE, ChangePublisher, Clock
from lodestone.services.support.shared_commit import fault_of, is_refusal
from lodestone.stores.commerce.types import OrderRecord
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork
from lodestone.stores.external.payment_providers import PaymentProvider
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Answer, Change

COMMIT_MAX: Final = 256
"""Requests that one commit serves at most."""
QUEUE_MAX: Final = 4_096
"""Requests that may stand in the queue; one more is told to come back."""
HEAR_MAX: Final = 400
"""Deeds taken to the log at once, so that feeds are not kept waiting."""
EXPIRY: Final = "expiry"
"""The job of letting orders, holds, vouchers and places in line run out."""
_TRIES: Final = 8
ABANDONED: Final = UnavailableError(
    "trade_failed", "The commit failed; ask again, with the same Idempotency-Key."
)
Made = TypeVar("Made")
Serve: TypeAlias = Callable[[CommandContext], Reply | LodestoneError]
"""A refusal is raised before anything is changed, and returned when something was."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a request names, so that a commit reads it for all of its requests at once."""

    people: tuple[str, ...] = ()
    order: int | None = None
    sale: str | None = None


@dataclass(frozen=True, slots=True)
class QueuedCommand:
    """One request in the queue."""

    serve: Serve
    named: Named
    once: Idempotency | None
    actor: Actor | None
    """Who asks, where the audit log is to know."""


class Trade:
    """Use cases of orders and vouchers. Called on the event loop's thread only."""

    def __init__(
        self,
        community: Community,
        records: Records,
        publisher: ChangePublisher,
        clock: Clock,
        failures: Failures,
        providers: Mapping[str, PaymentProvider],
        present: WhereOf = nowhere,
    ) -> None:
        """Take what trade needs; `failures` are those of what time brings about."""
        self.failures = failures
        self._publisher = publisher
        self._clock = clock
        self.records = records
        self._threads = records.threads
        self.community, self.present = community, present
        self.providers = providers
        rules: GroupRules[QueuedCommand] = GroupRules(
            "writing orders", COMMIT_MAX, ABANDONED, turn=lambda: publisher.writing
        )
        self._committer = GroupCommitter[QueuedCommand, Reply | Answer](
            rules, self._commit, records.threads, failures
        )

    def now(self) -> Instant:
        """Return the community's present instant."""
        return self._clock.now()

    # What may be asked

    async def order(self, given: OrderIn, once: Idempotency | None) -> Reply | Answer:
        """Take an order; see `place_order.reserve`."""
        named = Named((given.buyer,), sale=given.sale_id)
        return await self._ask(lambda context: reserve(context, given), named, once)

    async def move(
        self, order_id: str, act: Callable[[CommandContext, OrderRecord], OrderRecord],
        once: Idempotency | None, *, viewer: str | None = None,
    ) -> Reply | Answer:  # fmt: skip
        """Do something to an order; `order_moves` says what others may have done.

        Args:
            order_id: As made here.
            act: What to do.
            once: Its idempotency key.
            viewer: The only buyer whose order it may be.
        """

        def serve(context: CommandContext) -> Reply:
            order = context.order(order_id)
            if viewer is not None:
                require_buyer(context, order, viewer)
            moved = act(context, order)
            return Reply(
                200, show_order(context, moved), context.work.parties.by_ordinal(moved.buyer)
            )

        named = Named(order=number_of(ORDER, self.community.secret, order_id))
        return await self._ask(serve, named, once)

    async def serve(self, order: int, work: Serve, once: Idempotency | None) -> Reply | Answer:
        """Serve whatever is asked about an order, in its turn."""
        return await self._ask(work, Named(order=order), once)

    async def prepare(self, given: PrepareIn) -> Reply | Answer:
        """Look at a voucher; see `vouchers.prepare`."""
        return await self._ask(
            lambda context: prepare(context, given), Named((given.staff_id,)), None
        )

    async def show_short_code(self, voucher_id: str, viewer: str | None) -> Reply | Answer:
        """Show a voucher's short code; see `short_codes.show_short_code`."""
        named = Named(() if viewer is None else (viewer,))
        return await self._ask(
            lambda context: show_short_code(context, voucher_id, viewer), named, None
        )

    async def redeem(self, given: RedeemIn, once: Idempotency | None) -> Reply | Answer:
        """Redeem a voucher; see `vouchers.redeem`."""
        return await self._ask(
            lambda context: redeem(context, given), Named((given.staff_id,)), once
        )

    async def reverse(self, given: ReverseIn, once: Idempotency | None) -> Reply | Answer:
        """Take a redemption back; see `vouchers.reverse`."""
        return await self._ask(
            lambda context: reverse(context, given), Named((given.staff_id,)), once
        )

    # Time

    async def tick(self) -> None:
        """Let expire what the community's clock has made due."""
        while await self._threads.read(
            self.records.something_due, self.community.id, now=self._clock.now()
        ):
            rows = await self._again(self._due)
            if not await self.failures.each(EXPIRY, rows, self._expire_some):
                return
        self.failures.settle(EXPIRY)

    async def _expire_some(self, rows: Sequence[str]) -> None:
        async with self._publisher.writing:
            await self._publisher.changed(await self._again(partial(self._expire, rows)))

    def _due(self, now: Instant) -> list[str]:
        with self.records.unit_of_work(self.community.id, now=now) as work:
            return due_now(work, self.failures.waiting(EXPIRY))

    async def _again(self, work: Callable[[Instant], Made]) -> Made:
        """Do a whole commit in a thread, again should another of the ledger's have come between."""
        for _ in range(_TRIES - 1):
            try:
                return await self._threads.write(work, self._clock.now())
            except UnavailableError as error:
                if error.code != "ledger_busy":
                    raise
        return await self._threads.write(work, self._clock.now())

    def _expire(self, rows: Sequence[str], now: Instant) -> Sequence[Change]:
        with self.records.unit_of_work(self.community.id, now=now) as work:
            expire(CommandContext(work, self.community, self.present), rows)
            work.flush()
            return work.changes

    async def hear(self) -> None:
        """Let the log hear of what another process has committed."""
        async with self._publisher.writing:
            deeds = await self._threads.write(
                self.records.pending_changes,
                self.community.id,
                limit=HEAR_MAX + len(self.failures.of(CHANGE)),
                deeds_only=True,
            )
            await self._publisher.changed(deeds)

    # The queue

    async def _ask(self, serve: Serve, named: Named, once: Idempotency | None) -> Reply | Answer:
        if len(self._committer) >= QUEUE_MAX:
            raise BusyError("trade_busy", "too many orders at once; come back", retry_seconds=1)
        return await self._committer.ask(QueuedCommand(serve, named, once, present_actor()))

    async def _commit(
        self, some: Sequence[QueuedCommand]
    ) -> Sequence[Reply | Answer | LodestoneError]:
        """Serve commands in one commit, and let the log hear of what they changed."""
        replies, changes = await self._again(lambda now: self._serve(some, now))
        try:
            await self._publisher.changed(changes)
        except LodestoneError as error:
            # It is in the records, but the log has not heard: all ask again.
            return [error] * len(some)
        except Exception as error:  # noqa: BLE001  what is committed must not be served again
            fault_of(error)
        return replies

    def _serve(
        self, batch: Sequence[QueuedCommand], now: Instant
    ) -> tuple[list[Reply | Answer | LodestoneError], Sequence[Change]]:
        """Serve a batch in one unit of work; in a thread."""
        with self.records.unit_of_work(self.community.id, now=now) as work:
            context = CommandContext(work, self.community, self.present)
            _expect(work, [asked.named for asked in batch])
            keys = [asked.once.claim for asked in batch if asked.once is not None]
            known = work.answers.recall(keys)
            replies = [_serve_one(context, asked, known) for asked in batch]
            work.flush()
            return replies, work.changes


def _expect(work: TradeUnitOfWork, named: Sequence[Named]) -> None:
    """Read what the requests of a commit name, each kind at once."""
    work.parties.expect(name for one in named for name in one.people)
    work.orders.expect(one.order for one in named if one.order is not None)
    for sale in sorted({one.sale for one in named if one.sale is not None}):
        names = (name for one in named if one.sale == sale for name in one.people)
        ordinals = [party.ordinal for party in work.parties.known(names)]
        work.sale_units.expect(sale, ordinals)


def _serve_one(
    context: CommandContext, asked: QueuedCommand, known: dict[bytes, Answer]
) -> Reply | Answer | LodestoneError:
    once = asked.once
    if once is not None and once.claim in known:
        before = known[once.claim]
        return before if before.body_digest == once.digest else key_taken()
    reply: Reply | LodestoneError
    try:
        with acting(asked.actor):
            reply = asked.serve(context)
    except LodestoneError as error:
        if not is_refusal(error):
            raise
        reply = error
    # A refusal is not remembered: time or a later write may cure it, and then the same request is served.
    if once is not None and isinstance(reply, Reply) and reply.remembered:
        answer = known[once.claim] = answer_of(reply, once)
        context.work.answers.remember(once.claim, answer, reply.party)
    return reply


def require_buyer(context: CommandContext, order: OrderRecord, viewer: str) -> None:
    """Refuse to move somebody else's order, as if it were not there."""
    party = context.work.parties.get(viewer)
    if party is None or party.ordinal != order.buyer:
        raise UnknownError("order_unknown", "There is no such order of this viewer.")


def show_order(context: CommandContext, order: OrderRecord) -> OrderOut:
    """Show an order as it stands in this commit."""
    return order_out(context.community, context.work.orders.view(order))
