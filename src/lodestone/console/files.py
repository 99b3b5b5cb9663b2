"""The files of the pages - style, scripts, marks - read once and named by their content."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from lodestone.base.errors import UnknownError
from lodestone.base.representation import Representation, matches

TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
_PICTURE: Final = re.compile(r"image/(?!svg)|font/")
_LEAFLET: Final = "js_lib_leaflet"


def leaflet_files() -> tuple[Path, ...]:
    """Return Leaflet's script and style where its package installed them."""
    folder = Path(str(files(_LEAFLET))) / "static" / _LEAFLET
    return folder / "leaflet.js", folder / "leaflet.css"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    kind: str
    body: bytes
    version: str

    def choose(
        self, accept_encoding: str, if_none_match: str | None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers for a request with these two headers: a text packed, however short it is.

        A page of many small scripts is twice as large unpacked. What is a picture already stays as it is.
        """
        if _PICTURE.match(self.kind):
            tag = f'"{self.version}"'
            if matches(if_none_match, tag):
                return 304, b"", {"etag": tag}
            return 200, self.body, {"etag": tag}
        status, body, headers = _text(self.body).choose(accept_encoding, if_none_match)
        return status, body, {**headers, "vary": "accept-encoding"}


class StaticFiles:
    """Every file of a folder, and single ones of packages that stand beside this one, by name."""

    def __init__(self, folder: Path, packaged: Iterable[Path] = ()) -> None:
        """Read the folder and the packages' files; a name of the folder wins."""
        own = [path for path in sorted(folder.iterdir()) if path.suffix in TYPES]
        self._files = {path.name: _read(path) for path in (*packaged, *own)}

    def get(self, name: str) -> StaticFile:
        """Return a file. Raises UnknownError."""
        found = self._files.get(name)
        if found is None:
            raise UnknownError("file_unknown", "there is no such file here")
        return found

    def address(self, name: str) -> str:
        """Return where a file is fetched; the address changes with its content."""
        return f"/static/{name}?v={self.get(name).version}"


@lru_cache(maxsize=256)
def _text(body: bytes) -> Representation:
    """Pack a text when it is first fetched, once for all the installations of a process."""
    return Representation.of(body)


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(TYPES[path.suffix], body, hashlib.sha256(body).hexdigest()[:16])
