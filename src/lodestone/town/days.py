"""The town lives: day after day in steps of half an hour, all of it over the public routes.

A step: who has come opens a page, looks, does things; the app tells the engine; whoever has not had enough opens the
next page; at last the clock is driven to the next step. Everything random comes from streams named by what it is for
and when, so that a life can be left after any step and taken up again as if nothing had been.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.client import ClientError, Feed, Surface, Verdicts
from lodestone.town.activity import Activity
from lodestone.town.advertising.running import Advertising, Patience
from lodestone.town.commerce.market import packed, unpacked
from lodestone.town.commerce.trading import LATER, ORDER, Trading
from lodestone.town.looking import Looker, Page
from lodestone.town.ordering.running import Ordering
from lodestone.town.payloads import Json, Payloads, VisitEvents, follows, whereabouts
from lodestone.town.people import creators, fraud_rings, rhythm
from lodestone.town.people.population import arrive, settle
from lodestone.town.plan import After, Plan, Tell, nothing, stretch_of, unheard
from lodestone.town.presentation import PLAIN, Presentation
from lodestone.town.study.diary import Day, Shelf
from lodestone.town.truth import RING, Truth, joined

STEP: Final = DAY_MICROS // rhythm.STEPS
PAGE: Final = 8
"""Posts of a page."""
PAGES_MOST: Final = 5
_AGAIN: Final = 0.55
"""Chance to open another page after one looked through, in an indifferent mood."""
_NEWCOMERS: Final = 0.012
"""A day, for each resident at the beginning: a town that grows by a third in a month."""
_HISTORY_DAYS: Final = 8
_BULK: Final = 1_000
_EVENTS: Final = 5_000


@dataclass(slots=True)
class _Visit:
    """One person's visit as it goes on."""

    deeds: VisitEvents
    surface: int
    domain: str | None
    position: Json | None
    cursor: str | None = None
    pages: int = 0


class Life:
    """One town's life before one engine.

    Args:
        client: May write, send events, ask for feeds, drive the clock and read receipts.
        plan: What to live.
        worths: Shape (13,). Micros by which the town judges, in the order of `behaviour.OUTCOMES`.
        shelf: Where state and diary are kept.
        kept: Is told where the life stands, each time that it is kept.
        after: What the operator does at the end of a day, before the next begins.
        shown: How the town is shown.
    """

    def __init__(
        self,
        client: Client,
        plan: Plan,
        worths: Floats,
        shelf: Shelf,
        kept: Callable[[str], None] = unheard,
        after: After = nothing,
        shown: Presentation = PLAIN,
    ) -> None:
        self._client = client
        self._plan = plan
        self._shelf = shelf
        self._kept = kept
        self._after = after
        self._streams = Streams(plan.seed)
        self._shown = shown
        self._told = Payloads(self._streams, personal=plan.personal, shown=shown)
        patience = Patience(self._streams).annoyance
        self._looker = Looker(worths, trades=plan.trade, annoyance=patience)
        self._trading: Trading | None = None
        if plan.trade:
            self._trading = Trading(client, self._streams, self._told, float(worths[ORDER]))
        self._activities: list[Activity] = []
        if plan.ads:
            self._activities.append(Advertising(client, self._streams, trades=plan.trade))
        if plan.orders:
            self._activities.append(Ordering(client, self._streams, self._told))
        self._day: Day
        self.truth: Truth

    async def begin(self) -> None:
        """Take the life up where it was left, or let the town be there on its first morning."""
        kept = self._shelf.state()
        if kept is not None:
            self.truth, self._day = kept
            await self._shown.store(self._client, self.truth, list(range(self.truth.posts.count)))
            if self._trading is not None:
                self._trading.take_up(unpacked(self._shelf.trade()))
            for activity in self._activities:
                activity.take_up(self._shelf.part(activity.name))
            return
        truth = settle(self._streams, self._plan.people)
        self._shown.settled(truth)
        history = creators.first_posts(
            truth, self._plan.start, _HISTORY_DAYS, self._streams.of("history")
        )
        self._shown.posted(truth, history)
        truth.posts, self.truth = history, truth
        self._morning(truth)
        await self._client.advance(self._plan.start)
        for name, body in self._told.domains:
            await self._client.put_domain(name, body)
        at = Instant(self._plan.start - 30 * DAY_MICROS)
        rows = range(truth.people.count)
        await self._bulk(
            self._client.put_people, [self._told.person(truth.people, r, at) for r in rows]
        )
        await self._shown.store(self._client, truth, list(range(history.count)))
        await self._bulk(
            self._client.put_items, [self._told.post(truth, row) for row in range(history.count)]
        )
        await self._send(self._first_follows(truth))
        if self._trading is not None:
            await self._trading.sign_up(truth, approved=True)
            await self._trading.put_on_sale(truth, np.arange(history.count))
        self._keep()

    def _keep(self) -> None:
        trade = b"" if self._trading is None else packed(self._trading.market)
        parts = {activity.name: activity.packed() for activity in self._activities}
        self._shelf.keep(self.truth, self._day, trade=trade, **parts)
        self._kept(stretch_of(self.truth))

    def _first_follows(self, truth: Truth) -> list[Json]:
        # The day before: who has lived here for years is not first seen on the first day.
        pairs = np.argwhere(truth.ties.follows).tolist()
        return follows(truth, pairs, Instant(self._plan.start - DAY_MICROS))

    async def live(
        self,
        until_day: int,
        tell: Tell,
        halted: Callable[[], bool] = lambda: False,
        *,
        until_step: int = 0,
    ) -> bool:
        """Live until a day has come; return False when halted before.

        Args:
            until_day: The first day that is not lived to its end.
            until_step: Steps of it that are lived all the same.
            tell: Is told (steps done, steps in all, what).
            halted: Asked after every step; True leaves the life there, to be taken up again.
        """
        truth, until = self.truth, (until_day, until_step)
        whole = until_day * rhythm.STEPS + until_step
        while (truth.day, truth.step) < until:
            tell(truth.day * rhythm.STEPS + truth.step, whole, "living")
            await self._step(truth)
            if truth.step == rhythm.STEPS:
                await self._midnight(truth)
            elif truth.step % self._plan.kept_every == 0:
                self._keep()
            if (truth.day, truth.step) < until and halted():
                return False
        tell(whole, whole, "living")
        return True

    def _morning(self, truth: Truth) -> None:
        """Draw the day: who arrives, what will be posted, who comes and when."""
        chance = self._streams.of("arrivals", truth.day)
        if truth.day > 0:
            arrive(truth, int(chance.poisson(_NEWCOMERS * self._plan.people)), chance)
        fraud_rings.cheats_arrive(
            truth, self._plan.people, self._streams.of("cheats", truth.day), ring=self._plan.ring
        )
        posts = creators.posts_of_day(
            truth, self._midnight_before(truth), self._streams.of("posts", truth.day)
        )
        self._shown.posted(truth, posts)
        truth.posts = joined(truth.posts, posts)
        if self._trading is not None:
            self._trading.morning(truth, self._midnight_before(truth))
        drawn = self._streams.of("visits", truth.day)
        who = rhythm.coming(truth.people, truth.day, drawn)
        self._day = Day(rhythm.visits(truth.people, who, truth.day, drawn))

    def _midnight_before(self, truth: Truth) -> Instant:
        return Instant(self._plan.start + truth.day * DAY_MICROS)

    async def _newcomers_told(self, truth: Truth, known: int) -> None:
        at = self._midnight_before(truth)
        rows = range(known, truth.people.count)
        await self._bulk(
            self._client.put_people, [self._told.person(truth.people, r, at) for r in rows]
        )
        pairs = [
            (who, whom) for who in rows for whom in np.flatnonzero(truth.ties.follows[who]).tolist()
        ]
        await self._send(follows(truth, pairs, at))
        if self._trading is not None:
            await self._trading.sign_up(truth, approved=False)

    async def _step(self, truth: Truth) -> None:
        now = Instant(self._midnight_before(truth) + truth.step * STEP)
        fresh = np.flatnonzero((truth.posts.created > now - STEP) & (truth.posts.created <= now))
        fresh = fresh[truth.posts.created[fresh] > self._plan.start]
        await self._posted(truth, fresh, now)
        planned = self._day.visits
        at = np.flatnonzero(planned.step == truth.step)
        events: list[Json] = []
        open_visits = [self._arrives(truth, planned, row, now, events) for row in at.tolist()]
        await self._send(events)
        chance = self._streams.of("step", truth.day, truth.step)
        while open_visits:
            open_visits = await self._round(truth, open_visits, chance)
        await self._send(self._errands(truth, planned, at, now))
        for activity in self._activities:
            for verdicts in await activity.cheat(truth, now):
                self._counted(verdicts)
        if self._trading is not None:
            await self._trading.run(truth, now, planned.person[at])
            self._bought(self._trading, Instant(now + LATER))
        for activity in self._activities:
            activity.end_step()
        truth.step += 1
        await self._client.advance(Instant(now + STEP))

    async def _posted(self, truth: Truth, fresh: Ints, now: Instant) -> None:
        """Tell what has been posted, let shops and advertisers work.

        A product's post becomes what its shop sells, a sale's room opens by itself.
        """
        if self._trading is not None:
            fresh = fresh[~np.isin(fresh, list(self._trading.rooms()))]
        await self._shown.store(self._client, truth, fresh.tolist())
        await self._bulk(
            self._client.put_items, [self._told.post(truth, r) for r in fresh.tolist()]
        )
        if self._trading is not None:
            await self._trading.put_on_sale(truth, fresh)
            await self._trading.begin(truth, now)
            self._bought(self._trading, now)
        shops = frozenset[int]() if self._trading is None else self._trading.approved()
        for activity in self._activities:
            await activity.begin(truth, now, shops)

    def _bought(self, trading: Trading, now: Instant) -> None:
        orders = trading.bought()
        for activity in self._activities:
            activity.bought(orders, now)

    def _arrives(
        self, truth: Truth, planned: rhythm.Visits, row: int, now: Instant, events: list[Json]
    ) -> _Visit:
        """Open the app; tell where they are when that is elsewhere than it was."""
        person, outing = int(planned.person[row]), int(planned.outing[row])
        surface = int(planned.surface[row])
        deeds = VisitEvents(f"{truth.day}-{row}", person, now)
        moved = truth.people.outing[person] != outing
        truth.people.outing[person] = outing
        here = whereabouts(truth.people, person)
        if moved:
            events.append(deeds.told("visit", {"position": here}, 0.0))
        channel = rhythm.SURFACES[surface] == "channel"
        domain = self._told.channel(int(planned.channel[row])) if channel else None
        return _Visit(deeds, surface, domain, here if outing != rhythm.HOME else None)

    async def _round(
        self, truth: Truth, visits: list[_Visit], chance: np.random.Generator
    ) -> list[_Visit]:
        """Let everybody look through one page; return those who want another."""
        pages = []
        # All at once, so that their receipts share a commit; they are decided in this order all the same.
        feeds = await asyncio.gather(*(self._asked(visit) for visit in visits))
        for visit, feed in zip(visits, feeds, strict=True):
            pages.append(Page(visit.deeds, visit.surface, feed, await self._receipt(feed, visit)))
            visit.cursor, visit.pages = feed.next_cursor, visit.pages + 1
        self._day.feeds += len(pages)
        for activity in self._activities:
            activity.shown(truth, pages)
        found = self._looker.look(truth, pages, chance)
        self._day.looks.append(found.looks)
        self._day.sampled += found.sampled
        if self._trading is not None:
            self._trading.want(found.wanted)
        await self._send(found.events)
        for activity in self._activities:
            activity.heard(truth, found.events)
        for domain, person in found.joins:
            await self._client.join(self._told.channel(domain), f"p{person}")
        drawn = chance.random(len(visits))
        who = np.array([visit.deeds.person for visit in visits])
        wants = drawn < _AGAIN + 0.2 * truth.people.mood[who]
        return [
            visit
            for visit, through, more in zip(visits, found.through, wants.tolist(), strict=True)
            if through and more and visit.cursor is not None and visit.pages < PAGES_MOST
        ]

    async def _asked(self, visit: _Visit) -> Feed:
        surface: Surface = rhythm.SURFACES[visit.surface]
        return await self._client.feed(
            f"p{visit.deeds.person}",
            surface,
            domain_id=visit.domain,
            position=visit.position,
            slots=PAGE,
            cursor=visit.cursor,
        )

    async def _receipt(self, feed: Feed, visit: _Visit) -> Any:
        """Read the receipt of some first pages of discover, to be judged against the truth."""
        if visit.surface or visit.pages or not feed.slots:
            return None
        chance = self._streams.of("sample", self.truth.day, self._day.feeds, visit.deeds.person)
        beginning_there = int((self._day.visits.surface == 0).sum())
        if chance.random() * beginning_there >= self._plan.sampled:
            return None
        return await self._client.ask("GET", f"/v1/receipts/{feed.receipt_id}")

    def _errands(self, truth: Truth, planned: rhythm.Visits, at: Ints, now: Instant) -> list[Json]:
        """Let paid accounts serve what they were paid for on the makers' own pages, without any feed."""
        events: list[Json] = []
        for row in at.tolist():
            person = int(planned.person[row])
            if truth.people.kind[person] != RING:
                continue
            deeds = VisitEvents(f"{truth.day}-{row}-page", person, now)
            for post in fraud_rings.errands(truth, person, now):
                events += self._looker.serve(truth, deeds, post)
        return events

    async def _midnight(self, truth: Truth) -> None:
        """End a day: everybody sleeps over it, the engine says how it stands, the next day is drawn."""
        planned = self._day.visits
        came = np.zeros(truth.people.count, bool)
        came[planned.person] = True
        end = self._midnight_before(truth) + DAY_MICROS
        creators.night(truth, end, self._streams.of("makers", truth.day))
        rhythm.night(truth.people, truth.ties, came, self._streams.of("night", truth.day))
        told = await self._client.ask("GET", "/v1/promises")
        makers = truth.makers
        page = {
            "promises": told["data"],
            "came": int(came.sum()),
            "people": truth.people.count,
            "gone": int(truth.people.gone.sum()),
            "posting": int(creators.posting(makers, truth.people.gone).sum()),
        }
        self._shelf.keep_day(truth.day, self._day, page)
        if self._trading is not None:
            await self._trading.night(truth, self._midnight_before(truth))
        for activity in self._activities:
            await activity.night(self._midnight_before(truth))
        await self._after(truth.day)
        truth.day, truth.step = truth.day + 1, 0
        known = truth.people.count
        self._morning(truth)
        await self._newcomers_told(truth, known)
        self._keep()

    async def _bulk(
        self, put: Callable[[list[Json]], Awaitable[Verdicts]], rows: list[Json]
    ) -> None:
        """Make people or posts; raise ClientError where one of them is refused."""
        for first in range(0, len(rows), _BULK):
            answer = await put(rows[first : first + _BULK])
            if answer.refused:
                raise ClientError(400, answer.refused[0].code, answer.refused[0].message)

    async def _send(self, events: list[Json]) -> None:
        for first in range(0, len(events), _EVENTS):
            self._counted(await self._client.events(events[first : first + _EVENTS]))

    def _counted(self, answer: Verdicts) -> None:
        # What a killed step had sent before it was lived again is the life's all the same.
        self._day.events += answer.accepted + answer.duplicates
        self._day.refused += len(answer.refused)
