"""What outcomes are worth in the oracles: two policies, whole micros, so that sums are exact in any order."""

import numpy as np

from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.features.layout import KINDS
from lodestone.insight.credit import Catalogue
from lodestone.insight.worths import Worths
from lodestone.traffic.policy import WATCH_KINDS
from tests.oracles.edges import DOMAINS
from tests.oracles.facts import ITEMS, owner_of

MICROS = {
    FactKind.LIKE: 40, FactKind.COMMENT: 80, FactKind.SHARE: 160, FactKind.FOLLOW: 400, FactKind.ORDER: 8_000, FactKind.HIDE: -20,
    FactKind.WATCH: 60_000,
}  # fmt: skip
"""Of the first policy, `watch` by the minute; the second, from receipt `SECOND` on, pays twice as much."""
SECOND = 8
CAPS = {1: {}, 2: {"video": 100, "film": 170, "live": 130}}
"""The most seconds that count by policy and kind of item; 60 where none is named."""
KIND = ("video", "picture", "live", "video", "video", "text")
SECONDS = (30.0, np.nan, np.nan, 599.0, 600.0, 900.0)
"""How long each item is: the fifth is a film."""


def catalogue():
    """Return what reports know of the items."""
    codes = [([*some, -1, -1])[:2] for some in DOMAINS]
    return Catalogue(
        owner=np.array([owner_of(item) for item in range(ITEMS)]), domains=np.array(codes),
        kind=np.array([KINDS.index(kind) for kind in KIND]), duration=np.array(SECONDS),
    )  # fmt: skip


def worths():
    """Return the two policies as reports read them."""
    by_version, caps = {}, {}
    for version in (1, 2):
        by_version[version] = np.zeros(OUTCOME_COUNT)
        for kind, micros in MICROS.items():
            by_version[version][kind] = micros * version
        caps[version] = np.array([float(CAPS[version].get(kind, 60)) for kind in WATCH_KINDS])
    return Worths(by_version, np.array([0, SECOND]), np.array([1, 2]), caps)


def micros_of(fact, receipt):
    """Return what an outcome or a join is worth in the policy of a receipt."""
    version = 2 if receipt >= SECOND else 1
    kind = FactKind.FOLLOW if fact.kind == FactKind.JOIN else fact.kind
    micros = MICROS.get(kind, 0) * version
    if kind == FactKind.WATCH:
        film = KIND[fact.item] == "video" and SECONDS[fact.item] >= 600
        cap = CAPS[version].get("film" if film else KIND[fact.item], 60)
        micros *= min(fact.value / 1000, cap) / 60
    return micros
