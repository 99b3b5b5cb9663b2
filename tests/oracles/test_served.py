"""Random small communities, lived through the routes: what is served of a past day stays as it was, and its parts add up."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracles.story import told
from tests.worlds.world import run

WRITERS, READERS, POSTS = ("cai", "dan", "eve"), ("ann", "bob"), ("tea", "rice", "salt")
WHERE = ("26.38,108.08", "26.40,108.08", "40,100")
"""The first two posts lie in the town."""
ACTS = st.lists(
    st.sampled_from([f"{who} sees {what}" for who in READERS for what in POSTS]),
    unique=True, min_size=2, max_size=6,
)  # fmt: skip
LATER = st.lists(
    st.sampled_from([
        *[f"{who} withdraws {what}" for who, what in zip(WRITERS, POSTS, strict=True)],
        *[f"the operator labels {what} drop" for what in POSTS],
        *[f"{who} is erased" for who in (*WRITERS, *READERS)],
        "the operator sets merit_gate to 1.0", "the operator sets worths.like to 77",
        "cai posts milk", "ann follows cai", "the operator sets promises to []",
        "cai moves tea to 40,100", "eve moves salt to 26.38,108.08", "place town moves to 40,100",
        "place town closes", "channel other opens",
    ]),
    unique=True, min_size=1, max_size=4,
)  # fmt: skip
DAY = "from=2026-03-01&to=2026-03-01"
PATHS = (f"/v1/reports/exposure?{DAY}", f"/v1/reports/liu?{DAY}", f"/v1/reports/flow?{DAY}")


def possible(lines):
    """Leave out what somebody erased, or a post withdrawn, can no longer do."""
    gone, said = set(), []
    for line in lines:
        words = line.split()
        if gone.isdisjoint(words):
            said.append(line)
            if words[-1] in ("erased", "drop"):
                gone.add(words[0])
                gone |= {what for who, what in zip(WRITERS, POSTS, strict=True) if who == words[0]}
            if words[1] == "withdraws":
                gone.add(words[2])
            if words[-1] == "closes":
                gone.add("town")
    return said


async def served(story):
    told = [await story.world.ask("GET", path, status=200) for path in PATHS]
    for row in told[1]["liu"]["days"]:
        row.pop("provisional")  # says how old the day is
    told[2].pop("paths")  # say where those who came went on to, on later days
    told[1]["liu"].pop("retained")  # says what became of those who came: that is of later days
    return told


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.reuse, Phase.generate),
)
@given(ACTS, st.sets(st.sampled_from(POSTS)), LATER, st.booleans())
def test_what_is_written_later_changes_no_settled_day(acts, liked, later, joins):
    async def scenario(home):
        async with told(home) as story:
            await story.live(
                '2026-03-01 08:00  the operator sets worths to {"like": 1000, "follow": 7}'
            )
            await story.live("2026-03-01 08:00  place town opens at 26.38,108.08")
            for who, what, where in zip(WRITERS, POSTS, WHERE, strict=True):
                await story.live(f"2026-03-01 09:00  {who} posts {what} at {where}")
            for act in acts:
                await story.live(f"2026-03-01 10:00  {act}")
                if act.split()[-1] in liked:
                    await story.live(f"2026-03-01 10:00  {act.replace('sees', 'likes')}")
            if joins:
                await story.live("2026-03-01 11:00  ann joins town")
            await story.live("2026-03-02 00:00  nothing happens")
            before = await served(story)
            for line in possible(later):
                await story.live(f"2026-03-02 09:00  {line}")
            assert await served(story) == before
            await story.live("2026-04-20 09:00  nothing happens")
            assert await served(story) == before
        for snapshot in home.rglob("*.snapshot"):
            snapshot.unlink()
        async with told(home, "2026-04-20") as story:  # a start that builds the state anew
            assert await served(story) == before
        return before

    with tempfile.TemporaryDirectory() as home:
        exposure, liu, flow = run(scenario(Path(home)))
    assert exposure["creators"] == len(WRITERS)
    assert exposure["impressions"] == len(acts)
    out = sum(one["impressions"] for one in exposure["left_out"])
    assert exposure["impressions"] + out == exposure["impressions_counted"]
    assert exposure["impressions_counted"] == sum(day["impressions"] for day in liu["liu"]["days"])
    likes = sum(act.split()[-1] in liked for act in acts)
    led = joins and not {"ann sees tea", "ann sees rice"}.isdisjoint(acts)
    assert sum(day["value_micros"] for day in liu["liu"]["days"]) == 1000 * likes + 7 * led
    joined = [row for row in flow["borders"] if row["by"] == "join"]
    assert [row["value_micros"] for row in joined] == [7.0] * led
    assert flow["unexplained"] == (joins and not led)
