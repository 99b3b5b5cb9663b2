"""The paid part of a decision as plain values for its receipt, and back."""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.money import Micros
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.traffic.auction.outcome import Outcome, PaymentRule, Winner
from lodestone.traffic.paid import PaidAds, PaidPart

_COLUMNS: Final = (
    ("item", "<i4"), ("author", "<i4"), ("bid", "<i8"), ("bought", "<i1"), ("chance_max", "<f8"),
    ("pace", "<f8"), ("reserve", "<f8"), ("contextual", "<u1"),
)  # fmt: skip


class StoredWinner(msgspec.Struct, frozen=True, array_like=True):
    """`Winner`; `steps` are pairs."""

    ad: int
    slot: int
    weight: int
    bid: int
    due: int
    payment_impression: int
    payment_action: int
    organic_loss: int
    others_loss: int
    own_cost: int
    runner_up: int
    steps: tuple[tuple[int, int], ...] | None


class StoredPaid(msgspec.Struct, frozen=True, array_like=True):
    """`PaidPart`, chances as bytes, little-endian."""

    names: tuple[tuple[str, str, str], ...]
    """Ad, campaign and advertiser of each."""
    columns: tuple[list[int | float], ...]
    """Those of `_COLUMNS`, in their order."""
    chances: bytes
    gathered: int
    organic: tuple[int, ...]
    ad: tuple[int, ...]
    rule: int
    worth: int
    worth_without_ads: int
    winners: tuple[StoredWinner, ...]
    reason: bytes
    nodes: int
    displaced: tuple[int, ...]
    explored: int = -1
    """Of none in a receipt that was written before any ad was."""


def stored(paid: PaidPart) -> StoredPaid:
    """Return what a receipt holds of a paid part."""
    ads, outcome = paid.ads, paid.outcome
    return StoredPaid(
        names=tuple(zip(ads.ad_id, ads.campaign_id, ads.advertiser_id, strict=True)),
        columns=tuple([getattr(ads, name).tolist() for name, _ in _COLUMNS]),
        chances=np.ascontiguousarray(ads.chances, "<u2").tobytes(),
        gathered=paid.gathered,
        organic=tuple(outcome.organic.tolist()),
        ad=tuple(outcome.ad.tolist()),
        rule=int(outcome.rule),
        worth=outcome.worth,
        worth_without_ads=outcome.worth_without_ads,
        winners=tuple([_stored_winner(winner) for winner in outcome.winners]),
        reason=outcome.reason.tobytes(),
        nodes=outcome.nodes,
        displaced=tuple(outcome.displaced.tolist()),
        explored=paid.explored,
    )


def restored(paid: StoredPaid) -> PaidPart:
    """Read a paid part back. Raises ValueError where columns do not fit."""
    count = len(paid.names)
    columns: dict[str, Any] = {
        name: _fitting(np.array(column, kind), count)
        for (name, kind), column in zip(_COLUMNS, paid.columns, strict=True)
    }
    names = list(zip(*paid.names, strict=True)) or [(), (), ()]
    chances = _column(paid.chances, "<u2", count * OUTCOME_COUNT).reshape(count, OUTCOME_COUNT)
    ads = PaidAds(
        ad_id=names[0], campaign_id=names[1], advertiser_id=names[2], chances=chances, **columns
    )
    outcome = Outcome(
        organic=np.array(paid.organic, np.int64),
        ad=np.array(paid.ad, np.int64),
        rule=PaymentRule(paid.rule),
        worth=paid.worth,
        worth_without_ads=paid.worth_without_ads,
        winners=tuple(_winner(winner) for winner in paid.winners),
        reason=_column(paid.reason, "<u1", count),
        nodes=paid.nodes,
        displaced=np.array(paid.displaced, np.int64),
    )
    return PaidPart(
        ads=ads, gathered=paid.gathered, outcome=outcome, explored=_place(paid.explored, count)
    )


def _column(raw: bytes, kind: str, count: int) -> NDArray[Any]:
    return _fitting(np.frombuffer(raw, kind), count).copy()


def _place(explored: int, count: int) -> int:
    if not -1 <= explored < count:
        raise ValueError("the ad that was explored is none of those that came")
    return explored


def _fitting(column: NDArray[Any], count: int) -> NDArray[Any]:
    if column.size != count:
        raise ValueError("a column of the paid part is as long as no other")
    return column


def _stored_winner(winner: Winner) -> StoredWinner:
    steps = None if winner.steps is None else tuple((bid, p) for bid, p in winner.steps.tolist())
    return StoredWinner(*winner[:-1], steps)


def _winner(winner: StoredWinner) -> Winner:
    steps = None if winner.steps is None else np.array(winner.steps, np.int64).reshape(-1, 2)
    return Winner(
        winner.ad, winner.slot, winner.weight, winner.bid, winner.due,
        Micros(winner.payment_impression), Micros(winner.payment_action), winner.organic_loss,
        winner.others_loss, winner.own_cost, winner.runner_up, steps,
    )  # fmt: skip
