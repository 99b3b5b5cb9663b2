"""People, items, domains and media as their owners write them; what is known about a person, and its erasure."""

from lodestone.stores.records.types import ItemRecord, PersonRecord

__all__ = ("ItemRecord", "PersonRecord")
