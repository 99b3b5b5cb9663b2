"""Prove that the log has heard of every order and refund what the orders say; see `ledger`.

The log is read beside a running community: what lies before the point where it ended when the ledger's moment was
fixed cannot know more than that moment, and what is written up to now, or waits to be, cannot know less.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.payment import PaymentKind
from lodestone.events.facts import SHARE_WHOLE, refund_share
from lodestone.events.outcomes import FactKind
from lodestone.services.audit.ledger import Audited, Check, Difference
from lodestone.services.commerce.events import back_share
from lodestone.services.ingest.trade_facts import bought_name, deed_key, told_lines
from lodestone.services.support.ids import ORDER, made_id
from lodestone.stores.commerce.types import OrderRecord, VoucherRecord
from lodestone.stores.log.port import Offset
from lodestone.stores.records.types import Deed

_PENDING: Final = 2**31
_ALL: Final = 2**62


@dataclass(slots=True)
class _Heard:
    """What the log says of orders, by the key of an order's own fact."""

    orders: dict[int, int] = field(default_factory=dict)
    """Whose each is: a person's ordinal, -1 for nobody."""
    least: dict[int, int] = field(default_factory=dict)
    """Millionths that had come back at the ledger's moment, at least."""
    most: dict[int, int] = field(default_factory=dict)
    """The same at most: up to now, those on their way among them."""


def _facts(audited: Audited) -> Iterator[Difference]:
    """The log knows of every paid order, and of exactly what came back of it."""
    if audited.log is None:
        return
    secret = audited.records.community(audited.money.community).secret
    books = audited.snapshot.commerce()
    heard = _hear(audited, secret)
    paid = {event.number for event in books.events if event.move is Transition.PAY}
    written = {payment.order for payment in books.payments if payment.kind is PaymentKind.CHARGE}
    vouchers: dict[int, list[VoucherRecord]] = {}
    for voucher in books.vouchers:
        vouchers.setdefault(voucher.order, []).append(voucher)
    known: set[int] = set()
    for order in books.orders:
        if order.number not in paid:
            continue
        name = made_id(ORDER, secret, order.number)
        for index in told_lines(order):
            key = deed_key(secret, bought_name(name, index))
            known.add(key)
            yield from _bought(heard, order, f"{name} line {index + 1}", key)
            if order.number in written or not order.paid.total:
                expected = _came_back(order, vouchers.get(order.number, []), index)
                yield from _back(heard, f"{name} line {index + 1}", key, expected)
    for key in sorted(heard.least.keys() - known):
        yield _said(f"refund of {key:016x}", "an order", "a refund alone")


def _hear(audited: Audited, secret: bytes) -> _Heard:
    """Read what waits to be told before the log, so that what is told meanwhile is seen in one of them."""
    heard = _Heard()
    pending = audited.records.pending_changes(
        audited.money.community, limit=_PENDING, deeds_only=True
    )
    waiting: dict[int, Deed] = {}
    for change in pending:
        if isinstance(change.row, Deed):
            waiting[deed_key(secret, change.row.name)] = change.row
    assert audited.log is not None
    for batch in audited.log.read(Offset(0), limit=_ALL):
        for at in np.flatnonzero(
            np.isin(batch.facts["kind"], (FactKind.ORDER, FactKind.REFUND))
        ).tolist():
            fact = batch.facts[at]
            waiting.pop(int(fact["key"]), None)
            if fact["kind"] == FactKind.ORDER:
                heard.orders[int(fact["key"])] = int(fact["person"])
                continue
            about = int(fact["target"]) % 2**64
            share = refund_share(int(fact["value"]))
            heard.most[about] = heard.most.get(about, 0) + share
            if int(batch.first) + at < audited.told_before:
                heard.least[about] = heard.least.get(about, 0) + share
    for key, deed in waiting.items():
        if deed.kind is FactKind.ORDER:
            heard.orders[key] = deed.person
        elif deed.kind is FactKind.REFUND:
            about = deed_key(secret, deed.about)
            heard.most[about] = heard.most.get(about, 0) + deed.share
    return heard


def _bought(heard: _Heard, order: OrderRecord, subject: str, key: int) -> Iterator[Difference]:
    person = heard.orders.get(key)
    if person is None:
        yield _said(subject, "a fact of the order", "none")
    elif person not in (order.buyer, -1):
        yield _said(subject, f"person:{order.buyer}", f"person:{person}")


def _back(heard: _Heard, subject: str, key: int, expected: int) -> Iterator[Difference]:
    least, most = heard.least.get(key, 0), heard.most.get(key, 0)
    if not least <= expected <= most:
        actual = most if expected > most else least
        yield _said(subject, f"{expected} millionths back", f"{actual}")


def _came_back(order: OrderRecord, vouchers: list[VoucherRecord], index: int) -> int:
    """Return the millionths of a line's product that have come back, as the order says."""
    if order.fulfilment == "redeem":
        product = order.lines[index].product
        return back_share(
            [voucher for voucher in vouchers if order.lines[voucher.line].product == product]
        )
    if order.state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED):
        return SHARE_WHOLE
    return SHARE_WHOLE * order.refunded // order.paid.total if order.paid.total else 0


def _said(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="facts", subject=subject, expected=expected, found=actual)


FACTS: Final = Check("facts", _facts)
