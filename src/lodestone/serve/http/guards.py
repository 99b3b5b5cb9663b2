"""What guards one process against those who ask too much of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lodestone.serve.http.connections import Connections
from lodestone.serve.http.limits import Limits
from lodestone.serve.http.log_limit import LogLimit
from lodestone.serve.http.web_origins import WebOrigins


def _stopped() -> float:
    return 0.0


def _none_low() -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards that the door, the routes and the server share."""

    limits: Limits = field(default_factory=Limits)
    """Requests a minute; none by default."""
    connections: Connections = field(default_factory=Connections)
    faults: LogLimit = field(default_factory=lambda: LogLimit(_stopped))
    """When a fault that repeats is written to the log."""
    origins: WebOrigins = field(default_factory=WebOrigins)
    """Pages of other origins that may call; none by default."""
    low_disks: Callable[[], list[str]] = _none_low
    """Names the folders whose disk is nearly full; reads the disk, so never called on the event loop."""
