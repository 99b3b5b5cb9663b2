"""What guards one process against those who ask too much of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lodestone.serve.http.connections import Connections
from lodestone.serve.http.limits import Limits
from lodestone.serve.http.log_limit import LogLimit
from lodestone.serve.http.lost import LostPages
from lodestone.serve.http.url_prefix import UrlPrefix
from lodestone.serve.http.web_origins import WebOrigins
from lodestone.services.operations.health import Disk


def _stopped() -> float:
    return 0.0


def _none_low() -> list[str]:
    return []


def _no_disks() -> list[Disk]:
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
    lost: LostPages | None = None
    """Makes the page for people who ask for what is not here; None where no pages are served."""
    prefix: UrlPrefix = field(default_factory=UrlPrefix)
    """Under which path a proxy shows this server; none by default."""
    low_disks: Callable[[], list[str]] = _none_low
    """Names the folders whose disk is nearly full; reads the disk, so never called on the event loop."""
    disks: Callable[[], list[Disk]] = _no_disks
    """Says of every folder how much is free; reads the disk too."""
