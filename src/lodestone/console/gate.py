"""What the consoles need of the installation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lodestone.services.access.logins import Logins
from lodestone.services.commerce.scanning import Scanner


@dataclass(frozen=True, slots=True)
class Gate:
    """The logins, where a key may lie, how long things take, and what reads codes off pictures."""

    logins: Logins
    key_files: Mapping[str, Sequence[Path]]
    """By role; told to a browser on this machine, and to no other."""
    timer: Callable[[], float]
    """Seconds that only grow, to see what reading figures takes."""
    scanner: Scanner
