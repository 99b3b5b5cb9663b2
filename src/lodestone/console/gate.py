"""What the consoles need of the installation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lodestone.services.access.logins import Logins


@dataclass(frozen=True, slots=True)
class Gate:
    """The logins, where a key may lie, and how long things take."""

    logins: Logins
    key_files: Mapping[str, Sequence[Path]]
    """By role; told to a browser on this machine, and to no other."""
    timer: Callable[[], float]
    """Seconds that only grow, to see what reading figures takes."""
