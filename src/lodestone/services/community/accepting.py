"""A batch of events: judged, stored and applied; one that breaks any of it off is refused alone."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from lodestone.ads.invalid_traffic import is_bot
from lodestone.base.errors import InvalidError
from lodestone.events.columns import objects_of
from lodestone.events.wire import EventIn, Refusal, Verdicts
from lodestone.services.access import Principal
from lodestone.services.community.trust import check_events
from lodestone.services.ingest.shapes import BatchContext, ParsedEvents, Rejection
from lodestone.services.support.shared_commit import answer_to, commit_apart, is_silence
from lodestone.stores.records.types import TermKind

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

_SURFACE_FULL: Final = "surface_full"
"""How an event is refused whose surface has no code; nothing else speaks against it."""
CHUNK: Final = 400
"""Events judged before feeds get their turn again."""


async def accept(
    engine: "Engine",
    events: Sequence[EventIn | Refusal],
    who: Principal,
    *,
    history: bool,
    read: bool = False,
    agent: bytes = b"",
) -> Verdicts:
    """Judge, store and apply a batch; complete once it is durable and the next feed sees it.

    Args:
        engine: Of the community.
        events: As decoded; what could not be read is refused in place.
        who: Sends them.
        history: An import brings them.
        read: They say that the items were consumed, see `FLAG_READ`.
        agent: What the sender's program calls itself; of a known bot's page see `FLAG_BOT`.

    Raises:
        ForbiddenError, InvalidError: See `trust.check_events`.
        UnavailableError: It could not be stored; what was not may be sent again.
    """
    check_events(who, engine.community.id, events, history=history)
    bot = not who.server_side and is_bot(agent.decode("latin-1"))
    batch = _Batch(engine, events, who, history=history, read=read, bot=bot)
    for first in range(0, len(events), CHUNK):
        places = range(first, min(first + CHUNK, len(events)))
        await commit_apart(places, batch.take, batch.fail)
        if batch.silence is not None:
            raise batch.silence
    return batch.verdicts()


class _Batch:
    """What has become of a batch so far."""

    def __init__(
        self,
        engine: "Engine",
        events: Sequence[EventIn | Refusal],
        who: Principal,
        *,
        history: bool,
        read: bool,
        bot: bool,
    ) -> None:
        self._engine = engine
        self._events = events
        self._trusted = who.server_side
        self._history, self._read, self._bot = history, read, bot
        self._accepted = self._duplicates = 0
        self._refused: list[Refusal] = []
        self.silence: Exception | None = None
        """Why nothing more can be stored just now."""

    async def take(self, places: Sequence[int]) -> None:
        """Take the events at places that follow one another. Raises when none of them was stored."""
        engine, first = self._engine, places[0]
        chunk = self._events[first : places[-1] + 1]
        await engine.slots.expect_events(objects_of(chunk), trusted=self._trusted)
        terms = self._terms()
        wanted = surfaces_wanted(engine, objects_of(chunk), terms)
        if wanted:
            await name_surfaces(engine, wanted)
            # Others may have looked up slots of theirs meanwhile, and only so many are remembered.
            await engine.slots.expect_events(objects_of(chunk), trusted=self._trusted)
            terms = self._terms()
        judged = engine.ingest.judge(chunk, first, terms)
        lost = await engine.take(judged)
        self._accepted += int(judged.facts.size) - len(lost)
        self._duplicates += judged.duplicates
        self._refused.extend(judged.refused)
        if lost:
            self._refuse_lost(judged, lost, first)

    def _terms(self) -> BatchContext:
        return BatchContext(
            self._engine.now(),
            self._trusted,
            self._history,
            page=not self._trusted,
            read=self._read,
            bot=self._bot,
        )

    def fail(self, place: int, error: Exception) -> None:
        """Refuse one event; nothing of it was stored."""
        if is_silence(error):
            self.silence = error
            return
        refusal = answer_to(error)
        self._refuse(place, refusal.code, refusal.message)

    def _refuse_lost(self, judged: ParsedEvents, lost: Sequence[int], first: int) -> None:
        """Refuse what the log has and the state cannot follow: sent again it is known already."""
        keys = {int(judged.facts["key"][at]) for at in lost}
        terms, key_of = self._terms(), self._engine.ingest.key_of
        for place, event in enumerate(self._events[first:], first):
            if isinstance(event, EventIn) and key_of(event.id, terms) in keys:
                keys.discard(key_of(event.id, terms))
                said = "it is stored, and could not be counted yet; it has been logged"
                self._refuse(place, "internal", said)

    def _refuse(self, place: int, code: str, message: str) -> None:
        self._refused.append(Refusal(place, code, f"events[{place}]: {message}"))

    def verdicts(self) -> Verdicts:
        """Say what became of each."""
        self._refused.sort(key=lambda refusal: refusal.index)
        return Verdicts(self._accepted, self._duplicates, self._refused)


def surfaces_wanted(
    engine: "Engine", events: Iterable[EventIn | Refusal], terms: BatchContext
) -> list[str]:
    """Return the surfaces that have no code yet, of events which nothing else speaks against; each once.

    An event that is refused anyhow uses up none of the codes there are.
    """
    wanted: dict[str, None] = {}
    for event in events:
        if not isinstance(event, EventIn) or event.surface is None:
            continue
        surface = event.surface
        if engine.directory.surface_known(surface) >= 0:
            continue
        judged = engine.ingest.judge_alone(event, terms)
        if isinstance(judged, Rejection) and judged.code == _SURFACE_FULL:
            wanted[surface] = None
    return list(wanted)


async def name_surfaces(engine: "Engine", wanted: Iterable[str]) -> None:
    """Have the records give codes to surfaces that are new here, so that the log's codes keep their names.

    One that no code is left for, or that is no name, stays unknown; its event is refused.

    Raises:
        UnavailableError: The records do not answer.
    """
    for surface in wanted:
        records = engine.parts.records
        try:
            code = await records.threads.commit(
                records.term, engine.community.id, TermKind.SURFACE, surface
            )
        except InvalidError:
            continue
        engine.directory.add_terms({}, {}, {}, {surface: code})


async def take(engine: "Engine", judged: ParsedEvents) -> list[int]:
    """Store what was judged and apply it; return the places of what is stored and could not be applied.

    Raises:
        LodestoneError: It could not be stored, and may be sent again.
    """
    return await engine.gathering.take(judged)
