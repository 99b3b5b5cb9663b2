"""Ads behind a slate: the page keeps its laws, the receipt gives everything back, and what was changed in it is found out."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.money import Micros
from lodestone.events.facts import SURFACES
from lodestone.traffic.auction.inputs import DUE_UNIT
from lodestone.traffic.codec import decode, encode, pack
from lodestone.traffic.kernels import COMPILED, PLAIN
from lodestone.traffic.paid import auction, offers
from lodestone.traffic.policy import worth_vector
from lodestone.traffic.replay import replay
from tests.worlds.decisions import POLICY, some_decision, some_prices
from tests.worlds.paid import contenders, net_of, offered, only, rules_for, some_ads, some_paid

WORTHS = np.array(worth_vector(POLICY))
worlds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6), "ads": st.integers(1, 24), "payers": st.sampled_from([None, 3]),
        "slots": st.integers(1, 20), "candidates": st.sampled_from([3, 12, 300]),
        "ad_load": st.sampled_from([0.1, 0.2, 0.5]), "ad_gap": st.integers(0, 4),
        "ad_first": st.integers(1, 6), "ad_price": st.sampled_from([0, 300]),
    }
)  # fmt: skip


def same(left, right):
    """Compare field by field, arrays by their bytes."""
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.tobytes() == right.tobytes()
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if hasattr(left, "__slots__") and not isinstance(left, str | int | float):
        return all(same(getattr(left, name), getattr(right, name)) for name in left.__slots__)
    return left == right


@given(worlds)
@settings(max_examples=150, deadline=None)
def test_a_page_with_ads_keeps_its_rules_and_is_worth_no_less(world):
    decision, policy = some_paid(**world)
    if decision.paid is None:
        return
    outcome, ads = decision.paid.outcome, decision.paid.ads
    slots = sorted(winner.slot for winner in outcome.winners)
    between = np.diff(slots) - 1

    assert outcome.worth >= outcome.worth_without_ads
    assert decision.page.size <= policy_slots(decision)
    assert len(slots) <= policy.ad_load * decision.page.size + 1e-9
    assert all(slot + 1 >= policy.ad_first for slot in slots)
    assert all(between >= policy.ad_gap)
    payers = [ads.campaign_id[winner.ad] for winner in outcome.winners]
    authors = [ads.author[winner.ad] for winner in outcome.winners]
    assert len(set(payers)) == len(payers)
    assert len(set(authors)) == len(authors)
    for winner in outcome.winners:
        assert winner.payment_impression <= ads.bid[winner.ad]
        assert winner.payment_action <= ads.bid[winner.ad]
        assert 0 <= winner.due <= winner.bid * winner.weight
    stand = decision.page[decision.page >= 0]
    assert stand.tolist() == decision.choice.pool_index[: stand.size].tolist()


def policy_slots(decision):
    return decision.slots


@given(worlds)
@settings(max_examples=60, deadline=None)
def test_a_decision_with_ads_reads_back_and_replays_compiled_and_plain(world):
    decision, policy = some_paid(**world)

    back = decode(pack(encode(decision)), decision.person)

    assert same(back, decision)
    for kernels in (COMPILED, PLAIN):
        assert replay(kernels, back, policy, some_prices()).differences == ()


@given(st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([None, 4]))
@settings(max_examples=60, deadline=None)
def test_only_those_payers_come_to_the_auction_who_could_make_a_difference(seed, ads, payers):
    decision, everything = some_decision(seed, candidates=200), some_ads(seed, ads, payers=payers)
    # Of each author one, so that an ad is beaten by those worth more and by nothing else.
    everything = replace(everything, author=np.arange(ads, dtype=np.int32))
    rules, net = rules_for(decision, POLICY), net_of(decision)

    chosen = contenders(COMPILED, everything, WORTHS, rules)
    whole = auction(COMPILED, everything, WORTHS, net, rules)
    cut = auction(COMPILED, only(everything, chosen), WORTHS, net, rules)

    def told(outcome, names):
        return [(names[w.ad], w.slot, w.due, w.payment_action) for w in outcome.winners]

    names = [everything.ad_id[place] for place in chosen]
    assert (cut.worth, told(cut, names)) == (whole.worth, told(whole, everything.ad_id))


@given(st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([None, 4]))
@settings(max_examples=60, deadline=None)
def test_the_compiled_page_is_the_plain_one_and_follows_from_the_ads_alone(seed, ads, payers):
    decision, everything = some_decision(seed, candidates=200), some_ads(seed, ads, payers=payers)
    rules, net, pages = rules_for(decision, POLICY), net_of(decision), []
    for kernels in (COMPILED, PLAIN):
        chosen, offer = offered(kernels, everything, WORTHS, rules)
        if not chosen.size:
            return
        came = only(everything, chosen)
        pages.append(auction(kernels, came, WORTHS, net, rules, offer))
        assert same(pages[-1], auction(kernels, came, WORTHS, net, rules))
    assert same(*(replace(outcome, nodes=0) for outcome in pages))


def changed(paid, **fields):
    return replace(paid, outcome=replace(paid.outcome, **fields))


def charged(paid, **fields):
    first, *rest = paid.outcome.winners
    return changed(paid, winners=(first._replace(**fields), *rest))


CHANGES = {
    "bid": lambda paid: replace(paid, ads=replace(paid.ads, bid=paid.ads.bid * 2)),
    "pace": lambda paid: replace(paid, ads=replace(paid.ads, pace=paid.ads.pace / 2)),
    "chances": lambda paid: replace(paid, ads=replace(paid.ads, chances=paid.ads.chances[::-1])),
    "payer": lambda paid: replace(
        paid, ads=replace(paid.ads, campaign_id=("one",) * len(paid.ads.ad_id))
    ),
    "charged for an impression": lambda paid: charged(
        paid, payment_impression=Micros(paid.outcome.winners[0].payment_impression + 1)
    ),
    "charged for an action": lambda paid: charged(paid, payment_action=Micros(0)),
    "due": lambda paid: charged(paid, due=paid.outcome.winners[0].due + 1),
    "runner-up": lambda paid: charged(paid, runner_up=-1),
    "page": lambda paid: changed(
        paid, organic=paid.outcome.organic[::-1].copy(), ad=paid.outcome.ad[::-1].copy()
    ),
    "displaced": lambda paid: changed(paid, displaced=paid.outcome.displaced[:-1]),
    "worth": lambda paid: changed(paid, worth=paid.outcome.worth + DUE_UNIT),
    "winner left out": lambda paid: changed(paid, winners=paid.outcome.winners[1:]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_paid_part_does_not_replay(change):
    decision, policy = some_paid(4)
    again = replace(decision, paid=CHANGES[change](decision.paid))

    assert replay(COMPILED, decision, policy, some_prices()).identical
    assert any(
        difference.startswith("paid")
        for difference in replay(COMPILED, again, policy, some_prices()).differences
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda d: replace(d, surface=SURFACES.index("following")), "the policy allows no ads there"),
        (lambda d: replace(d, personalised=False), "without consent"),
    ],
)  # fmt: skip
def test_ads_where_none_may_be_are_found_out(wrong, said):
    decision, policy = some_paid(4)
    ads = decision.paid.ads
    ads = replace(ads, contextual=np.zeros(ads.item.size, np.uint8))
    decision = wrong(replace(decision, paid=replace(decision.paid, ads=ads)))

    assert said in str(replay(COMPILED, decision, policy, some_prices()).differences)


def test_without_ads_a_receipt_has_the_bytes_it_had_before_there_were_any():
    sections = b"".join(b"".join(encode(some_decision(seed))) for seed in range(20))

    assert hashlib.blake2b(sections, digest_size=8).hexdigest() == "fefc16504eff3c75"


def test_the_organic_part_of_a_receipt_does_not_change_when_ads_come():
    decision, _ = some_paid(4)

    alone, with_ads = encode(replace(decision, paid=None)), encode(decision)

    assert alone[1] == with_ads[1]
    length = [int.from_bytes(first[:4], "little") for first in (alone[0], with_ads[0])]
    assert alone[0][4 + length[0] :] == with_ads[0][4 + length[1] :]


def test_what_is_bought_counts_for_no_more_than_its_most():
    ads = some_ads(1, 30)

    chances, _ = offers(COMPILED, ads, WORTHS)

    assert np.all(chances[ads.bought < 0] == 1.0)
    assert np.all(chances[ads.bought >= 0] <= ads.chance_max[ads.bought >= 0])


def test_posts_that_were_pushed_off_are_looked_at_by_nobody():
    decision, _ = some_paid(4)
    attention = 1 / (1 + 0.06 * np.arange(10))
    posts = decision.choice.pool_index.size

    weights = decision.paid.weights(attention, posts)

    stands = {place: slot for slot, place in enumerate(decision.paid.outcome.organic) if place >= 0}
    assert weights.tolist() == [attention[stands[n]] if n in stands else 0.0 for n in range(posts)]
    assert (weights == 0).sum() == decision.paid.outcome.displaced.size > 0
