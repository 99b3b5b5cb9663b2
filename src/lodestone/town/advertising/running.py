"""The advertising of one town's life: mornings at the desk, pages with ads, paid clickers, and nights over receipts."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.client import Verdicts
from lodestone.town.activity import Activity
from lodestone.town.advertising.counting import Counting
from lodestone.town.advertising.desk import Desk
from lodestone.town.advertising.rivals import MANNERS, Clicking, rival, sessions
from lodestone.town.advertising.state import Billboard, Campaign, Outcome, packed, unpacked
from lodestone.town.looking import Page
from lodestone.town.payloads import Json
from lodestone.town.truth import Truth

MORNING: Final = 17
"""The step in which advertisers sit at their desks: half past eight, when shops have been reviewed."""
_PAGE: Final = 8


class Advertising(Activity):
    """The advertising of one town's life.

    Args:
        client: May do everything in the town's community.
        streams: The town's chance.
        trades: Whether the town's shops sell.
    """

    name = "ads"

    def __init__(self, client: Client, streams: Streams, *, trades: bool) -> None:
        self._client, self._streams = client, streams
        self._desk = Desk(client, streams, trades=trades)
        self._go_on(Billboard())

    def _go_on(self, board: Billboard) -> None:
        self.board = board
        self._desk.take_up(board)
        self._counting = Counting(board)

    def take_up(self, text: bytes) -> None:
        """See `Activity`."""
        self._go_on(unpacked(text))

    def packed(self) -> bytes:
        """See `Activity`."""
        return packed(self.board)

    async def begin(self, truth: Truth, now: Instant, shops: frozenset[int]) -> None:
        """See `Activity`."""
        if truth.step == MORNING:
            await self._desk.morning(truth, now, shops)

    def shown(self, truth: Truth, pages: Sequence[Page]) -> None:
        """See `Activity`."""
        for page in pages:
            self._counting.show(truth, page.feed, page.deeds.person, page.deeds.now)

    def heard(self, truth: Truth, events: Sequence[Json]) -> None:  # noqa: ARG002
        """See `Activity`."""
        self._counting.hear(events)

    async def cheat(self, truth: Truth, now: Instant) -> list[Verdicts]:
        """See `Activity`."""
        verdicts = []
        for given in list(self.board.campaigns.values()):
            if not given.clicker or given.paused:
                continue
            for number, step in enumerate(sessions(self._streams, truth.day, given.maker)):
                if step != truth.step:
                    continue
                target = rival(self._streams, self.board, given)
                if target is not None:
                    verdicts += await self._session(truth, now, given, target, number)
        return verdicts

    async def _session(
        self, truth: Truth, now: Instant, given: Campaign, target: int, number: int
    ) -> list[Verdicts]:
        chance = self._streams.of("clicking", truth.day, given.maker, number)
        person = int(truth.makers.person[given.maker])
        manner, victim = MANNERS[given.clicker], f"p{truth.makers.person[target]}"
        name = f"{truth.day}-{given.maker}-{number}-clicks"
        clicking, verdicts = Clicking(name, person, manner, now, chance), []
        for page in range(manner.pages):
            feed = await self._client.feed(f"p{person}", "discover", slots=_PAGE)
            self._counting.show(truth, feed, person, now, given.clicker)
            events = clicking.page(page, feed, lambda author: author == victim)
            if events:
                verdicts.append(await self._client.events(events))
                self._counting.hear(events)
        self.board.count(f"sessions_{given.clicker}")
        return verdicts

    def bought(self, orders: Sequence[tuple[int, int]], now: Instant) -> None:
        """See `Activity`."""
        self._counting.bought(orders, now)

    def end_step(self) -> None:
        """See `Activity`."""
        self._counting.end_step()

    async def night(self, start: Instant) -> None:
        """See `Activity`."""
        board = self.board
        by_receipt: dict[str, list[Outcome]] = {}
        for outcome in board.outcomes:
            by_receipt.setdefault(outcome.receipt, []).append(outcome)
        for receipt, outcomes in by_receipt.items():
            notes = (await self._client.ask("GET", f"/v1/receipts/{receipt}"))["ads"]
            due = {note["slot"]: int(note["payment"]) for note in notes}
            for outcome in outcomes:
                board.tally(outcome.campaign).due += due[outcome.slot]
        board.outcomes = []
        self._counting.end_day(Instant(start + DAY_MICROS))


class Patience:
    """How much an ad annoys people, only for being one.

    Some do not mind, most a little, a few much; nothing that the engine is told tells them apart.

    Args:
        streams: The town's chance.
    """

    _DO_NOT_MIND: Final = 0.3
    _MEAN: Final = 0.06
    """Joy that a look at an ad costs those who mind, in the mean: half as much again as scrolling past it."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._of = np.zeros(0)

    def annoyance(self, person: np.ndarray) -> np.ndarray:
        """Return what an ad costs people of its joy, shape (people,), for rows of people."""
        most = int(person.max(initial=-1)) + 1
        if most > self._of.size:
            more = [self._drawn(row) for row in range(self._of.size, most)]
            self._of = np.concatenate([self._of, np.array(more)])
        costs: np.ndarray = self._of[person]
        return costs

    def _drawn(self, row: int) -> float:
        chance = self._streams.of("patience", row)
        return 0.0 if chance.random() < self._DO_NOT_MIND else float(chance.exponential(self._MEAN))
