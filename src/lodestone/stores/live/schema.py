"""The tables of live rooms and webhooks, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, SmallInteger, Table
from sqlalchemy import Text as PlainText

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

ROOMS = Table(
    "live_rooms",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("item", BigInteger),  # row of the item of the same id
    must("owner", BigInteger),
    must("stream", BYTES_TEXT),
    must("state", SmallInteger),
    may("started", BigInteger),
    may("ended", BigInteger),
    may("due", BigInteger),  # when it ends unless heard, null when it is not live
    must("silence", Integer),
    must("publishers", LargeBinary),
    must("gone", LargeBinary),
    must("pulsing", Boolean),
    must("plays", BigInteger),  # those already counted off `live_plays`
    may("orders_from", BigInteger),  # the first order's number that can be the room's
    may("orders_upto", BigInteger),  # the first that cannot any more
    must("created", BigInteger),
    must("doc", LargeBinary),  # sealed: what the app sent
    Index("live_rooms_by_stream", "tenant", "stream", "state"),
    Index("live_rooms_by_due", "tenant", "due"),
    Index("live_rooms_by_owner", "tenant", "owner"),
)

PLAYS = Table(
    "live_plays",
    METADATA,
    key("tenant", BigInteger),
    key("room", BYTES_TEXT),
    key("client", BYTES_TEXT),  # the streaming server's own name for it
    may("until", BigInteger),  # null while it plays
)

ROOM_EVENTS = Table(
    "live_events",
    METADATA,
    key("tenant", BigInteger),
    key("id", BigInteger),
    must("room", BYTES_TEXT),
    must("state", SmallInteger),  # the state it came into
    must("time", BigInteger),
)

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("url", PlainText),
    must("types", PlainText),  # parted by spaces, empty for all
    must("active", Boolean),
    must("salt", LargeBinary),  # its secret follows from this and the community's
    may("salt_before", LargeBinary),
    may("before_until", BigInteger),
    must("orders_after", BigInteger),  # the last move of orders taken up
    must("rooms_after", BigInteger),  # the same of rooms
    must("assignments_after", BigInteger),  # the same of creators' orders
    must("boosts_after", BigInteger),  # the same of boosts
    must("created", BigInteger),
)

DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("webhook", BYTES_TEXT),
    must("stream", SmallInteger),
    must("event", BigInteger),
    must("type", PlainText),
    must("subject", BYTES_TEXT),
    must("fate", SmallInteger),
    may("next", BigInteger),  # null once it is decided
    must("attempts", LargeBinary),
    must("created", BigInteger),
    Index("webhook_deliveries_by_event", "tenant", "webhook", "stream", "event", unique=True),
    Index("webhook_deliveries_by_next", "tenant", "webhook", "fate", "next"),
    Index("webhook_deliveries_by_subject", "tenant", "webhook", "subject", "fate", "number"),
    Index("webhook_deliveries_by_number", "tenant", "webhook", "number"),
)
