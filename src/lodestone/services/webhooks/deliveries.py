"""Webhooks of one community: set by its app, carried by a courier.

A delivery is one event for one webhook. Of each order or room the first that is pending is sent and
the next waits for it, so that they arrive in order; what fails is sent again, under the same id.
"""

import threading
from collections.abc import Callable
from typing import Final, Literal

import msgspec
import structlog

from lodestone.base.clock import DAY_MICROS, SECOND_MICROS, Clock, Instant
from lodestone.base.errors import InvalidError, Problem, UnavailableError, UnknownError
from lodestone.base.signed import keyed_tag
from lodestone.base.wire import Money, time_text
from lodestone.commerce.reach import Reach, read_target
from lodestone.commerce.webhooks import (
    OVERLAP_MICROS,
    Attempt,
    DeliveryOut,
    Fate,
    Standing,
    Stream,
    WebhookIn,
    WebhookOut,
    after_attempt,
    attempt_out,
    event_number,
    secret_text,
    signature,
    standard_signature,
)
from lodestone.content import Community
from lodestone.creators.boost import BoostState
from lodestone.services.commerce.presenters import order_out
from lodestone.services.support.ids import ASSIGNMENT, DELIVERY, EVENT, ORDER, made_id, number_of
from lodestone.services.webhooks.payloads import (
    AssignmentTold,
    BoostTold,
    EventTold,
    OrderTold,
    RoomTold,
    Subject,
    WebhookSubject,
)
from lodestone.stores.external.webhook_post import Answered, Parcel, Sender
from lodestone.stores.live.types import SALT_BYTES, DeliveryRecord, WebhookRecord
from lodestone.stores.ports import Records

ROUND: Final = 16
"""Deliveries sent at once to one webhook, each of another subject."""
_FAN_OUT: Final = 500
_LOG: Final = structlog.get_logger("lodestone")
KEPT_MICROS: Final = 30 * DAY_MICROS
"""How long a decided delivery stays in the log: thirty days."""


_FATES: Final[dict[Fate, Literal["pending", "delivered", "failed"]]] = {
    Fate.PENDING: "pending", Fate.DELIVERED: "delivered", Fate.FAILED: "failed",
}  # fmt: skip


_MADE_IDS: Final = {Stream.ORDERS: ORDER, Stream.ASSIGNMENTS: ASSIGNMENT}
"""Streams whose subjects are numbers, and the prefix of these."""


class Hooks:
    """Use cases of webhooks. Whatever is plainly `def` asks the records: call it in a thread."""

    def __init__(
        self, records: Records, community: Community, now: Callable[[], Instant], reach: Reach
    ) -> None:
        self._records = records
        self._community = community
        self._now = now
        self._reach = reach

    async def put(self, webhook_id: str, given: WebhookIn) -> tuple[WebhookOut, bool]:
        """Make or replace a webhook; return it, a new one with its secret, and whether it is new.

        Raises:
            InvalidError: `webhook_address`: nothing may be sent there.
        """
        return await self._records.threads.commit(self._put, webhook_id, given)

    def _put(self, webhook_id: str, given: WebhookIn) -> tuple[WebhookOut, bool]:
        target = read_target(given.url, self._reach)
        if isinstance(target, str):
            problem = Problem("url", target)
            raise InvalidError("webhook_address", f"url {target}.", (problem,))
        new = self._records.put_webhook(self._community.id, webhook_id, given, now=self._now())
        return self.webhook(webhook_id, secret=new), new

    async def renew(self, webhook_id: str) -> WebhookOut:
        """Give a webhook a new secret, which is in the answer; the old one signs too for a day. Raises UnknownError."""
        return await self._records.threads.commit(self._renew, webhook_id)

    def _renew(self, webhook_id: str) -> WebhookOut:
        until = Instant(self._now() + OVERLAP_MICROS)
        self._records.renew_webhook(self._community.id, webhook_id, until=until)
        return self.webhook(webhook_id, secret=True)

    def webhook(self, webhook_id: str, *, secret: bool = False) -> WebhookOut:
        """Return one webhook. Raises UnknownError."""
        hook = self._records.webhook(self._community.id, webhook_id)
        return self._out(hook, secret_of(self._community, hook.salt) if secret else None)

    def webhooks(self, limit: int, after: str | None) -> list[WebhookOut]:
        """Return a page of webhooks."""
        webhooks = self._records.webhooks(self._community.id, limit=limit, after=after)
        return [self._out(hook, None) for hook in webhooks]

    def deliveries(self, webhook_id: str, limit: int, before: int | None) -> list[DeliveryOut]:
        """Return a page of a webhook's deliveries, the newest first. Raises UnknownError."""
        deliveries = self._records.deliveries(
            self._community.id, webhook_id, limit=limit, before=before
        )
        return [delivery_out(self._community, delivery) for delivery in deliveries]

    async def resend(self, webhook_id: str, delivery_id: str) -> DeliveryOut:
        """Try a delivery once more, now, however it stands. Raises UnknownError."""
        record = await self._records.threads.commit(
            self._records.resend_delivery, self._community.id, webhook_id,
            self.number(delivery_id), now=self._now(),
        )  # fmt: skip
        return delivery_out(self._community, record)

    def number(self, delivery_id: str) -> int:
        """Return the number of a delivery. Raises UnknownError `delivery_unknown`."""
        number = number_of(DELIVERY, self._community.secret, delivery_id)
        if number is None:
            raise UnknownError("delivery_unknown", "There is no such delivery here.")
        return number

    def _out(self, hook: WebhookRecord, secret: str | None) -> WebhookOut:
        pending, failed = self._records.deliveries_left(self._community.id, hook.id)
        return WebhookOut(
            id=hook.id, url=hook.url, types=hook.types,
            state="active" if hook.active else "paused", pending=pending, failed=failed,
            created_at=time_text(hook.created), secret=secret,
        )  # fmt: skip


class Courier:
    """Carries one community's deliveries. Its rounds run off the event loop, one a webhook at a time."""

    def __init__(
        self,
        records: Records,
        community: Community,
        sender: Sender,
        *,
        wall: Clock,
        chance: Callable[[], float],
    ) -> None:
        """Keep what is handed in.

        Args:
            records: Where webhooks and deliveries are.
            community: The community.
            sender: Sends.
            wall: The time that signatures carry, since receivers compare it with their own.
            chance: Gives numbers in [0, 1) that spread what failed together.
        """
        self._records = records
        self._community = community
        self._sender = sender
        self._wall = wall
        self._chance = chance
        self._locks: dict[str, threading.Lock] = {}

    def active(self) -> list[str]:
        """Return the webhooks that are told of things."""
        return self._records.active_webhooks(self._community.id)

    def round(self, webhook_id: str, now: Instant) -> int:
        """Send what is due to one webhook and write down what came of it; return how many there were.

        Args:
            webhook_id: Which.
            now: The community's clock.
        """
        # Two rounds at once would send twice what is due.
        with self._locks.setdefault(webhook_id, threading.Lock()):
            return self._round(webhook_id, now)

    def _round(self, webhook_id: str, now: Instant) -> int:
        community = self._community.id
        hook = self._records.webhook(community, webhook_id)
        if not hook.active:
            return 0
        while self._records.fan_out(community, webhook_id, now=now, limit=_FAN_OUT) >= _FAN_OUT:
            pass
        due = self._records.due_deliveries(community, webhook_id, now=now, limit=ROUND)
        if due:
            parcels = [self._parcel_or_fault(hook, delivery, now) for delivery in due]
            sent = iter(
                self._sender.send([parcel for parcel in parcels if isinstance(parcel, Parcel)])
            )
            answers = [next(sent) if isinstance(parcel, Parcel) else parcel for parcel in parcels]
            attempted = [
                self._after(delivery, answer, now)
                for delivery, answer in zip(due, answers, strict=True)
            ]
            self._records.attempted(community, attempted)
        return len(due)

    def _after(
        self, delivery: DeliveryRecord, answer: Answered, now: Instant
    ) -> tuple[int, tuple[Attempt, ...], Standing]:
        attempts = (*delivery.attempts, Attempt(now, answer.status, answer.problem))
        standing = after_attempt(attempts, now, self._chance(), delivered=answer.problem is None)
        return delivery.number, attempts, standing

    def _parcel_or_fault(
        self, hook: WebhookRecord, delivery: DeliveryRecord, now: Instant
    ) -> Parcel | Answered:
        """Lay a delivery out; one that cannot be told of is a failed attempt, so that it holds up its own subject only."""
        try:
            return self._parcel(hook, delivery, now)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  whatever ails its order or room
            _LOG.error("delivery not laid out", number=delivery.number, exc_info=error)
            return Answered(None, "the engine could not lay it out; see its log")

    def _parcel(self, hook: WebhookRecord, delivery: DeliveryRecord, now: Instant) -> Parcel:
        body = msgspec.json.encode(self._event(delivery))
        secrets = [secret_of(self._community, hook.salt)]
        if (
            hook.salt_before is not None
            and hook.before_until is not None
            and now < hook.before_until
        ):
            secrets.append(secret_of(self._community, hook.salt_before))
        delivery_id = made_id(DELIVERY, self._community.secret, delivery.number)
        seconds = self._wall.now() // SECOND_MICROS
        headers = {
            "Content-Type": "application/json", "User-Agent": "lodestone",
            "Lodestone-Delivery": delivery_id,
            "Lodestone-Signature": signature(secrets, seconds, body),
            "webhook-id": delivery_id, "webhook-timestamp": str(seconds),
            "webhook-signature": standard_signature(secrets, delivery_id, seconds, body),
        }  # fmt: skip
        return Parcel(hook.url, body, headers)

    def _event(self, delivery: DeliveryRecord) -> EventTold:
        reads: dict[Stream, Callable[[DeliveryRecord], tuple[Instant, Subject]]] = {
            Stream.ORDERS: self._order, Stream.ROOMS: self._room, Stream.ASSIGNMENTS: self._assignment,
            Stream.BOOSTS: self._boost,
        }  # fmt: skip
        happened, subject = reads[delivery.stream](delivery)
        return EventTold(
            id=event_id(self._community, delivery), type=delivery.type, created=happened // SECOND_MICROS,
            community=self._community.id, data=WebhookSubject(subject),
        )  # fmt: skip

    def _order(self, delivery: DeliveryRecord) -> tuple[Instant, OrderTold]:
        event = self._records.order_event(self._community.id, delivery.event)
        view = self._records.order(self._community.id, event.number)
        shown = order_out(self._community, view)
        amount = None if event.amount is None else Money(event.amount, self._community.currency)
        order = OrderTold(
            id=shown.id, move=event.move.name.lower(), state=event.state.name.lower(),
            amount=amount, buyer=shown.buyer, shop_id=shown.shop_id, sale_id=shown.sale_id,
            fulfilment=shown.fulfilment, lines=shown.lines, total=shown.total,
            commission=shown.commission,
        )  # fmt: skip
        return event.time, order

    def _assignment(self, delivery: DeliveryRecord) -> tuple[Instant, AssignmentTold]:
        community = self._community
        with self._records.creator_finds(community.id) as finds:
            event = finds.event(delivery.event)
            made = finds.known(event.number)
            creator = finds.party_at(made.creator)
        amount = None if event.amount is None else Money(event.amount, community.currency)
        order = AssignmentTold(
            id=made_id(ASSIGNMENT, community.secret, event.number), offer_id=made.offer,
            brief_id=made.brief, advertiser_id=made.advertiser, creator=None if creator is None else creator.id,
            move=event.move.name.lower(), by=event.actor.name.lower(), stage=event.stage.name.lower(),
            amount=amount,
        )  # fmt: skip
        return event.time, order

    def _boost(self, delivery: DeliveryRecord) -> tuple[Instant, BoostTold]:
        community = self._community
        with self._records.boost_finds(community.id) as finds:
            event = finds.boost_event(delivery.event)
            (view,) = finds.boost_views([finds.boost_at(event.number)])
        boost, currency = view.boost, community.currency
        back = boost.back if event.state is BoostState.ENDED else None
        payload = BoostTold(
            id=boost.id, person_id=view.person_id, item_id=view.item_id, buys=boost.buys,
            amount=Money(boost.amount, currency), pay_from=boost.pay_from, state=event.state.name.lower(),
            refunded=None if back is None else Money(back, currency),
        )  # fmt: skip
        return event.time, payload

    def _room(self, delivery: DeliveryRecord) -> tuple[Instant, RoomTold]:
        event = self._records.room_event(self._community.id, delivery.event)
        return event.time, RoomTold(id=event.room, state=event.state)


def secret_of(community: Community, salt: bytes) -> str:
    """Return a webhook's secret, which follows from its salt and the community's own secret.

    A salt of an earlier version is shorter; its secret is written as it was handed out.
    """
    key = keyed_tag(community.secret, salt, size=32, purpose=b"webhook secret")
    return secret_text(key, padded=len(salt) >= SALT_BYTES)


def event_id(community: Community, delivery: DeliveryRecord) -> str:
    """Name an event: the same at every webhook and attempt."""
    return made_id(EVENT, community.secret, event_number(delivery.stream, delivery.event))


def delivery_out(community: Community, delivery: DeliveryRecord) -> DeliveryOut:
    """Show a delivery in the log."""
    subject = delivery.subject
    if delivery.stream in _MADE_IDS:
        subject = made_id(_MADE_IDS[delivery.stream], community.secret, int(subject))
    return DeliveryOut(
        id=made_id(DELIVERY, community.secret, delivery.number), event_id=event_id(community, delivery),
        type=delivery.type, subject=subject, state=_FATES[delivery.fate],
        attempts=tuple(attempt_out(attempt) for attempt in delivery.attempts),
        next_at=None if delivery.next is None else time_text(delivery.next),
        created_at=time_text(delivery.created),
    )  # fmt: skip
