"""What logging in to pages needs of the installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lodestone.services.logins import Logins


@dataclass(frozen=True, slots=True)
class Gate:
    """The logins, and where a key may lie."""

    logins: Logins
    key_files: Sequence[Path]
    """Told to a browser on this machine, and to no other."""
