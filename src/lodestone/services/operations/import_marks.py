"""How far imports have come, so that one that was cut short goes on from there."""

from typing import Annotated

import msgspec

from lodestone.base.wire import TEXT, Int64
from lodestone.stores.ports import Records

FileName = Annotated[str, msgspec.Meta(max_length=512, pattern=TEXT)]


class ImportMark(msgspec.Struct, frozen=True):
    """How many rows of each file of a source have been taken, by the file's name."""

    rows: dict[FileName, Int64] = {}
    digests: dict[FileName, FileName] = {}
    """What those rows held, so that another file under the same name is noticed."""


class ImportMarks:
    """The marks of one community, by source."""

    def __init__(self, records: Records, community: str) -> None:
        self._records, self._id = records, community

    async def mark(self, source: str) -> ImportMark:
        """Return how far an import has come. Raises UnavailableError."""
        stored = await self._records.threads.read(self._records.meta, self._id, _name(source))
        return ImportMark() if stored is None else msgspec.json.decode(stored, type=ImportMark)

    async def keep(self, source: str, mark: ImportMark) -> None:
        """Keep how far an import has come. Raises UnavailableError."""
        await self._records.threads.commit(
            self._records.set_meta, self._id, _name(source), msgspec.json.encode(mark)
        )


def _name(source: str) -> str:
    return f"import/{source}"
