"""A receipt gives its decision back, replays to the bit, and says what was changed in it."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.errors import CorruptError
from lodestone.traffic.choose import Contest, Draw, choose, draw, rules_of
from lodestone.traffic.codec import decode, decode_who, encode, encode_who, pack
from lodestone.traffic.kernels import COMPILED, PLAIN
from lodestone.traffic.policy import Policy
from lodestone.traffic.replay import replay
from tests.worlds.decisions import POLICY, some_decision, some_prices


def same(left, right):
    """Compare two decisions field by field, arrays by their bytes."""
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.tobytes() == right.tobytes()
    if hasattr(left, "__slots__") and not isinstance(left, str | int | float | tuple):
        return all(same(getattr(left, name), getattr(right, name)) for name in left.__slots__)
    return left == right


@given(st.integers(0, 10**6), st.sampled_from([1, 30, 128, 129, 400]))
@settings(max_examples=40, deadline=None)
def test_a_decision_reads_back_and_replays_compiled_and_plain(seed, candidates):
    decision = some_decision(seed, candidates=candidates)

    back = decode(pack(encode(decision)), decision.person)

    assert same(back, decision)
    for kernels in (COMPILED, PLAIN):
        assert replay(kernels, back, POLICY, some_prices()).differences == ()


def test_receipts_take_less_than_four_kilobytes_on_average():
    sizes = [len(pack(encode(some_decision(seed)))) for seed in range(20)]

    assert sum(sizes) / len(sizes) < 4096


CHANGES = {
    "chances": lambda d: replace(d, pool=replace(d.pool, chances=d.pool.chances[::-1].copy())),
    "slate": lambda d: replace(
        d, choice=replace(d.choice, pool_index=d.choice.pool_index[::-1].copy())
    ),
    "objective": lambda d: replace(d, choice=replace(d.choice, objective=d.choice.objective + 1)),
    "propensity": lambda d: replace(d, choice=replace(d.choice, slate_propensity=0.5)),
    "seed": lambda d: replace(
        d, seed=next(s for s in range(99) if explores(s) != explores(d.seed))
    ),
    "reasons": lambda d: replace(d, reason=np.roll(d.reason, 1)),
    "prices": lambda d: replace(d, price_version=1),
}


def explores(seed):
    return draw(COMPILED, seed, 0.05, 10, 100).slot >= 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_receipt_does_not_replay(change):
    decision = CHANGES[change](some_decision(4))

    assert not replay(COMPILED, decision, POLICY, some_prices()).identical


def test_torn_bytes_are_refused():
    packed = pack(encode(some_decision(1)))

    for torn in (packed[:-1], packed[:40], b"", pack([b"\x00"])):
        with pytest.raises(CorruptError):
            decode(torn, 1)
    with pytest.raises(CorruptError):
        decode_who(b"abc")


def test_the_personal_part_reads_back():
    assert decode_who(encode_who(-1, b"sealed")) == (-1, b"sealed")
    assert decode_who(encode_who(2**62, b"")) == (2**62, b"")


def test_propensities_are_exact_over_every_draw_there_is():
    chance = np.random.default_rng(8)
    n, slots = 5, 3
    net = np.sort(chance.integers(0, 60, n))[::-1].copy()
    author, topic = chance.integers(0, 3, n).astype(np.int32), np.zeros(n, np.int16)
    policy = Policy(exploration_share=0.1, author_max=2, author_gap=0, diversity=0.3)
    rules = rules_of(policy, slots, 2.0)
    found: dict[tuple[int, ...], Fraction] = {}
    told: dict[tuple[int, ...], float] = {}
    draws = [(Draw(-1, -1, 0.7), Fraction(7, 10))]
    draws += [(Draw(s, k, 0.3 / 15), Fraction(3, 150)) for s in range(slots) for k in range(n)]
    for drawn, weight in draws:
        contest = Contest(net, author, topic, drawn.candidate, True, n)
        choice = choose(COMPILED, contest, rules, drawn)
        slate = tuple(choice.pool_index.tolist())
        found[slate] = found.get(slate, Fraction(0)) + weight
        told[slate] = choice.slate_propensity

    assert sum(found.values()) == 1
    assert told == pytest.approx({slate: float(weight) for slate, weight in found.items()})


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_propensities_are_exact_where_caps_and_dry_pools_leave_slots_empty(data):
    n, slots = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    net = np.sort(np.array(data.draw(st.lists(st.integers(-9, 60), min_size=n, max_size=n))))[::-1]
    author = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)), np.int32)
    topic = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)), np.int16)
    policy = Policy(
        exploration_share=0.1, author_max=data.draw(st.integers(1, 3)),
        author_gap=data.draw(st.integers(0, 2)), diversity=data.draw(st.sampled_from([0.0, 0.5])),
    )  # fmt: skip
    rules = rules_of(policy, slots, 2.0, data.draw(st.sampled_from([1, 2])))
    open_slots = min(slots, n)
    chance = Fraction(slots, 10)
    draws = [(Draw(-1, -1, 0.0), 1 - chance)]
    draws += [
        (Draw(s, k, 0.0), chance / (open_slots * n)) for s in range(open_slots) for k in range(n)
    ]
    found: dict[tuple[int, ...], Fraction] = {}
    told: dict[tuple[int, ...], set[float]] = {}
    for drawn, weight in draws:
        contest = Contest(net.astype(np.int64), author, topic, drawn.candidate, True, n)
        choice = choose(COMPILED, contest, rules, drawn)
        slate = tuple(choice.pool_index.tolist())
        found[slate] = found.get(slate, Fraction(0)) + weight
        told.setdefault(slate, set()).add(round(choice.slate_propensity, 12))
        if drawn.slot >= 0:
            assert slate[choice.explored_slot] == drawn.candidate

    assert sum(found.values()) == 1
    assert told == {slate: {round(float(weight), 12)} for slate, weight in found.items()}


@pytest.mark.parametrize(
    # By the first rules its slot may have been the second or the third, which closes up to the second.
    ("version", "shown", "ways"), [(1, [0, 2], 2), (2, [0, 2, 1], 1)]
)  # fmt: skip
def test_whom_chance_alone_brought_to_the_pool_stands_in_no_other_draws_slate(version, shown, ways):
    """One author fills the pool, so that the outsider would be in its best slate; it was not there to be."""
    net, author = np.array([9, 8, 1]), np.array([0, 0, 1], np.int32)
    rules = rules_of(Policy(exploration_share=0.1, author_max=1, author_gap=0), 3, 2.0, version)
    contest = Contest(net, author, np.full(3, -1, np.int16), 2, False, 50)

    choice = choose(COMPILED, contest, rules, Draw(1, 2, 0.3 / 150))

    assert choice.pool_index.tolist() == shown
    assert choice.slate_propensity == pytest.approx(ways * 0.3 / 150)


def test_exploration_draws_every_slot_and_candidate_alike():
    drawn = [draw(COMPILED, seed, 0.05, 4, 3) for seed in range(20_000)]
    explored = [(d.slot, d.candidate) for d in drawn if d.slot >= 0]

    share = len(explored) / len(drawn)
    counts = np.unique(np.array(explored), axis=0, return_counts=True)[1]

    assert share == pytest.approx(0.2, abs=0.01)  # 3.5 standard errors
    assert counts.size == 9  # three candidates cannot fill a fourth slot
    assert counts / counts.sum() == pytest.approx(np.full(9, 1 / 9), abs=0.02)
