"""The tables of the records, the same in SQLite and PostgreSQL.

Every table but `communities`, `api_keys` and `access_changes` begins with `tenant`, a community's number, and is only
ever reached through `sql.scope.Scope`, which puts the condition on it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, NUMBER, key, must

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", BYTES_TEXT, primary_key=True),
    Column("tenant", BigInteger),  # null for an operator's key
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # parted by spaces
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("digest", LargeBinary, nullable=False, unique=True),
)

ACCESS_CHANGES = Table(
    "access_changes",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("subject", BYTES_TEXT, nullable=False),
    Column("tenant", BigInteger),  # null for an operator's key and for a login
    Column("time", BigInteger, nullable=False),
)

PEOPLE = Table(
    "people",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("id_hash", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("stub", Boolean, nullable=False),
    Column("doc", LargeBinary, nullable=False),  # sealed: id and what the app sent
    Column("row", LargeBinary, nullable=False),  # sealed: the state's form
    Index("people_by_id", "tenant", "id_hash", unique=True),
)

# Rows are appended and overwritten in place, never moved or deleted: see `sql.encryption`.
PERSON_KEYS = Table(
    "person_keys",
    METADATA,
    Column("slot", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Index("person_keys_by_ordinal", "tenant", "ordinal", unique=True),
)

ERASED = Table(
    "erased",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("time", BigInteger, nullable=False),
)

ITEMS = Table(
    "items",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("doc", LargeBinary, nullable=False),  # sealed under the owner's key
    Column("layout", LargeBinary, nullable=False),  # sealed: the state's form
    Column("label_until", BigInteger),
    Column("ruling", SmallInteger, nullable=False),  # a place in `content.review.RULINGS`
    Index("items_by_id", "tenant", "id", unique=True),
    Index("items_by_owner", "tenant", "owner"),
    Index("items_by_label_until", "tenant", "label_until"),
)

DOMAINS = Table(
    "domains",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("code", SmallInteger, primary_key=True),
    Column("id", BYTES_TEXT, nullable=False),
    Column("given", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("domains_by_id", "tenant", "id", unique=True),
)

MODERATORS = Table(
    "moderators",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("domain", SmallInteger, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("ended", Boolean, nullable=False),  # the office was taken back
)

# Who may not come back to a domain.
REMOVED_MEMBERS = Table(
    "removed_members",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("domain", SmallInteger, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
)

# What moderators say of items; a row stays, saying nothing, when all of it is taken back.
DOMAIN_MARKS = Table(
    "domain_marks",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),  # domain x 2^32 + item
    Column("domain", SmallInteger, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("label", Text, nullable=False),  # empty for none
    Column("pin", Integer, nullable=False),  # 0 for none, of two the higher stands first
    Index("domain_marks_by_domain", "tenant", "domain"),
)

TERMS = Table(
    "terms",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("kind", SmallInteger, primary_key=True),
    Column("code", SmallInteger, primary_key=True),
    Column("text", BYTES_TEXT, nullable=False),
    Index("terms_by_text", "tenant", "kind", "text", unique=True),
)

POLICIES = Table(
    "policies",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("policy", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
)

ANSWERS = Table(
    "answers",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("claim", LargeBinary, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed when it is about a person
    Column("created", BigInteger, nullable=False),
    Column("ordinal", BigInteger),
    Index("answers_by_created", "tenant", "created"),
    Index("answers_by_ordinal", "tenant", "ordinal"),
)

META = Table(
    "meta",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("name", BYTES_TEXT, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("target", BigInteger, nullable=False),
)

# Beside the outbox: what somebody did in trade is no row of anything else.
DEEDS = Table(
    "deeds",
    METADATA,
    key("tenant", BigInteger),
    key("id", BigInteger),  # the outbox's
    must("kind", SmallInteger),
    must("name", BYTES_TEXT),
    must("time", BigInteger),
    must("ordinal", BigInteger),
    must("item", BigInteger),
    must("receipt", BigInteger),
    must("slot", SmallInteger),
    must("about", BYTES_TEXT),  # of a refund: the name of the deed it takes back
    must("since", BigInteger),  # of a refund: when that deed was done
    must("share", Integer),  # of a refund: millionths of that deed
    must("whole", Boolean),  # of a refund: nothing of that deed is left
)
