"""Operations: what whoever runs an installation does to it as a whole."""

from lodestone.stores.log.port import COMMIT_SECONDS

__all__ = ("COMMIT_SECONDS",)
