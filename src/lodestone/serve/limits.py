"""Rate limits by key: so many requests a minute, told on every answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lodestone.base.clock import Instant
from lodestone.services.access import OPERATOR, Principal

_WINDOW: Final = 60
UNLIMITED: Final = 0
_ENDLESS: Final = 10**9
"""What is told of a key without a limit."""


@dataclass(slots=True)
class _Count:
    window: int
    used: int
    limit: int


def _nobody(_digest: bytes) -> bool:
    return False


@dataclass(slots=True)
class Limits:
    """Counts requests per key in windows of a minute.

    Args:
        per_minute: For every key and page session; 0 means no limit.
        by_key: Other limits, by the key's id.
        free: Says of a key's digest whether it never has one: the demo's. Nor has an operator's.
    """

    per_minute: int = UNLIMITED
    by_key: Mapping[str, int] = field(default_factory=dict)
    free: Callable[[bytes], bool] = _nobody
    _counts: dict[bytes, _Count] = field(default_factory=dict)
    _swept: int = 0

    def take(self, who: Principal, now: Instant) -> tuple[list[tuple[bytes, bytes]], int]:
        """Count one request; return its headers, and how many seconds to wait, 0 to go on."""
        window, into = divmod(now // 1_000_000, _WINDOW)
        reset = _WINDOW - into
        if window != self._swept:
            # Page sessions come and go; what stands for one must not stay.
            self._counts, self._swept = {}, window
        count = self._counts.get(who.digest)
        if count is None:
            count = self._counts[who.digest] = _Count(window, 0, self._limit(who))
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
