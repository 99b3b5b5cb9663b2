"""Live rooms, their players and moves; webhooks and their deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def may(name: str, kind: Type) -> sa.Column[Any]:
    return sa.Column(name, kind)


def upgrade() -> None:
    _rooms()
    _webhooks()


def _rooms() -> None:
    op.create_table(
        "live_rooms",
        must("tenant", sa.BigInteger, key=True),
        must("id", ID, key=True),
        must("item", sa.BigInteger),
        must("owner", sa.BigInteger),
        must("stream", ID),
        must("state", sa.SmallInteger),
        may("started", sa.BigInteger),
        may("ended", sa.BigInteger),
        may("due", sa.BigInteger),
        must("silence", sa.Integer),
        must("publishers", sa.LargeBinary),
        must("gone", sa.LargeBinary),
        must("pulsing", sa.Boolean),
        must("plays", sa.BigInteger),
        may("orders_from", sa.BigInteger),
        may("orders_upto", sa.BigInteger),
        must("created", sa.BigInteger),
        must("doc", sa.LargeBinary),
    )
    op.create_index("live_rooms_by_stream", "live_rooms", ["tenant", "stream", "state"])
    op.create_index("live_rooms_by_due", "live_rooms", ["tenant", "due"])
    op.create_index("live_rooms_by_owner", "live_rooms", ["tenant", "owner"])
    op.create_table(
        "live_plays",
        must("tenant", sa.BigInteger, key=True),
        must("room", ID, key=True),
        must("client", ID, key=True),
        may("until", sa.BigInteger),
    )
    op.create_table(
        "live_events",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.BigInteger, key=True),
        must("room", ID),
        must("state", sa.SmallInteger),
        must("time", sa.BigInteger),
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        must("tenant", sa.BigInteger, key=True),
        must("id", ID, key=True),
        must("url", sa.Text),
        must("types", sa.Text),
        must("active", sa.Boolean),
        must("salt", sa.LargeBinary),
        may("salt_before", sa.LargeBinary),
        may("before_until", sa.BigInteger),
        must("orders_after", sa.BigInteger),
        must("rooms_after", sa.BigInteger),
        must("created", sa.BigInteger),
    )
    op.create_table(
        "webhook_deliveries",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("webhook", ID),
        must("stream", sa.SmallInteger),
        must("event", sa.BigInteger),
        must("type", sa.Text),
        must("subject", ID),
        must("fate", sa.SmallInteger),
        may("next", sa.BigInteger),
        must("attempts", sa.LargeBinary),
        must("created", sa.BigInteger),
    )
    table = "webhook_deliveries"
    op.create_index(
        f"{table}_by_event", table, ["tenant", "webhook", "stream", "event"], unique=True
    )
    op.create_index(f"{table}_by_next", table, ["tenant", "webhook", "fate", "next"])
    op.create_index(
        f"{table}_by_subject", table, ["tenant", "webhook", "subject", "fate", "number"]
    )
    op.create_index(f"{table}_by_number", table, ["tenant", "webhook", "number"])
