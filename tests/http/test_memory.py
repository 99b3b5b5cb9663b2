"""What a process keeps of mixed load is bounded; the long form is in tests/soak."""

from lodestone.base.calendar import _QUARTERS_MAX, DayOf
from lodestone.features.postings import _AROUND_MAX, Postings
from lodestone.serve.http.limits import Limits
from lodestone.services.access import Principal
from tests.worlds.mixed_load import growth
from tests.worlds.world import opened, run

KEPT_MAX = 1_000_000
"""By how many bytes 1,000 mixed requests may grow what is kept, while caches of bounded size fill; an answer or a body kept of each would be more."""


def test_a_thousand_mixed_requests_leave_no_more_than_is_stated(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(40)
            return await growth(world, warm=2, rounds=16)

    assert run(scenario()) < KEPT_MAX


def test_neighbourhoods_are_remembered_up_to_a_bound_wherever_people_say_they_are():
    postings = Postings()
    for n in range(_AROUND_MAX + 500):
        postings.around(-60 + (n % 1200) * 0.1, (n // 1200) * 0.3, 10.0)

    assert len(postings._around) == _AROUND_MAX


def test_offsets_are_remembered_up_to_a_bound_whichever_times_are_named():
    days = DayOf("Europe/Berlin")
    for n in range(_QUARTERS_MAX + 500):
        days.of(n * 900_000_000)

    assert len(days._offset) <= _QUARTERS_MAX


def test_a_viewer_has_one_limit_however_many_tokens_and_spellings_of_them_there_are():
    limits = Limits(5)
    waits = [
        limits.take(Principal("c", frozenset(), str(n).encode(), viewer="p0"), 0)[1]
        for n in range(1000)
    ]

    assert [bool(wait) for wait in waits] == [False] * 5 + [True] * 995
    assert len(limits._counts) == 1
