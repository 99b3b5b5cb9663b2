"""Webhooks and their deliveries in SQL. See `port.WebhookRecords`.

Nothing is written for webhooks when something happens: the moves of orders and rooms, which are
written in the commit that made them, are the outbox, and each webhook remembers how far it has read.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import and_, exists, func

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.base.wire import app_id
from lodestone.commerce.life import Transition
from lodestone.commerce.live import STATES
from lodestone.commerce.webhooks import TYPE_OF, Attempt, Fate, Standing, Stream, WebhookIn
from lodestone.stores.commerce.schema import ORDER_EVENTS
from lodestone.stores.live.schema import DELIVERIES, ROOM_EVENTS, WEBHOOKS
from lodestone.stores.live.types import SALT_BYTES, DeliveryRecord, WebhookRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.hooks import EventReader
from lodestone.stores.sql.scope import Scope

_ATTEMPTS: Final = msgspec.msgpack.Decoder(tuple[Attempt, ...])
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_READ: Final = {
    Stream.ORDERS: "orders_after",
    Stream.ROOMS: "rooms_after",
    Stream.ASSIGNMENTS: "assignments_after",
    Stream.BOOSTS: "boosts_after",
}
"""The column that says how far a webhook has read each stream."""
_ROOM_TYPES: Final = {STATES.index("live"): "live.started", STATES.index("ended"): "live.ended"}


class HookRecords(RecordsBase):
    """See `WebhookRecords`."""

    def put_webhook(
        self, community: str, webhook_id: str, given: WebhookIn, *, now: Instant
    ) -> bool:
        """See `WebhookRecords.put_webhook`."""
        app_id(webhook_id)
        values = {
            "url": given.url,
            "types": " ".join(given.types),
            "active": given.state == "active",
        }
        with self._writing(community) as work:
            mine = WEBHOOKS.c.id == webhook_id
            known = work.first(work.select(WEBHOOKS).where(mine))
            before = None if known is None else {name: getattr(known, name) for name in values}
            work.audit("webhook", webhook_id, before, values)
            if work.run(work.update(WEBHOOKS).where(mine).values(**values)):
                return False
            fresh = {"id": webhook_id, "salt": self._random(SALT_BYTES), "created": now}
            fresh |= {_READ[reader.stream]: reader.newest(work) for reader in self._readers()}
            work.insert(WEBHOOKS, [{**fresh, **values}])
            return True

    def renew_webhook(self, community: str, webhook_id: str, *, until: Instant) -> None:
        """See `WebhookRecords.renew_webhook`."""
        with self._writing(community) as work:
            before = _require(work, webhook_id)
            update = work.update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)
            salt = self._random(SALT_BYTES)
            work.audit("webhook", webhook_id, {}, {"secret": "renewed"})
            work.run(update.values(salt=salt, salt_before=before.salt, before_until=until))

    def webhook(self, community: str, webhook_id: str) -> WebhookRecord:
        """See `WebhookRecords.webhook`."""
        with self._reading(community) as scope:
            return _record(_require(scope, webhook_id))

    def webhooks(
        self, community: str, *, limit: int = 1000, after: str | None = None
    ) -> list[WebhookRecord]:
        """See `WebhookRecords.webhooks`."""
        with self._reading(community) as scope:
            query = scope.select(WEBHOOKS).order_by(WEBHOOKS.c.id).limit(limit)
            if after is not None:
                query = query.where(WEBHOOKS.c.id > after)
            return [_record(row) for row in scope.fetch(query)]

    def active_webhooks(self, community: str) -> list[str]:
        """See `WebhookRecords.active_webhooks`."""
        with self._reading(community) as scope:
            query = scope.select(WEBHOOKS, WEBHOOKS.c.id).where(WEBHOOKS.c.active)
            return [row.id for row in scope.fetch(query.order_by(WEBHOOKS.c.id))]

    def deliveries_left(self, community: str, webhook_id: str) -> tuple[int, int]:
        """See `WebhookRecords.deliveries_left`."""
        counts = []
        with self._reading(community) as scope:
            for fate in (Fate.PENDING, Fate.FAILED):
                query = scope.select(DELIVERIES, func.count()).where(
                    DELIVERIES.c.webhook == webhook_id, DELIVERIES.c.fate == int(fate)
                )
                counts.append(int(scope.first(query)[0]))
        return counts[0], counts[1]

    def fan_out(self, community: str, webhook_id: str, *, now: Instant, limit: int = 500) -> int:
        """See `WebhookRecords.fan_out`."""
        with self._reading(community) as scope:
            if not self._since(scope, _require(scope, webhook_id), 1):
                return 0
        with self._writing(community) as work:
            hook = _require(work, webhook_id)
            events = self._since(work, hook, limit)
            wanted = [
                event for event in events if not hook.types or event[2] in hook.types.split(" ")
            ]
            newest = work.first(work.select(DELIVERIES, func.max(DELIVERIES.c.number)))[0]
            rows = [
                {
                    "number": number,
                    "webhook": webhook_id,
                    "stream": int(stream),
                    "event": event,
                    "type": kind,
                    "subject": subject,
                    "fate": int(Fate.PENDING),
                    "next": now,
                    "attempts": _ENCODE(()),
                    "created": now,
                }
                for number, (stream, event, kind, subject) in enumerate(wanted, (newest or 0) + 1)
            ]
            work.insert(DELIVERIES, rows)
            reached = {stream: event for stream, event, _, _ in events}
            work.run(
                work.update(WEBHOOKS)
                .where(WEBHOOKS.c.id == webhook_id)
                .values(
                    {
                        name: reached.get(stream, getattr(hook, name))
                        for stream, name in _READ.items()
                    }
                )
            )
            return len(events)

    def _readers(self) -> list[EventReader]:
        """Return what reads each stream's events: our own, and those of subjects above us."""
        return [*_OWN, *(hooks.events for hooks in self._hooks if hooks.events is not None)]

    def _since(self, scope: Scope, hook: Any, limit: int) -> list[tuple[Stream, int, str, str]]:
        """Return what a webhook has not read yet: (stream, number, type, subject), in order."""
        return [
            event
            for reader in self._readers()
            for event in reader.after(scope, getattr(hook, _READ[reader.stream]), limit)
        ]

    def due_deliveries(
        self, community: str, webhook_id: str, *, now: Instant, limit: int
    ) -> list[DeliveryRecord]:
        """See `WebhookRecords.due_deliveries`."""
        mine, before = DELIVERIES.c, DELIVERIES.alias("earlier").c
        waits = exists().where(
            and_(
                before.tenant == mine.tenant,
                before.webhook == mine.webhook,
                before.subject == mine.subject,
                before.stream == mine.stream,
                before.fate == int(Fate.PENDING),
                before.number < mine.number,
            )
        )
        with self._reading(community) as scope:
            query = scope.select(DELIVERIES).where(
                mine.webhook == webhook_id, mine.fate == int(Fate.PENDING), mine.next <= now, ~waits
            )
            due = scope.fetch(query.order_by(mine.next, mine.number).limit(limit))
        return [_delivery(row) for row in due]

    def attempted(
        self, community: str, attempted: Sequence[tuple[int, tuple[Attempt, ...], Standing]]
    ) -> None:
        """See `WebhookRecords.attempted`."""
        with self._writing(community) as work:
            for number, attempts, standing in attempted:
                values = {
                    "attempts": _ENCODE(attempts),
                    "fate": int(standing.fate),
                    "next": standing.next,
                }
                update = work.update(DELIVERIES).where(DELIVERIES.c.number == number)
                work.run(update.values(**values))

    def deliveries(
        self, community: str, webhook_id: str, *, limit: int, before: int | None = None
    ) -> list[DeliveryRecord]:
        """See `WebhookRecords.deliveries`."""
        with self._reading(community) as scope:
            _require(scope, webhook_id)
            query = scope.select(DELIVERIES).where(DELIVERIES.c.webhook == webhook_id)
            if before is not None:
                query = query.where(DELIVERIES.c.number < before)
            rows = scope.fetch(query.order_by(DELIVERIES.c.number.desc()).limit(limit))
        return [_delivery(row) for row in rows]

    def resend_delivery(
        self, community: str, webhook_id: str, number: int, *, now: Instant
    ) -> DeliveryRecord:
        """See `WebhookRecords.resend_delivery`."""
        mine = (DELIVERIES.c.number == number, DELIVERIES.c.webhook == webhook_id)
        values = {"fate": int(Fate.PENDING), "next": now}
        with self._writing(community) as work:
            if not work.run(work.update(DELIVERIES).where(*mine).values(**values)):
                raise UnknownError("delivery_unknown", "There is no such delivery here.")
            work.audit("webhook", webhook_id, {}, {"resent": number})
            return _delivery(work.first(work.select(DELIVERIES).where(*mine)))

    def purge_deliveries(self, community: str, *, before: Instant) -> int:
        """See `WebhookRecords.purge_deliveries`."""
        with self._writing(community) as work:
            old = work.delete(DELIVERIES).where(
                DELIVERIES.c.created < before, DELIVERIES.c.fate != int(Fate.PENDING)
            )
            return work.run(old)


def _move_shown(row: Any) -> tuple[str, str]:
    return TYPE_OF[Transition(row.move)], str(row.number)


def _room_shown(row: Any) -> tuple[str, str]:
    return _ROOM_TYPES[row.state], row.room


_MOVE: Final = ORDER_EVENTS.c
_ROOM: Final = ROOM_EVENTS.c
_OWN: Final = (
    EventReader(Stream.ORDERS, (_MOVE.id, _MOVE.move, _MOVE.number), _move_shown),
    EventReader(Stream.ROOMS, (_ROOM.id, _ROOM.state, _ROOM.room), _room_shown),
)


def _require(scope: Scope, webhook_id: str) -> Any:
    row = scope.first(scope.select(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id))
    if row is None:
        raise UnknownError("webhook_unknown", f"There is no webhook {webhook_id!r} here.")
    return row


def _record(row: Any) -> WebhookRecord:
    until = None if row.before_until is None else Instant(row.before_until)
    return WebhookRecord(
        id=row.id,
        url=row.url,
        types=tuple(row.types.split()),
        active=row.active,
        created=Instant(row.created),
        salt=row.salt,
        salt_before=row.salt_before,
        before_until=until,
    )


def _delivery(row: Any) -> DeliveryRecord:
    return DeliveryRecord(
        row.number,
        row.webhook,
        Stream(row.stream),
        row.event,
        row.type,
        row.subject,
        Fate(row.fate),
        None if row.next is None else Instant(row.next),
        _ATTEMPTS.decode(row.attempts),
        Instant(row.created),
    )
