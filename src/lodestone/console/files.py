"""The files of the pages - style, scripts, marks - read once and named by their content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lodestone.base.errors import UnknownError

TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    kind: str
    body: bytes
    version: str


class StaticFiles:
    """Every file of a folder, by name."""

    def __init__(self, folder: Path) -> None:
        """Read the folder."""
        self._files = {
            path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in TYPES
        }

    def get(self, name: str) -> StaticFile:
        """Return a file. Raises UnknownError."""
        found = self._files.get(name)
        if found is None:
            raise UnknownError("file_unknown", "there is no such file here")
        return found

    def address(self, name: str) -> str:
        """Return where a file is fetched; the address changes with its content."""
        return f"/static/{name}?v={self.get(name).version}"


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(TYPES[path.suffix], body, hashlib.sha256(body).hexdigest()[:16])
