"""What each ad of a page offered, what it pays and whom it displaced, in words and numbers."""

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.view import DirectoryView
from lodestone.services.feed.messages import AdNote, AdRunnerUp, AdStep
from lodestone.traffic.auction.inputs import DUE_UNIT, WEIGHT_ONE
from lodestone.traffic.auction.outcome import PaymentRule, Winner
from lodestone.traffic.choose import rules_of
from lodestone.traffic.decision import Decision
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.paid import (
    PaidPart,
    offers,
    page_rules,
    slate_net,
    with_steps,
)
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import NET_UNIT


def ad_notes(
    kernels: Kernels, decision: Decision, policy: Policy, net: Ints, directory: DirectoryView
) -> list[AdNote]:
    """Explain the ads on a page, first slot first.

    Args:
        kernels: Compiled or plain.
        decision: With or without ads.
        policy: The one it names.
        net: Shape (pool,). Net scores of its pool.
        directory: The names.
    """
    if decision.paid is None:
        return []
    attention = rules_of(policy, decision.slots, 0.0).attention
    slate = slate_net(net, decision.choice)
    rules = page_rules(policy, attention, slate.size, decision.pinned)
    worths = np.array(worth_vector(policy))
    paid = with_steps(kernels, decision.paid, worths, slate, rules)
    action, user = offers(kernels, paid.ads, worths)
    rows = decision.pool.item[decision.choice.pool_index[paid.outcome.displaced]]
    displaced = [directory.item_id(row) for row in rows.tolist()]
    return [
        _note(paid, winner, action.tolist(), user.tolist(), displaced, directory)
        for winner in paid.outcome.winners
    ]


def _note(
    paid: PaidPart,
    winner: Winner,
    action: list[float],
    user: list[float],
    displaced: list[str],
    directory: DirectoryView,
) -> AdNote:
    ads, ad = paid.ads, winner.ad
    bought = int(ads.bought[ad])
    steps = np.zeros((0, 2), np.int64) if winner.steps is None else winner.steps
    return AdNote(
        slot=winner.slot + 1,
        ad_id=ads.ad_id[ad],
        campaign_id=ads.campaign_id[ad],
        advertiser_id=ads.advertiser_id[ad],
        item_id=directory.item_id(int(ads.item[ad])),
        bought=OUTCOMES[bought] if bought >= 0 else "impression",
        bid=int(ads.bid[ad]),
        pace=float(ads.pace[ad]),
        expected_action=round(action[ad], 6),
        user_value=round(user[ad], 3),
        payment=paid.payment(winner),
        due=round(winner.due / DUE_UNIT, 6),
        rule=PaymentRule(paid.outcome.rule).name.lower(),
        runner_up=_runner_up(paid, winner.runner_up, action),
        displaced=displaced,
        organic_loss=round(winner.organic_loss / DUE_UNIT, 6),
        others_loss=round(winner.others_loss / DUE_UNIT, 6),
        own_cost=round(winner.own_cost / DUE_UNIT, 6),
        steps=[
            AdStep(bid=bid / NET_UNIT, attention=weight / WEIGHT_ONE)
            for bid, weight in steps.tolist()
        ],
        explored=ad == paid.explored,
    )


def _runner_up(paid: PaidPart, ad: int, action: list[float]) -> AdRunnerUp | None:
    if ad < 0:
        return None
    ads = paid.ads
    offered = round(float(ads.bid[ad]) * action[ad] * float(ads.pace[ad]), 3)
    return AdRunnerUp(ad_id=ads.ad_id[ad], campaign_id=ads.campaign_id[ad], offered=offered)
