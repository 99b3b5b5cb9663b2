"""One of everything that creators' orders can do, in order, with a break at any of its writes."""

import asyncio
from contextlib import suppress

from broken_writes import CrashError
from creator_simulation import SETTLEMENTS, Studio, breaking, cny
from lodestone.base.errors import InternalError, UnavailableError
from lodestone.creators.assignment import ActIn, OfferIn, PublishIn, SettleDisputeIn, WordsIn

OWNER, CREATOR = ActIn(person_id="mei"), ActIn(person_id="ann")


class SmallOrder(Studio):
    """One of everything; what breaks is asked again under the same key until it is answered."""

    async def step(self, ask):
        """Ask until it is answered twice, and return the last answer: what was done is not done again."""
        answers = []
        while len(answers) < 2:
            with suppress(CrashError, InternalError, UnavailableError):
                answers.append(await ask())
        return answers[-1]

    async def offered(self, name, settlement):
        brief = self.brief("mei", settlement)
        await self.step(lambda: self.profiles.put_brief(name, brief))
        given = OfferIn(brief_id=name, creator_id="ann", person_id="mei")
        await self.step(lambda: self.orders.put_offer(name, given))

    async def accepted(self, name, settlement):
        await self.offered(name, settlement)
        shown = await self.step(lambda: self.orders.accept(name, CREATOR, f"{name} accept"))
        return shown.assignment_id

    async def does(self, order, what, given):
        ask = getattr(self.orders, what)
        return await self.step(lambda: ask(order, given, f"{order} {what} {given}"))

    async def drafted(self, order, text="a"):
        await self.does(order, "draft", WordsIn(person_id="ann", text=text))

    async def published(self, order, item):
        await self.drafted(order)
        await self.does(order, "approve", OWNER)
        await self.step(lambda: self.stored(item))
        await self.does(order, "publish", PublishIn(person_id="ann", item_id=item))

    async def stored(self, item):
        self.put_item(item, "ann")

    async def day(self):
        await self.offered("unanswered", SETTLEMENTS[0])
        paid, plays, split, left = [
            await self.accepted(name, SETTLEMENTS[kind])
            for name, kind in (("paid", 0), ("plays", 1), ("split", 2), ("left", 0))
        ]
        await self.drafted(paid)
        await self.does(paid, "revise", WordsIn(person_id="mei", text="more"))
        await self.drafted(paid, "b")
        await self.does(paid, "approve", OWNER)
        await self.step(lambda: self.stored("film"))
        await self.does(paid, "publish", PublishIn(person_id="ann", item_id="film"))
        await self.published(plays, "clip")
        await self.published(split, "song")
        await self.drafted(left)
        await self.does(left, "cancel", OWNER)
        for n in range(400):
            self.heard.add(self.row_of("clip"), n % 5)
            self.clock.advance(seconds=300)
        await self.does(split, "dispute", WordsIn(person_id="ann", text="no"))
        decision = SettleDisputeIn(amount=cny(33_333_333), text="a third")
        await self.does(split, "decide", decision)
        for _ in range(4):
            self.clock.advance(seconds=5 * 86_400)
            await self.step(self.time_works)

    def row_of(self, item):
        with self.records.creator_finds(self.community) as finds:
            return finds.items([item])[item].row


def small_order(records, community, at):
    """Live it with a break at its n-th write; return it and whether it broke."""
    studio = SmallOrder(records, community)
    asyncio.run(studio.open())
    with breaking(at) as broke:
        asyncio.run(studio.day())
    studio.check()
    return studio, broke()
