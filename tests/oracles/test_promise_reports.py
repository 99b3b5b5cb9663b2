"""The constraint table: what counts as kept, by how much, and under which name a quantity goes."""

from hypothesis import given
from hypothesis import strategies as st

from lodestone.insight.prices import history
from lodestone.insight.promises import constraint_table, is_kept, tolerance_of
from lodestone.traffic.policy import Policy, Promise
from lodestone.traffic.pricer import BUILT_IN, start
from tests.oracles.story import told
from tests.worlds.world import run

KINDS = st.sampled_from(["gini", "local_share", "first_impressions", "small_creators", "share"])
SHARES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


def kept_by_hand(kind, direction, target, delivered):
    """Within 0.02 above a Gini's target; within a fiftieth of the target on the wrong side of a share's."""
    if kind == "gini":
        return delivered <= target + 0.02 + 1e-9
    if direction == "cap":
        return delivered <= target + target / 50 + 1e-9
    return delivered >= target - target / 50 - 1e-9


@given(KINDS, st.sampled_from(["floor", "cap"]), SHARES, SHARES)
def test_kept_is_within_the_tolerance_that_is_shown(kind, direction, target, delivered):
    promise = Promise(id="x", kind=kind, direction=direction, target=target)

    assert is_kept(promise, delivered) == kept_by_hand(kind, direction, target, delivered)
    assert is_kept(promise, target)
    assert tolerance_of(promise) >= 0


def test_the_table_shows_the_plan_beside_the_promise_that_it_is_of():
    policy = Policy(promises=tuple(Promise(id=kind, kind=kind, target=0.5) for kind in BUILT_IN))

    rows = constraint_table(start(0), policy, 7)

    assert {row.id: row.planned for row in rows} == {**dict.fromkeys(BUILT_IN), "first_impressions": 7}  # fmt: skip


def test_a_promise_that_was_given_up_keeps_its_history():
    early, late = (Policy(promises=(Promise(id=name, kind="gini", target=0.5),)) for name in ("early", "late"))  # fmt: skip

    past = history(lambda _: None, None, 5, [(0, Policy()), (3, early), (10, late)])
    present = history(lambda _: None, None, 10, [(0, Policy()), (3, early), (10, late)])

    assert [one.id for one in past] == ["late", "early"]
    assert [one.id for one in present] == ["late"]


def test_a_dry_run_tells_shares_of_slots_apart_from_what_is_promised(tmp_path):
    async def scenario():
        async with told(tmp_path) as story:
            world = story.world
            await story.live(
                '2026-03-01 08:00  the operator sets promises to [{"id": "start", "kind": "first_impressions", "target": 1.0}, {"id": "even", "kind": "gini", "direction": "cap", "target": 0.6}]'
            )
            await story.live("2026-03-01 09:00  cai posts tea")
            await story.live("2026-03-01 10:00  ann sees tea")
            policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
            return (await world.ask("POST", "/v1/policy/dry-run", {"policy": policy}, status=200))[
                "promises"
            ]

    start, even = run(scenario())
    assert (start["before"], start["after"]) == (None, None)
    assert start["slots_before"] == start["slots_after"] == 1.0
    assert (even["slots_before"], even["slots_after"]) == (None, None)
    assert even["before"] == even["after"] == 0.0
