"""A community that opens has decided one page before anybody asks, and nothing is known of it afterwards."""

from lodestone.features.snapshot import digest
from lodestone.services.community import rehearsal
from lodestone.services.community.recovery import rehearsed
from tests.worlds.world import opened, run


def test_a_rehearsal_decides_and_leaves_no_trace(tmp_path, monkeypatch):
    decided = []

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(3)
            await world.items(30)
            engine = world.engine
            inner = engine.parts.decider.decide
            monkeypatch.setattr(
                type(engine.parts.decider), "decide", lambda _self, *a: decided.append(inner(*a)) or decided[-1],
            )  # fmt: skip

            def stands():
                log = engine.log
                return digest(engine.state), log.receipt_next(), log.end(), engine.housekeeper.account.decisions  # fmt: skip

            before = stands()
            rehearsed(engine)
            assert stands() == before
            assert engine.failures.standing() == []
            assert decided[0].choice.pool_index.size == 10
            asked = await world.feed("p0", slots=10)
            assert len(asked["slots"]) == 10
            assert stands() != before

    run(scenario())


def test_what_fails_in_a_rehearsal_is_noted_and_keeps_no_community_from_opening(tmp_path, monkeypatch):  # fmt: skip
    def broken(engine):
        raise ValueError("no such kernel")

    async def scenario():
        async with opened(tmp_path) as world:
            monkeypatch.setattr("lodestone.services.community.recovery.rehearse", broken)
            rehearsed(world.engine)
            return [(one.job, one.kind) for one in world.engine.failures.standing()]

    assert run(scenario()) == [("rehearsal", "ValueError")]  # fmt: skip


def test_every_kind_of_fact_that_counts_is_rehearsed():
    rehearsal.rehearse_facts.cache_clear()
    rehearsal.rehearse_facts()
