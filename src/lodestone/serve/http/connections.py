"""Every connection of a server: how many there may be, how long each may keep us waiting, which one goes first.

No IO and no clock: the server tells what happens on a connection and at what time, and is told which to close.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from math import inf
from typing import Final

from lodestone.serve.http.limits import place_of

BODY_RATE: Final = 16 * 1024
"""Bytes a second at which a body may come for as long as it takes."""
_LINGER_SECONDS: Final = 5.0
_SPARE: Final = 16
_LOOK: Final = 8
_LOOPBACK: Final = ("127.", "::ffff:127.")


class Stage(Enum):
    """What a connection is waiting for."""

    IDLE = "idle"
    """A further request."""
    HEAD = "head"
    """The rest of a request's head; a fresh connection, its first byte."""
    BODY = "body"
    """The rest of a request's body."""
    BUSY = "busy"
    """Our answer."""
    BLOCKED = "blocked"
    """The client, to take what we answered."""
    LINGER = "linger"
    """The rest of a body that was refused before it came."""


_STRANGERS_GO: Final = tuple((stage, False) for stage in Stage if stage is not Stage.BUSY)
_KNOWN_GO: Final = tuple((stage, True) for stage in (Stage.IDLE, Stage.HEAD, Stage.LINGER))


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds of connections; times in seconds."""

    most: int = 4096
    """Connections at once, besides those kept for the health routes."""
    by_address: int = 2048
    """Connections at once from one address (IPv6: from one /64), other than this machine's own."""
    idle: float = 30.0
    """Between two requests."""
    head: float = 10.0
    """From a request's first byte, or from connecting, to the end of its head."""
    body: float = 20.0
    """From there to the end of its body, besides a second for each 16 KiB that have come."""
    blocked: float = 30.0
    """For the client to take what lies in our buffer."""


@dataclass(slots=True, eq=False)
class Seat:
    """One connection.

    Args:
        address: Of the client, as text.
        drop: Closes it; handed the reason, one of the labels of `Connections.closed`.
    """

    address: str
    drop: Callable[[str], None]
    known: bool = False
    """A good key has been shown on it."""
    spare: bool = False
    """It is one of those kept for the health routes, and answers nothing else."""
    stage: Stage = Stage.HEAD
    since: float = 0.0
    deadline: float = inf
    place: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.place = place_of(self.address)


class Connections:
    """Decides which connections stand."""

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        self.closed: Counter[str] = Counter()
        """Connections that we closed, by reason."""
        self.descriptors_out = 0
        """How often the system had no file descriptor for a connection."""
        self._waits: dict[tuple[Stage, bool], OrderedDict[Seat, None]] = {
            (stage, known): OrderedDict() for stage in Stage for known in (False, True)
        }
        self._places: dict[bytes, OrderedDict[Seat, None]] = {}
        self._spares: OrderedDict[Seat, None] = OrderedDict()
        self.bound(limits or ConnectionLimits())

    def bound(self, limits: ConnectionLimits) -> None:
        """Set the bounds, before the first connection comes."""
        self.limits = limits
        self._seconds = {
            Stage.IDLE: limits.idle,
            Stage.HEAD: limits.head,
            Stage.BODY: limits.body,
            Stage.BUSY: inf,
            Stage.BLOCKED: limits.blocked,
            Stage.LINGER: min(limits.body, _LINGER_SECONDS),
        }

    @property
    def open(self) -> int:
        """Count those that stand."""
        return sum(map(len, self._waits.values()))

    def by_stage(self) -> dict[str, int]:
        """Count those that stand by what they wait for."""
        return {
            stage.value: len(self._waits[stage, False]) + len(self._waits[stage, True])
            for stage in Stage
        }

    def admit(self, seat: Seat, now: float) -> bool:
        """Take a fresh connection, if need be in the place of the stranger that has waited longest.

        Returns:
            False when it is refused: nothing that stands may be closed for it.
        """
        same = self._places.setdefault(seat.place, OrderedDict())
        full = self.open - len(self._spares) >= self.limits.most
        if not self._address_room(seat, same) or (full and not self._make_room(seat)):
            self.closed["refused"] += 1
            if not same:
                self._places.pop(seat.place, None)
            return False
        self._places.setdefault(seat.place, same)[seat] = None
        self._enter(seat, Stage.HEAD, now)
        return True

    def move(self, seat: Seat, stage: Stage, now: float) -> None:
        """Note what a connection waits for now; its time begins anew only when that is another thing."""
        if stage is not seat.stage and self._out(seat):
            self._enter(seat, stage, now)

    def begin(self, seat: Seat, now: float) -> None:
        """Note the first byte of a request."""
        if seat.stage is Stage.IDLE:
            self.move(seat, Stage.HEAD, now)

    def progress(self, seat: Seat, size: int) -> None:
        """Note bytes of a body, which earn it time."""
        if seat.stage is Stage.BODY:
            seat.deadline += size / BODY_RATE

    def vouch(self, seat: Seat) -> None:
        """Note that a good key has been shown on a connection."""
        if not seat.known and self._out(seat):
            seat.known = True
            self._waits[seat.stage, True][seat] = None

    def leave(self, seat: Seat) -> None:
        """Forget a connection that has ended."""
        self._out(seat)
        self._spares.pop(seat, None)
        same = self._places.get(seat.place)
        if same is not None:
            same.pop(seat, None)
            if not same:
                del self._places[seat.place]

    def sweep(self, now: float) -> None:
        """Close what has kept us waiting for too long."""
        for (stage, _), seats in self._waits.items():
            late = list(_late(seats, now, ordered=stage is not Stage.BODY))
            for seat in late:
                self._close(seat, stage.value, now)

    def _out(self, seat: Seat) -> bool:
        """Take a connection out of those that wait; False when it is not among them any more."""
        waits = self._waits[seat.stage, seat.known]
        if seat not in waits:
            return False
        del waits[seat]
        return True

    def _address_room(self, seat: Seat, same: Iterable[Seat]) -> bool:
        """See to it that an address holds no more than its part; a proxy on this machine holds what it must."""
        local = seat.address == "::1" or seat.address.startswith(_LOOPBACK)
        if local or len(self._places[seat.place]) < self.limits.by_address:
            return True
        victim = next((s for s in islice(same, _LOOK) if _may_go(s)), None)
        if victim is not None:
            self._close(victim, "address")
        return victim is not None

    def _make_room(self, seat: Seat) -> bool:
        victim = self._longest(_STRANGERS_GO) or self._longest(_KNOWN_GO)
        if victim is not None:
            self._close(victim, "full")
            return True
        if len(self._spares) >= _SPARE:
            waiting = next((s for s in self._spares if s.stage is not Stage.BUSY), None)
            if waiting is None:
                return False
            self._close(waiting, "full")
        seat.spare = True
        self._spares[seat] = None
        return True

    def _longest(self, kinds: Iterable[tuple[Stage, bool]]) -> Seat | None:
        """Return whoever has waited longest; those kept for the health routes make no room for others."""
        firsts = (
            next((seat for seat in self._waits[kind] if not seat.spare), None) for kind in kinds
        )
        return min((s for s in firsts if s is not None), key=lambda s: s.since, default=None)

    def _enter(self, seat: Seat, stage: Stage, now: float) -> None:
        seat.stage, seat.since, seat.deadline = stage, now, now + self._seconds[stage]
        self._waits[stage, seat.known][seat] = None

    def _close(self, seat: Seat, reason: str, now: float | None = None) -> None:
        """Close a connection; one that is told so for a second time is gone at once."""
        if now is None:
            self.leave(seat)
        else:
            self._out(seat)
            self._enter(seat, seat.stage, now)
        self.closed[reason] += 1
        seat.drop(reason)


def _may_go(seat: Seat) -> bool:
    return (seat.stage, seat.known) in _STRANGERS_GO


def _late(seats: Iterable[Seat], now: float, *, ordered: bool) -> Iterable[Seat]:
    """Yield whose time is up; where all have the same time, the first that is in time ends the search."""
    for seat in seats:
        if seat.deadline <= now:
            yield seat
        elif ordered:
            return
