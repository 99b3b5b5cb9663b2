"""Make decisions out of chance: the same pools, prices and policies that serving would meet."""

import numpy as np

from lodestone.base.clock import Instant
from lodestone.events.outcomes import Source
from lodestone.traffic.choose import Contest, choose, draw, pool_of, rules_of
from lodestone.traffic.decision import SLATE_RULES, Decision, DropReason, Pool
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.net import numbered, pool_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import PriceVector, chance_codes

POLICY = Policy(
    version=3,
    worths={
        "watch": 20,
        "click": 300,
        "like": 900,
        "follow": 9_000,
        "hide": -4_000,
        "report": -40_000,
    },
    exploration_share=0.05,
)


def some_prices(version=9):
    prices = [0.0] * 64
    prices[0], prices[1], prices[9] = 120.5, 60.25, 33.0
    signs = [0] * 64
    signs[0], signs[1], signs[9] = 1, 1, -1
    return PriceVector(
        version=version,
        time=0,
        prices=tuple(prices),
        signs=tuple(signs),
        gini=80.0,
        slot_value=400.0,
    )


def some_logits(chance, count):
    """Outcomes from watch (common) to report (rare), around which items differ; nothing is sold."""
    base = np.array([0, -0.5, -1, -3, -5, -5.5, -5, -4, -6, -8, -5, -6, -8])
    logits = base + chance.normal(0, 0.6, (count, 1)) + chance.normal(0, 0.3, (count, 13))
    logits[:, 8:10] = -50
    return logits


def some_decision(
    seed, *, candidates=740, policy=POLICY, prices=None, kernels=COMPILED, slots=10, version=SLATE_RULES
):  # fmt: skip
    """Decide on random candidates; seven in ten pass the filters."""
    chance = np.random.default_rng(seed)
    prices = prices or some_prices()
    rows = np.sort(chance.choice(100_000, candidates, replace=False)).astype(np.int32)
    reason = np.where(chance.random(candidates) < 0.3, int(DropReason.SEEN), int(DropReason.OUTBID))
    reason = reason.astype(np.uint8)
    passed = np.flatnonzero(reason == DropReason.OUTBID)
    n = passed.size
    everything = Pool(
        item=rows[passed],
        chances=chance_codes(1 / (1 + np.exp(-some_logits(chance, n)))),
        promises=chance.choice(np.array([0, 1, 2, 3, 512], np.uint64), n),
        rank=(chance.integers(-128, 128, n) * 256).astype(np.int16),
        author=chance.integers(0, 200, n).astype(np.int32),
        topic=chance.integers(-1, 20, n).astype(np.int16),
        domain_kind=chance.choice([0, 0, 1, 2, 4], n).astype(np.uint8),
        domain=np.full(n, -1, np.int16),
        source=chance.integers(0, 8, n).astype(np.uint8),
    )
    net = pool_net(kernels, everything, np.array(worth_vector(policy)), prices)
    rules = rules_of(policy, slots, prices.slot_value, version)
    drawn = draw(kernels, seed, rules.share, slots, n)
    index = pool_of(kernels, net, drawn)
    natural = np.sort(np.argsort(-net, kind="stable")[:128])
    own = drawn.candidate < 0 or drawn.candidate in natural
    source = everything.source.copy()
    if not own:
        source[drawn.candidate] = Source.EXPLORATION
    at = int(np.flatnonzero(index == drawn.candidate)[0]) if drawn.candidate >= 0 else -1
    pool = Pool(
        everything.item[index], everything.chances[index], everything.promises[index],
        everything.rank[index], numbered(everything.author[index]), everything.topic[index],
        everything.domain_kind[index], everything.domain[index], source[index],
    )  # fmt: skip
    contest = Contest(net[index], pool.author, pool.topic, at, own, n)
    choice = choose(kernels, contest, rules, drawn)
    reason[passed[index]] = DropReason.RUNNER_UP
    reason[passed[index[choice.pool_index]]] = DropReason.SHOWN
    return Decision(
        sequence=seed, time=Instant(1_700_000_000_000_000 + seed), person=int(chance.integers(2**62)),
        surface=0, domain=-1, slots=slots, seed=seed, policy_version=policy.version,
        price_version=prices.version, predictor_version="rates-0", personalised=True, arm="",
        degraded=(), gate=12.5, candidate=rows, reason=reason, pool=pool, choice=choice,
        chain=(), state_offset=seed * 3, slate_rules=version,
    )  # fmt: skip
