"""Requests counted and timed, and written for Prometheus line by line.

A scrape runs on the event loop beside feeds, so it has to be cheap: how requests ended is on a counter, how
long they took on a histogram by route alone, and the parts of a line that never change are made once.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

_COUNTER: Final = b"""# HELP lodestone_requests_total Requests by how they were answered
# TYPE lodestone_requests_total counter
"""
_HISTOGRAM: Final = b"""# HELP lodestone_request_seconds Requests by how long they took
# TYPE lodestone_request_seconds histogram
"""
NOT_OFFERED: Final = "not_offered"
"""The status by which answers of 501 are counted."""
_NOT_IMPLEMENTED: Final = 501


class RequestFigures:
    """Counts requests of one process; on one thread only, so that it needs no lock.

    Args:
        edges: Upper edges in seconds by which requests are timed.
    """

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = tuple(round(edge * 1e9) for edge in edges)
        self._names = (*map(str, edges), "+Inf")
        self._counts: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[int]] = {}
        """By route: requests by edge, those over the last, and nanoseconds together."""
        self._count_names: dict[tuple[str, str, int], str] = {}
        self._time_names: dict[str, tuple[str, ...]] = {}

    def count(self, route: str, method: str, status: int, nanoseconds: int) -> None:
        """Count one request. What names it must come from us, or strangers would make series."""
        how = (route, method, status)
        self._counts[how] = self._counts.get(how, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = [0] * (len(self._edges) + 2)
        times[bisect_left(self._edges, nanoseconds)] += 1
        times[-1] += nanoseconds

    def text(self) -> bytes:
        """Return all lines."""
        lines = [_COUNTER]
        lines += [f"{self._count_name(how)}{n}\n".encode() for how, n in self._counts.items()]
        lines.append(_HISTOGRAM)
        for route, times in self._times.items():
            numbers: list[object] = list(accumulate(times[:-1]))
            numbers += [numbers[-1], times[-1] / 1e9]
            names = self._time_names_of(route)
            lines += [f"{name}{n}\n".encode() for name, n in zip(names, numbers, strict=True)]
        return b"".join(lines)

    def _count_name(self, how: tuple[str, str, int]) -> str:
        name = self._count_names.get(how)
        if name is None:
            route, method, status = how
            # A route that is not offered is nobody's fault: as a 5xx it would set off every alert on such.
            word = NOT_OFFERED if status == _NOT_IMPLEMENTED else str(status)
            labels = f'method="{method}",route="{route}",status="{word}"'
            name = self._count_names[how] = f"lodestone_requests_total{{{labels}}} "
        return name

    def _time_names_of(self, route: str) -> tuple[str, ...]:
        names = self._time_names.get(route)
        if names is None:
            name = "lodestone_request_seconds"
            edges = (f'{name}_bucket{{le="{edge}",route="{route}"}} ' for edge in self._names)
            ends = (f'{name}_{end}{{route="{route}"}} ' for end in ("count", "sum"))
            names = self._time_names[route] = (*edges, *ends)
        return names
