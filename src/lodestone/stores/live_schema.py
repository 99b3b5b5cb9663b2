"""The tables of live rooms and webhooks, the same in SQLite and PostgreSQL; see `records_schema`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, SmallInteger, Table
from sqlalchemy import Text as PlainText

from lodestone.stores.records_schema import BYTES_TEXT, METADATA

ROOMS = Table(
    "live_rooms",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, primary_key=True),
    Column("item", BigInteger, nullable=False),  # row of the item of the same id
    Column("owner", BigInteger, nullable=False),
    Column("stream", BYTES_TEXT, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("started", BigInteger),
    Column("ended", BigInteger),
    Column("due", BigInteger),  # when it ends unless heard, null when it is not live
    Column("silence", Integer, nullable=False),
    Column("publishers", LargeBinary, nullable=False),
    Column("gone", LargeBinary, nullable=False),
    Column("pulsing", Boolean, nullable=False),
    Column("plays", BigInteger, nullable=False),  # those already counted off `live_plays`
    Column("orders_from", BigInteger),  # the first order's number that can be the room's
    Column("orders_upto", BigInteger),  # the first that cannot any more
    Column("created", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),  # sealed: what the app sent
    Index("live_rooms_by_stream", "tenant", "stream", "state"),
    Index("live_rooms_by_due", "tenant", "due"),
    Index("live_rooms_by_owner", "tenant", "owner"),
)

PLAYS = Table(
    "live_plays",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("room", BYTES_TEXT, primary_key=True),
    Column("client", BYTES_TEXT, primary_key=True),  # the streaming server's own name for it
    Column("until", BigInteger),  # null while it plays
)

ROOM_EVENTS = Table(
    "live_events",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("room", BYTES_TEXT, nullable=False),
    Column("state", SmallInteger, nullable=False),  # the state it came into
    Column("time", BigInteger, nullable=False),
)

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, primary_key=True),
    Column("url", PlainText, nullable=False),
    Column("types", PlainText, nullable=False),  # parted by spaces, empty for all
    Column("active", Boolean, nullable=False),
    Column("salt", LargeBinary, nullable=False),  # its secret follows from this and the community's
    Column("salt_before", LargeBinary),
    Column("before_until", BigInteger),
    Column("orders_after", BigInteger, nullable=False),  # the last move of orders taken up
    Column("rooms_after", BigInteger, nullable=False),  # the same of rooms
    Column("created", BigInteger, nullable=False),
)

DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("webhook", BYTES_TEXT, nullable=False),
    Column("stream", SmallInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("type", PlainText, nullable=False),
    Column("subject", BYTES_TEXT, nullable=False),
    Column("fate", SmallInteger, nullable=False),
    Column("next", BigInteger),  # null once it is decided
    Column("attempts", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("webhook_deliveries_by_event", "tenant", "webhook", "stream", "event", unique=True),
    Index("webhook_deliveries_by_next", "tenant", "webhook", "fate", "next"),
    Index("webhook_deliveries_by_subject", "tenant", "webhook", "subject", "fate", "number"),
    Index("webhook_deliveries_by_number", "tenant", "webhook", "number"),
)
