"""Put random ads on random decisions: what the auction of a page would meet."""

from dataclasses import fields, replace

import msgspec
import numpy as np

from lodestone.events.outcomes import OUTCOME_COUNT, OUTCOMES
from lodestone.features.ads.select import ROW
from lodestone.traffic.choose import rules_of
from lodestone.traffic.contenders import CUT_FLOATS, CUT_INTS
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.net import numbered, pool_net
from lodestone.traffic.paid import (
    IMPRESSION,
    SPARE_PAYERS,
    Offered,
    PaidAds,
    PaidPart,
    auction,
    page_rules,
    slate_net,
)
from lodestone.traffic.policy import worth_vector
from lodestone.traffic.prices import chance_codes
from tests.worlds.decisions import POLICY, some_decision, some_logits, some_prices

CLICK = OUTCOMES.index("click")


def some_ads(seed, count, *, payers=None):
    """Ads of some payers, one each where nothing else is said; half of them buy clicks and half impressions."""
    chance = np.random.default_rng([seed, 77])
    payers = payers or count
    return PaidAds(
        ad_id=tuple(f"ad{n}" for n in range(count)),
        campaign_id=tuple(f"c{n % payers}" for n in range(count)),
        advertiser_id=tuple(f"firm{n % payers}" for n in range(count)),
        item=chance.choice(100_000, count, replace=False).astype(np.int32),
        author=numbered(chance.integers(0, max(1, count), count).astype(np.int32)),
        bid=chance.integers(0, 4_000, count),
        bought=chance.choice(np.array([IMPRESSION, CLICK], np.int8), count),
        chance_max=chance.choice([1.0, 0.25], count),
        pace=chance.choice([1.0, 0.7], count),
        reserve=chance.choice([0.0, 20.0], count),
        contextual=np.ones(count, np.uint8),
        chances=chance_codes(1 / (1 + np.exp(-some_logits(chance, count)))).reshape(count, OUTCOME_COUNT),
    )  # fmt: skip


def rules_for(decision, policy):
    attention = rules_of(policy, decision.slots, 0.0).attention
    return page_rules(policy, attention, decision.choice.pool_index.size, decision.pinned)


def net_of(decision, policy=POLICY, prices=None):
    net = pool_net(COMPILED, decision.pool, np.array(worth_vector(policy)), prices or some_prices())
    return slate_net(net, decision.choice)


def only(ads, places):
    """Return some ads, in the order of `places`."""
    return PaidAds(
        *(
            tuple(column[place] for place in places)
            if isinstance(column, tuple)
            else column[places]
            for column in (getattr(ads, field.name) for field in fields(PaidAds))
        )
    )


def contenders(kernels, ads, worths, rules):
    """Return which ads come to the auction."""
    return offered(kernels, ads, worths, rules)[0]


def offered(kernels, ads, worths, rules):
    """Return which ads come to the auction, and what these offer as it takes it."""
    size = ads.item.size
    everyone, out = np.arange(size, dtype=np.int32), cut_room(size)
    payers, given = rules.ads_max + SPARE_PAYERS, records(ads.columns())
    count = kernels.contenders.cut(everyone, ads.author, ads.chances, given, worths, payers, out)
    whole, real = (columns[1:, :count].copy() for columns in out)
    return out[0][0, :count], Offered(whole[:3], real)


def cut_room(size):
    """Return what `cut` writes to."""
    return np.zeros((CUT_INTS, size), np.int64), np.zeros((CUT_FLOATS, size))


def records(columns):
    """Return the columns of some ads as live ads have them."""
    rows = np.zeros(columns[0].size, ROW)
    names = ("bid", "bought", "most", "pace", "reserve", "campaign")
    for name, column in zip(names, columns, strict=True):
        rows[name] = column
    return rows


def some_paid(seed, *, ads=12, payers=None, slots=10, kernels=COMPILED, candidates=300, **turned):
    """Decide on random candidates and put random ads on the page; return the decision and its policy."""
    policy = msgspec.structs.replace(POLICY, **turned)
    decision = some_decision(seed, candidates=candidates, policy=policy, slots=slots)
    worths = np.array(worth_vector(policy))
    rules, scored = rules_for(decision, policy), some_ads(seed, ads, payers=payers)
    chosen = contenders(kernels, scored, worths, rules)
    if not chosen.size or not rules.ads_max:
        return decision, policy
    came = only(scored, chosen)
    outcome = auction(kernels, came, worths, net_of(decision, policy), rules)
    return replace(decision, paid=PaidPart(came, ads, outcome)), policy
