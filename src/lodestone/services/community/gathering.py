"""What many requests bring in one turn of the event loop is stored and applied together.

A small batch costs the log's writer, the state and the logits nearly as much as one of some hundreds.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lodestone.services.community.ad_billing import settle_heard
from lodestone.services.community.presence import follow_visits
from lodestone.services.ingest.shapes import ParsedEvents
from lodestone.services.support.shared_commit import is_silence
from lodestone.services.support.tasks import asked

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

GROUP: Final = 400
"""Facts stored together at most, so that feeds get their turn; more only where one chunk alone holds more."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What one request waits to see stored."""

    judged: ParsedEvents
    done: "asyncio.Future[list[int]]"
    """The places of the facts that are stored and could not be applied."""


class Gathering:
    """Stores and applies the judged events of one community."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._waiting: list[_Waiting] = []

    async def take(self, judged: ParsedEvents) -> list[int]:
        """Store what was judged and apply it, with what else comes in this turn of the loop.

        It goes on to its end should the caller leave.

        Returns:
            The places of what is stored and could not be applied.

        Raises:
            LodestoneError: It could not be stored, and may be sent again.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[int]] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._begin)
        self._waiting.append(_Waiting(judged, done))
        return await done

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        for group in _groups(waiting):
            _ = asked(self._store(group))  # each who waits hears of its end by a future

    async def _store(self, group: Sequence[_Waiting]) -> None:
        """Store a group in one piece and apply it; one that breaks that off is refused alone."""
        judged = _joined([waiting.judged for waiting in group])
        try:
            await self._engine.log.append(judged.facts, judged.sealed)
        except Exception as error:  # noqa: BLE001  whatever it is, who waits hears of it
            if len(group) > 1 and not is_silence(error):
                for waiting in group:
                    await self._store([waiting])
                return
            for waiting in group:
                self._engine.ingest.release(waiting.judged)
            _fail(group, error)
            return
        try:
            lost = self._apply(judged)
        except Exception as error:  # noqa: BLE001  a fault of ours, that each answers for
            _fail(group, error)
            return
        await settle_heard(self._engine)
        _answer(group, lost)

    def _apply(self, judged: ParsedEvents) -> list[int]:
        facts, person_row = judged.facts, judged.person_row
        lost = self._engine.apply_facts(facts, person_row, judged.target_row)
        follow_visits(self._engine, facts, person_row, judged.sealed)
        return lost


def _answer(group: Sequence[_Waiting], lost: Sequence[int]) -> None:
    """Tell each of a group which of its own facts are among those lost."""
    first = 0
    for waiting in group:
        end = first + int(waiting.judged.facts.size)
        if not waiting.done.done():
            waiting.done.set_result([place - first for place in lost if first <= place < end])
        first = end


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)


def _groups(waiting: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """Part what waits into groups of at most `GROUP` facts, in its order."""
    group: list[_Waiting] = []
    size = 0
    for each in waiting:
        if group and size + each.judged.facts.size > GROUP:
            yield group
            group, size = [], 0
        group.append(each)
        size += int(each.judged.facts.size)
    yield group


def _joined(parts: Sequence[ParsedEvents]) -> ParsedEvents:
    """Return one chunk of the facts of many, in their order, for storing and applying."""
    if len(parts) == 1:
        return parts[0]
    firsts = np.cumsum([0, *(part.facts.size for part in parts)]).tolist()
    return ParsedEvents(
        facts=np.concatenate([part.facts for part in parts]),
        person_row=np.concatenate([part.person_row for part in parts]),
        target_row=np.concatenate([part.target_row for part in parts]),
        sealed=tuple(
            (first + place, blob)
            for first, part in zip(firsts, parts, strict=False)
            for place, blob in part.sealed
        ),
        duplicates=0,
        refused=[],
        event_keys=parts[0].event_keys[:0],
        slot_keys=parts[0].slot_keys[:0],
    )
