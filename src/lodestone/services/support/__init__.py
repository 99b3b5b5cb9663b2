"""What every use case may lean on: it knows no subject. Others use `group_commit`, `shared_commit`, `failures` and `tasks`."""

from lodestone.stores.ports import Records
from lodestone.stores.records.types import Answer, claim_of
from lodestone.stores.sql.threads import DatabaseThreads

__all__ = ("Answer", "DatabaseThreads", "Records", "claim_of")
