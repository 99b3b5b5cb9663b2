"""Rate limits by key, and by address for who shows none: so many requests a minute, told on every answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.services.access import OPERATOR, Principal

_WINDOW: Final = 60
UNLIMITED: Final = 0
_ENDLESS: Final = 10**9
"""What is told of a key without a limit."""
_OPEN: Final = b"open "
_REFUSED: Final = b"refused "
_MANY_OF: Final = b"many "
_LIVE: Final = b"live "
_WHO: Final = b"who "
_OF_PLACES: Final = (_OPEN, _REFUSED, _MANY_OF, _LIVE)
PLACES_MAX: Final = 20_000
"""Counts of addresses in a minute; each takes some 300 bytes."""
LIVE: Final = "/health/live"
_MANY: Final = ("/static/", "/media/", "/v1/live/hooks/")
"""Asked for by the dozen: files by a page, callbacks by a streaming server."""
_TIMES_AS_MANY: Final = 10
Told = tuple[list[tuple[bytes, bytes]], int]
"""The headers of an answer, and how many seconds to wait, 0 to go on."""


@dataclass(slots=True)
class _Count:
    used: int
    limit: int


def _nobody(_digest: bytes) -> bool:
    return False


@dataclass(slots=True)
class Limits:
    """Counts requests in windows of a minute.

    Args:
        per_minute: For every key and page session; 0 means no limit.
        by_key: Other limits, by the key's id.
        free: Says of a key's digest whether it never has one: the demo's. Nor has an operator's.
        open_per_minute: For every address that asks for what needs no key, and ten times as many for
            files and callbacks, of which there are many; 0 means no limit.
        refused_per_minute: For every address that shows no good key; 0 means no limit.
    """

    per_minute: int = UNLIMITED
    by_key: Mapping[str, int] = field(default_factory=dict)
    free: Callable[[bytes], bool] = _nobody
    open_per_minute: int = UNLIMITED
    refused_per_minute: int = UNLIMITED
    _counts: dict[bytes, _Count] = field(default_factory=dict)
    _places: dict[bytes, _Count] = field(default_factory=dict)
    """Of addresses, apart from keys: whoever has many addresses makes no more than so many counts."""
    _swept: int = 0

    def take(self, who: Principal, now: Instant) -> Told:
        """Count one request of a key, or of a viewer, however many tokens there are for one."""
        name = who.digest
        if who.viewer is not None:
            name = f"{who.community} {who.viewer}".encode("utf-8", "surrogatepass")
        return self._take(_WHO + name, lambda: self._limit(who), now)

    def take_open(self, address: str, path: str, now: Instant) -> Told:
        """Count one request for what needs no key; that the process lives is said to anybody at any time."""
        if path == LIVE:
            return self._take(_LIVE, lambda: UNLIMITED, now)
        if path.startswith(_MANY):
            limit = self.open_per_minute * _TIMES_AS_MANY
            return self._take(_MANY_OF + place_of(address), lambda: limit, now)
        return self._take(_OPEN + place_of(address), lambda: self.open_per_minute, now)

    def take_refused(self, address: str, now: Instant) -> Told:
        """Count one request that showed no good key."""
        return self._take(_REFUSED + place_of(address), lambda: self.refused_per_minute, now)

    def _take(self, name: bytes, limit_of: Callable[[], int], now: Instant) -> Told:
        window, into = divmod(now // SECOND_MICROS, _WINDOW)
        reset = _WINDOW - into
        if window != self._swept:
            # Page sessions and addresses come and go; what stands for one must not stay.
            self._counts, self._places, self._swept = {}, {}, window
        counts = self._places if name.startswith(_OF_PLACES) else self._counts
        count = counts.get(name)
        if count is None:
            if counts is self._places and len(counts) >= PLACES_MAX:
                del counts[next(iter(counts))]  # the one that came first this minute
            count = counts[name] = _Count(0, limit_of())
        count.used += 1
        limit = count.limit or _ENDLESS
        told = [
            (b"ratelimit-limit", str(limit).encode()),
            (b"ratelimit-remaining", str(max(limit - count.used, 0)).encode()),
            (b"ratelimit-reset", str(reset).encode()),
        ]
        return told, reset if count.used > limit else 0

    def _limit(self, who: Principal) -> int:
        if OPERATOR in who.scopes or self.free(who.digest):
            return UNLIMITED
        return self.by_key.get(who.key_id, self.per_minute)


def place_of(address: str) -> bytes:
    """Return what an address is counted under: of IPv6 the first 64 bits, which one subscriber has.

    >>> place_of("2001:db8::1") == place_of("2001:db8::2"), place_of("10.0.0.1")
    (True, b'10.0.0.1')
    """
    if ":" in address:
        try:
            return str(ip_network((address.partition("%")[0], 64), strict=False)).encode()
        except ValueError:
            return address.encode()
    return address.encode()
