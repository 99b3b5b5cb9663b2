"""Communities, keys, people, items, domains, terms, policies, answers and the outbox."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def upgrade() -> None:
    _installation()
    _people()
    _items_and_domains()
    _log()


def _installation() -> None:
    op.create_table(
        "communities",
        sa.Column("tenant", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", ID, nullable=False, unique=True),
        must("given", sa.LargeBinary),
        must("created", sa.BigInteger),
        sa.Column("instant", sa.BigInteger),
        must("secret", sa.LargeBinary),
        must("items_next", sa.BigInteger),
        must("changes_next", sa.BigInteger),
    )
    op.create_table(
        "api_keys",
        must("id", ID, key=True),
        sa.Column("tenant", sa.BigInteger),
        must("name", sa.Text),
        must("scopes", sa.Text),
        must("created", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    )


def _people() -> None:
    op.create_table(
        "people",
        must("tenant", sa.BigInteger, key=True),
        must("ordinal", sa.BigInteger, key=True),
        must("id_hash", sa.LargeBinary),
        must("created", sa.BigInteger),
        must("stub", sa.Boolean),
        must("doc", sa.LargeBinary),
        must("row", sa.LargeBinary),
    )
    op.create_index("people_by_id", "people", ["tenant", "id_hash"], unique=True)
    op.create_table(
        "person_keys",
        sa.Column("slot", NUMBER, primary_key=True, autoincrement=True),
        must("tenant", sa.BigInteger),
        must("ordinal", sa.BigInteger),
        must("key", sa.LargeBinary),
    )
    op.create_index("person_keys_by_ordinal", "person_keys", ["tenant", "ordinal"], unique=True)
    op.create_table(
        "erased",
        must("tenant", sa.BigInteger, key=True),
        must("ordinal", sa.BigInteger, key=True),
        must("time", sa.BigInteger),
    )


def _items_and_domains() -> None:
    op.create_table(
        "items",
        must("tenant", sa.BigInteger, key=True),
        must("row", sa.BigInteger, key=True),
        must("id", ID),
        must("kind", sa.Text),
        must("owner", sa.BigInteger),
        must("created", sa.BigInteger),
        must("erased", sa.Boolean),
        must("doc", sa.LargeBinary),
        must("layout", sa.LargeBinary),
    )
    op.create_index("items_by_id", "items", ["tenant", "id"], unique=True)
    op.create_index("items_by_owner", "items", ["tenant", "owner"])
    op.create_table(
        "domains",
        must("tenant", sa.BigInteger, key=True),
        must("code", sa.SmallInteger, key=True),
        must("id", ID),
        must("given", sa.LargeBinary),
        must("created", sa.BigInteger),
    )
    op.create_index("domains_by_id", "domains", ["tenant", "id"], unique=True)
    op.create_table(
        "moderators",
        must("tenant", sa.BigInteger, key=True),
        must("domain", sa.SmallInteger, key=True),
        must("ordinal", sa.BigInteger, key=True),
    )
    op.create_table(
        "terms",
        must("tenant", sa.BigInteger, key=True),
        must("kind", sa.SmallInteger, key=True),
        must("code", sa.SmallInteger, key=True),
        must("text", ID),
    )
    op.create_index("terms_by_text", "terms", ["tenant", "kind", "text"], unique=True)


def _log() -> None:
    op.create_table(
        "policies",
        must("tenant", sa.BigInteger, key=True),
        must("version", sa.BigInteger, key=True),
        must("policy", sa.LargeBinary),
        must("created", sa.BigInteger),
    )
    op.create_table(
        "answers",
        must("tenant", sa.BigInteger, key=True),
        must("claim", sa.LargeBinary, key=True),
        must("body_digest", sa.LargeBinary),
        must("status", sa.Integer),
        must("body", sa.LargeBinary),
        must("created", sa.BigInteger),
        sa.Column("ordinal", sa.BigInteger),
    )
    op.create_index("answers_by_created", "answers", ["tenant", "created"])
    op.create_index("answers_by_ordinal", "answers", ["tenant", "ordinal"])
    op.create_table(
        "meta",
        must("tenant", sa.BigInteger, key=True),
        must("name", ID, key=True),
        must("value", sa.LargeBinary),
    )
    op.create_table(
        "outbox",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.BigInteger, key=True),
        must("kind", sa.SmallInteger),
        must("target", sa.BigInteger),
    )
