"""A trace says what the receipts and the events say: slots served, impressions of them, promises by the deciding policy's names."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracles.story import told
from tests.worlds.world import run

POSTS = ("tea", "rice", "salt")
STEPS = st.lists(
    st.sampled_from([
        *[f"{who} sees {what}" for who in ("ann", "bob", "gus") for what in POSTS],
        'the operator sets promises to [{"id": "fresh", "kind": "first_impressions", "target": 1.0}]',
        'the operator sets promises to [{"id": "early", "kind": "first_impressions", "target": 1.0}]',
        "the operator sets promises to []",
    ]),
    unique=True, min_size=1, max_size=8,
)  # fmt: skip


async def trace_by_hand(world, item, seen):
    """Count over the receipts as they are read one by one; `seen` are the slots whose impressions were sent."""
    listed = (await world.ask("GET", "/v1/receipts?limit=1000", status=200))["data"]
    receipts = [
        await world.ask("GET", f"/v1/receipts/{one['receipt_id']}", status=200) for one in listed
    ]
    slots = [(r["receipt_id"], c) for r in receipts for c in r["slate"] if c["item_id"] == item]
    looked = [(name, c) for name, c in slots if (name, c["slot"]) in seen]

    def places(some):
        return {
            "total": len(some), "by_domain": dict(Counter(c["domain"] for _, c in some)),
            "by_source": dict(Counter(c["source"] for _, c in some)),
            "by_promise": dict(Counter(promise for _, c in some for promise in c["promises"])),
        }  # fmt: skip

    return {
        "receipts": len(receipts), "receipts_in_all": len(receipts), "served": places(slots),
        "impressions": places(looked),
    }  # fmt: skip


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.reuse, Phase.generate),
)
@given(STEPS)
def test_a_trace_is_what_the_receipts_say(steps):
    async def scenario(home):
        async with told(home) as story:
            for who, what in zip(("cai", "dan", "eve"), POSTS, strict=True):
                await story.live(f"2026-03-01 09:00  {who} posts {what}")
            for hour, step in enumerate(steps, 10):
                await story.live(f"2026-03-01 {hour}:00  {step}")
            seen = set(story.seen)
            for item in POSTS:
                answer = await story.world.ask("GET", f"/v1/items/{item}/trace", status=200)
                expected = await trace_by_hand(story.world, item, seen)
                assert {name: answer[name] for name in expected} == expected
                dropped = sum(answer["by_reason"].values())
                assert answer["considered"] == answer["served"]["total"] + dropped

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


def test_a_promise_is_named_as_the_policy_that_decided_named_it(tmp_path):
    async def scenario():
        async with told(tmp_path) as story:
            await story.live(
                '2026-03-01 08:00  the operator sets promises to [{"id": "early", "kind": "first_impressions", "target": 1.0}]'
            )
            await story.live("2026-03-01 09:00  cai posts tea")
            await story.live("2026-03-01 10:00  ann sees tea")
            await story.live(
                '2026-03-01 11:00  the operator sets promises to [{"id": "late", "kind": "first_impressions", "target": 1.0}]'
            )
            return await story.world.ask("GET", "/v1/items/tea/trace", status=200)

    answer = run(scenario())
    assert answer["served"]["by_promise"] == answer["impressions"]["by_promise"] == {"early": 1}


def test_an_author_reads_the_trace_of_their_own_posts_and_never_who_blocks_them(tmp_path):
    async def scenario():
        async with told(tmp_path) as story:
            world = story.world
            await story.live("2026-03-01 09:00  cai posts tea")
            await story.live("2026-03-01 09:00  dan posts rice")
            await story.live("2026-03-01 10:00  ann sees tea")
            await story.live("2026-03-01 10:00  bob sees rice")
            await world.put("/v1/people/gus", {}, status=201)
            await world.put("/v1/people/gus/blocks/cai")
            await world.feed("gus", slots=10)
            made = await world.ask("POST", "/v1/sessions", {"viewer": "cai"}, status=201)
            page = {"Authorization": f"Bearer {made['token']}"}
            server = await world.ask("GET", "/v1/items/tea/trace", status=200)
            own = await world.ask("GET", "/v1/items/tea/trace", headers=page, status=200)
            other = await world.ask("GET", "/v1/items/rice/trace", headers=page, status=403)
            none = await world.ask("GET", "/v1/items/none/trace", headers=page, status=404)
            return server, own, other["error"]["code"], none["error"]["code"]

    server, own, *codes = run(scenario())
    assert codes == ["viewer_other", "item_unknown"]
    assert (own["served"]["total"], own["impressions"]["total"]) == (2, 1)  # bob was served tea too
    blocked = server["by_reason"].pop("blocked_author")
    assert own["by_reason"].pop("viewer_choice") == blocked == 1
    assert own == server
