"""Operations: what whoever runs an installation does to it as a whole."""

from lodestone.stores.ports import COMMIT_SECONDS

__all__ = ("COMMIT_SECONDS",)
