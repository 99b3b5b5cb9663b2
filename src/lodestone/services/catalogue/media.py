"""Media as the records know of them: which folder they went to, and which of them are gone."""

import secrets
from collections.abc import Callable
from typing import Protocol

from lodestone.content.item import media_names
from lodestone.services.catalogue.privacy import pages
from lodestone.stores.files.survey_records import MEDIA
from lodestone.stores.ports import Records


class MediaFiles(Protocol):
    """What is needed of the media store."""

    def put(self, community: str, key: str, kind: str, body: bytes) -> str:
        """Store bytes; return the name they are served under."""
        ...

    def identity(self, draw: Callable[[], str]) -> str:
        """Return what tells this folder from another, made from `draw` when it has nothing yet."""
        ...

    def holds_any(self) -> bool:
        """Say whether there is anything in it."""
        ...

    def lacks(self, name: str) -> bool:
        """Say whether nothing, or an empty file, stands under a name."""
        ...


class KeptMedia:
    """One community's media. Whatever is plainly `def` asks the records: call it in a thread."""

    def __init__(self, records: Records, community: str, files: MediaFiles) -> None:
        self._records = records
        self._community = community
        self._files = files

    async def store(self, key: str, kind: str, body: bytes) -> str:
        """Do as `put`, in a thread. Raises UnavailableError."""
        return await self._records.threads.write(self.put, key, kind, body)

    def put(self, key: str, kind: str, body: bytes) -> str:
        """Store bytes, once the records know the folder they go to; return the name they are served under."""
        self._expect()
        return self._files.put(self._community, key, kind, body)

    def expect_what_is_there(self) -> None:
        """Let the records of an earlier version know the folder in which there are media."""
        if self._files.holds_any():
            self._expect()

    def _expect(self) -> None:
        if self._records.meta(self._community, MEDIA) is None:
            folder = self._files.identity(lambda: secrets.token_hex(16))
            self._records.set_meta(self._community, MEDIA, folder.encode())

    def missing(self) -> list[str]:
        """Return the names of media that items show and that are not there, sorted."""
        names = {
            name
            for item in pages(self._records, self._community, None)
            for name in media_names(item.given)
        }
        return sorted(name for name in names if self._files.lacks(name))
