"""Media: pictures and clips in a local folder, served as they were given."""

from lodestone.media.folder import MediaFolder

__all__ = ("MediaFolder",)
