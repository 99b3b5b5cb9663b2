"""Reports on their way from the log to the moderators: each once, beside the way that events take.

The log is the truth. A batch that holds reports leaves them here once it has been applied, and the next tick of the
clock writes them to the records. How far the log has been read stands beside them, in the same transaction, so that a
start goes on from there; what is read twice is told by the key of its fact.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.report_reasons import reason_of, reports_in
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.ports import Records
from lodestone.stores.records.reviews_port import Report

WAITING_MAX: Final = 10_000
"""Reports that wait in memory; of more, the log is read again."""
_WRITTEN_MAX: Final = 500
"""Reports of one transaction."""
_UNMARKED_MAX: Final = 100_000
"""Facts without a report after which it is noted that they have been read."""
_READ_FACTS: Final = 100_000
"""Facts that are read at once at a start."""


class ReportQueue:
    """The reports of one community that its records have not heard of. All but what reads or writes is the event loop's."""

    def __init__(self, community: str, log: Log, records: Records) -> None:
        """Begin behind: the first `follow` reads the log from where the records left off."""
        self._id, self._log, self._records = community, log, records
        self._waiting: list[Report] = []
        self._turn = asyncio.Lock()
        self._behind = True
        self._marked = 0
        """Before this offset everything has been left here or written."""
        self._seen = 0
        """Where the state stood at the last `follow`."""

    def applied(self, facts: Facts) -> None:
        """Take the reports out of facts that have just been applied; microseconds where there are none."""
        if self._behind or not (facts["kind"] == FactKind.REPORT).any():
            return
        self._waiting.extend(_reports(reports_in(facts)))
        if len(self._waiting) > WAITING_MAX:
            self._lose()

    async def follow(self, offset: int) -> None:
        """Write down what waits.

        Args:
            offset: Of the state: whatever the log holds before it has been applied, or is being so just now.

        Raises:
            UnavailableError: Log or records do not answer; nothing is lost.
        """
        async with self._turn:
            if self._behind:
                await self._catch_up()
            # What was applied before the last call is here; of the newest facts some may be on their way yet.
            reports, upto = self._waiting, self._seen
            self._waiting, self._seen = [], offset
            if not reports and upto - self._marked < _UNMARKED_MAX:
                return
            try:
                await self._records.threads.write(self._write, reports, upto)
            except BaseException:
                self._lose()
                raise
            self._marked = max(self._marked, upto)

    def _lose(self) -> None:
        self._behind, self._waiting = True, []

    async def _catch_up(self) -> None:
        """Read what the log holds beyond the mark; what is applied meanwhile waits as ever."""
        self._behind = False
        try:
            end = self._log.end()
            self._marked = await self._records.threads.long(self._read_log, end)
        except BaseException:
            self._lose()
            raise
        self._seen = max(self._seen, end)

    def _read_log(self, end: int) -> int:
        # After a loss that the operator accepted, the log may end before the mark.
        marked = after = min(self._records.reports_upto(self._id), end)
        while after < end:
            before, reports = after, list[Report]()
            for batch in self._log.read(Offset(after), limit=_READ_FACTS):
                after = int(batch.first) + int(batch.facts.size)
                reports.extend(_reports(reports_in(batch.facts)))
            if reports or after - marked >= _UNMARKED_MAX:
                self._write(reports, after)
                marked = after
            if after == before:
                break
        return marked

    def _write(self, reports: Sequence[Report], upto: int) -> None:
        """Store reports some at a time, and with the last of them how far the log has been read."""
        last = max(0, len(reports) - 1) // _WRITTEN_MAX * _WRITTEN_MAX
        for first in range(0, last, _WRITTEN_MAX):
            self._records.take_reports(self._id, reports[first : first + _WRITTEN_MAX], upto=0)
        self._records.take_reports(self._id, reports[last:], upto=upto)


def _reports(facts: Facts) -> Iterator[Report]:
    for fact in facts:
        yield Report(
            int(fact["key"]), Instant(int(fact["time"])), int(fact["person"]), int(fact["item"]),
            reason_of(int(fact["value"])),
        )  # fmt: skip
