"""What every use case may lean on: it knows no subject. Others use `shared_commit`, `failures` and `tasks`."""

from lodestone.stores.records.port import Answer, Records, claim_of

__all__ = ("Answer", "Records", "claim_of")
