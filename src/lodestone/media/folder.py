"""Media in a folder: content-addressed, written whole, never changed."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from lodestone.base.errors import UnknownError

SUFFIX: Final = {
    "image/webp": "webp", "image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg",
    "video/mp4": "mp4", "audio/mpeg": "mp3",
}  # fmt: skip
_TYPE: Final = {suffix: kind for kind, suffix in SUFFIX.items()}


class MediaFolder:
    """Keeps media under names made of community and key, so that two communities never meet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, community: str, key: str, kind: str, body: bytes) -> str:
        """Store bytes; return the name they are served under."""
        digest = hashlib.blake2b(digest_size=10)
        for part in (community.encode(), key.encode(), body):
            digest.update(len(part).to_bytes(8, "big") + part)
        name = f"{digest.hexdigest()}.{SUFFIX[kind]}"
        target = self.path / name[:2] / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(body)
            fresh.replace(target)
        return name

    def drop(self, name: str) -> None:
        """Remove what is served under a name; nothing there is no trouble."""
        stem, _, suffix = name.partition(".")
        if suffix in _TYPE and stem.isalnum():
            (self.path / name[:2] / name).unlink(missing_ok=True)

    def copy_to(self, folder: Path) -> None:
        """Copy everything into a folder. Files never change, so that one disk need hold them once only."""
        for path in sorted(self.path.glob("*/*")):
            if path.suffix.removeprefix(".") in _TYPE:
                target = folder / path.parent.name / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    target.hardlink_to(path)
                except FileExistsError:
                    continue
                except OSError:
                    shutil.copyfile(path, target)

    def get(self, name: str) -> tuple[str, bytes]:
        """Return type and bytes. Raises UnknownError."""
        stem, _, suffix = name.partition(".")
        if suffix in _TYPE and stem.isalnum():
            target = self.path / name[:2] / name
            if target.is_file():
                return _TYPE[suffix], target.read_bytes()
        raise UnknownError("media_unknown", "there is nothing under this name")
