"""Webhooks: what an app is told, how it is signed, and when it is told again.

Every request is signed twice under one secret, so that an app verifies with whichever library it has: as
Stripe does (`t=SECONDS,v1=HEX`, HMAC-SHA256 over `{timestamp}.{payload}`, keyed by the secret's text) and as
the Standard Webhooks specification does (`v1,BASE64`, HMAC-SHA256 over `{id}.{timestamp}.{payload}`, keyed by
the bytes that the secret encodes).
"""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, Instant
from lodestone.base.signed import hmac_sha256
from lodestone.base.wire import TEXT, TimeText, refuse, time_text
from lodestone.commerce.life import Transition

EventType: TypeAlias = Literal[
    "order.placed",
    "order.admitted",
    "order.paid",
    "order.fulfilled",
    "order.refunded",
    "order.cancelled",
    "order.expired",
    "order.redeemed",
    "order.reversed",
    "live.started",
    "live.ended",
    "assignment.offered",
    "assignment.accepted",
    "assignment.declined",
    "assignment.drafted",
    "assignment.revised",
    "assignment.approved",
    "assignment.published",
    "assignment.measured",
    "assignment.settled",
    "assignment.cancelled",
    "assignment.expired",
    "assignment.disputed",
    "assignment.decided",
    "boost.started",
    "boost.ending",
    "boost.ended",
]
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
TYPE_OF: Final[dict[Transition, EventType]] = {
    Transition.PLACE: "order.placed",
    Transition.ADMIT: "order.admitted",
    Transition.PAY: "order.paid",
    Transition.FULFIL: "order.fulfilled",
    Transition.REFUND_PART: "order.refunded",
    Transition.REFUND_WHOLE: "order.refunded",
    Transition.CANCEL: "order.cancelled",
    Transition.EXPIRE: "order.expired",
    Transition.REDEEM: "order.redeemed",
    Transition.REVERSE: "order.reversed",
}
"""What each move of an order is called to the outside."""
URL_MAX: Final = 2048
_WHSEC: Final = "whsec_"
GIVE_UP_MICROS: Final = 3 * DAY_MICROS
"""How long after its first attempt a delivery is tried: three days."""
OVERLAP_MICROS: Final = DAY_MICROS
"""How long an old secret still signs beside a new one: a day."""
_FIRST_MICROS: Final = 5_000_000
_LONGEST_MICROS: Final = 6 * HOUR_MICROS
HookState = Literal["active", "paused"]


class Stream(IntEnum):
    """Where events come from; each numbers its own, without gaps, in the order of commits."""

    ORDERS = 0
    ROOMS = 1
    ASSIGNMENTS = 2
    BOOSTS = 3


_STRIDE: Final = 2
"""Streams whose events were numbered together when there were no more of them."""
_BEYOND: Final = 2**46
"""Numbers of the events of a later stream begin so far on for each, so that those told before keep theirs."""


def event_number(stream: Stream, event: int) -> int:
    """Number an event among those of all streams; what an event was told under once it keeps.

    >>> [event_number(Stream.ORDERS, 3), event_number(Stream.ROOMS, 3)]
    [6, 7]
    """
    if stream < _STRIDE:
        return event * _STRIDE + stream
    return event + (stream - 1) * _BEYOND


class Fate(IntEnum):
    """How a delivery stands; numbers are stored and never change."""

    PENDING = 0
    DELIVERED = 1
    FAILED = 2


class WebhookIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook as an app sets it."""

    url: Annotated[str, Meta(min_length=8, max_length=URL_MAX, pattern=TEXT)]
    """https, or http to this machine; never inside the operator's network unless they allow it."""
    types: Annotated[tuple[EventType, ...], Meta(max_length=len(EVENT_TYPES))] = ()
    """What to tell; none means everything, types still to come too."""
    state: HookState = "active"
    """While it is paused nothing is sent; what happens is kept and sent once it is active again."""

    def __post_init__(self) -> None:
        if len(set(self.types)) < len(self.types):
            raise refuse("types", "must not name the same one twice")


class WebhookOut(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it is read back."""

    id: str
    url: str
    types: tuple[str, ...]
    state: HookState
    pending: int
    """Deliveries still to be made."""
    failed: int
    """Deliveries that were given up."""
    created_at: TimeText
    secret: str | None = None
    """Given once, when the webhook or a new secret is made; null ever after."""


class AttemptOut(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver."""

    at: TimeText
    status: int | None
    """What was answered, null when nothing was."""
    problem: str | None
    """Why it did not succeed, null when it did."""


class DeliveryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook."""

    id: str
    """The same at every attempt; sent as `webhook-id` and `Lodestone-Delivery`."""
    event_id: str
    """The same at every webhook; the payload's `id`."""
    type: str
    subject: str
    """The order, room, creator's order or boost it is about; one subject's events arrive in order."""
    state: Literal["pending", "delivered", "failed"]
    attempts: tuple[AttemptOut, ...]
    next_at: TimeText | None
    """When it is tried next, null once it is decided."""
    created_at: TimeText


class Attempt(msgspec.Struct, frozen=True):
    """One attempt as stored."""

    time: int
    status: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a delivery stands after an attempt."""

    fate: Fate
    next: Instant | None


def signature(secrets: Sequence[str], timestamp: int, payload: bytes) -> str:
    """Sign a payload as Stripe does: one `v1` for each secret in force.

    Args:
        secrets: The newest first.
        timestamp: Seconds since the epoch, of the wall: receivers refuse an old one.
        payload: The body as sent, UTF-8.

    >>> signature(["s"], 1, b"{}")[:8]
    't=1,v1=b'
    """
    signed = str(timestamp).encode() + b"." + payload
    marks = (hmac_sha256(secret.encode(), signed).hex() for secret in secrets)
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])


def standard_signature(
    secrets: Sequence[str], message_id: str, timestamp: int, payload: bytes
) -> str:
    """Sign a payload as the Standard Webhooks specification says: one `v1` for each secret in force.

    Args:
        secrets: The newest first, as `secret_text` wrote them.
        message_id: Sent as `webhook-id`; without a full stop, which divides what is signed.
        timestamp: Seconds since the epoch, of the wall; sent as `webhook-timestamp`.
        payload: The body as sent, UTF-8.

    >>> standard_signature(["whsec_c2VjcmV0"], "dlv_1", 1, b"{}")[:8]
    'v1,WWzg2'
    """
    assert "." not in message_id
    signed = f"{message_id}.{timestamp}.".encode() + payload
    digests = (hmac_sha256(signing_key(secret), signed) for secret in secrets)
    return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)


def secret_text(key: bytes, *, padded: bool) -> str:
    """Write a webhook's secret.

    Args:
        key: Its bytes.
        padded: In the base64 that libraries of Standard Webhooks read; False for secrets handed out by
            earlier versions, which are in base64 for addresses without its `=`.

    >>> secret_text(bytes([251, 255]), padded=True), secret_text(bytes([251, 255]), padded=False)
    ('whsec_+/8=', 'whsec_-_8')
    """
    text = b64encode(key).decode()
    plain = text if padded else text.rstrip("=").replace("+", "-").replace("/", "_")
    return _WHSEC + plain


def signing_key(secret: str) -> bytes:
    """Return the bytes that a secret encodes, in either of its forms.

    >>> signing_key("whsec_+/8=") == signing_key("whsec_-_8") == bytes([251, 255])
    True
    """
    text = secret.removeprefix(_WHSEC).rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def wait_micros(attempts: int, chance: float) -> int:
    """Return how long to wait after so many attempts: doubled each time up to six hours, half of it chance.

    Args:
        attempts: Made so far, at least 1.
        chance: In [0, 1), so that many deliveries that failed together do not come back together.

    >>> [wait_micros(n, 0.0) for n in (1, 2, 3)], wait_micros(99, 0.5) // HOUR_MICROS
    ([2500000, 5000000, 10000000], 4)
    """
    assert attempts >= 1
    assert 0 <= chance < 1
    longest = min(_LONGEST_MICROS, _FIRST_MICROS << min(attempts - 1, 20))
    return int(longest * (0.5 + chance / 2))


def after_attempt(
    attempts: Sequence[Attempt], now: Instant, chance: float, *, delivered: bool
) -> Standing:
    """Decide what becomes of a delivery after its last attempt.

    Args:
        attempts: All of them, the last one just made.
        now: The community's clock.
        chance: In [0, 1).
        delivered: Whether the last one succeeded.
    """
    if delivered:
        return Standing(Fate.DELIVERED, None)
    next_at = now + wait_micros(len(attempts), chance)
    if next_at > attempts[0].time + GIVE_UP_MICROS:
        return Standing(Fate.FAILED, None)
    return Standing(Fate.PENDING, Instant(next_at))


def attempt_out(attempt: Attempt) -> AttemptOut:
    """Show an attempt."""
    return AttemptOut(
        at=time_text(Instant(attempt.time)), status=attempt.status, problem=attempt.problem
    )
