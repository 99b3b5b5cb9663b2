"""The clock of creators' orders, on both databases: what it looks at, what it counts, and what it does about a failure."""

import asyncio

import pytest
from sqlalchemy import text

from creator_simulation import SETTLEMENTS, Studio
from lodestone.creators.assignment import ActIn, OfferIn, PublishIn, WordsIn
from lodestone.creators.life import Stage
from lodestone.services.creators.clock import COUNTS
from lodestone.stores.sql.scope import Scope

OWNER, CREATOR = ActIn(person_id="mei"), ActIn(person_id="ann")


class Published(Studio):
    """Orders whose items are published."""

    async def published(self, name, settlement):
        await self.profiles.put_brief(name, self.brief("mei", settlement))
        given = OfferIn(brief_id=name, creator_id="ann", person_id="mei")
        await self.orders.put_offer(name, given)
        made = (await self.orders.accept(name, CREATOR, None)).assignment_id
        await self.orders.draft(made, WordsIn(person_id="ann", text="a"), None)
        await self.orders.approve(made, OWNER, None)
        self.put_item(f"{name}-film", "ann")
        await self.orders.publish(made, PublishIn(person_id="ann", item_id=f"{name}-film"), None)
        return made

    def stages(self):
        with self.records.whole_snapshot(self.community) as snapshot:
            return {order.offer: order.stage for order in snapshot.assignments()}


class Broken:
    """A counter that cannot count some orders, and remembers for which it was asked."""

    def __init__(self, counter, offers):
        self.counter, self.offers, self.asked = counter, offers, []

    def count(self, orders):
        self.asked += [order.offer for order in orders]
        if any(order.offer in self.offers for order in orders):
            raise RuntimeError("it cannot be counted")
        return self.counter.count(orders)


def test_what_needs_no_count_waits_for_none(records):
    async def scenario():
        studio = Published(records, "town")
        await studio.open()
        await studio.published("fixed", SETTLEMENTS[0])
        await studio.published("plays", SETTLEMENTS[1])
        studio.ticks._counter = broken = Broken(studio.heard, ())
        studio.clock.advance(seconds=4 * 86_400)
        await studio.ticks.tick()
        assert studio.stages() == {"fixed": Stage.MEASURED, "plays": Stage.PUBLISHED}
        assert broken.asked == []
        await studio.ticks.count()
        assert studio.stages() == {"fixed": Stage.MEASURED, "plays": Stage.MEASURED}
        assert broken.asked == ["plays"]

    asyncio.run(scenario())


def test_an_order_that_cannot_be_counted_is_tried_again_ever_later_and_keeps_no_other(records):
    async def scenario():
        studio = Published(records, "town")
        await studio.open()
        for name in ("a", "b", "c"):
            await studio.published(name, SETTLEMENTS[1])
        studio.ticks._counter = broken = Broken(studio.heard, {"b"})
        studio.clock.advance(seconds=4 * 86_400)
        await studio.ticks.count()
        assert studio.stages() == {"a": Stage.MEASURED, "b": Stage.PUBLISHED, "c": Stage.MEASURED}
        asked = []
        for _ in range(40):
            broken.asked.clear()
            studio.clock.advance(seconds=1)
            await studio.ticks.count()
            await studio.ticks.tick()
            asked.append(len(broken.asked))
        # Five seconds, then ten, then twenty: not at every turn.
        assert [second for second, times in enumerate(asked, 1) if times] == [5, 15, 35]
        assert [failure.times for failure in studio.failures.standing()] == [4]
        broken.offers = set()
        studio.clock.advance(seconds=40)
        await studio.ticks.count()
        assert (studio.stages()["b"], studio.failures.of(COUNTS)) == (Stage.MEASURED, [])

    asyncio.run(scenario())


@pytest.mark.parametrize("asked", ["due", "due by log", "orphaned"])
def test_the_clock_finds_what_is_due_by_an_index(records, asked):
    async def scenario():
        studio = Published(records, "town")
        await studio.open()
        await studio.published("fixed", SETTLEMENTS[0])
        return studio

    studio = asyncio.run(scenario())
    statements, fetch = [], Scope.fetch

    def noted(self, statement):
        statements.append(statement)
        return fetch(self, statement)

    with records.creator_finds("town") as finds:
        connection = finds._scope.connection
        sqlite = connection.dialect.name == "sqlite"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Scope, "fetch", noted)
            if asked == "orphaned":
                finds.orphaned(10, ())
            else:
                finds.due(studio.clock.now(), 10, (), by_log=asked == "due by log")
        literal = {"literal_binds": True}
        shown = statements[-1].compile(dialect=connection.dialect, compile_kwargs=literal)
        if not sqlite:  # of one row it would not take the trouble
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = connection.exec_driver_sql(f"{explain} {shown}").fetchall()
    lines = "\n".join(str(row) for row in plan)
    index = "assignments_orphaned" if asked == "orphaned" else "assignments_by_due"
    assert index in lines
    assert "SCAN assignments" not in lines
