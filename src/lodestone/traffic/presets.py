"""Named policies, so that nobody must guess micros per like.

The unit is what a community can feel: a minute of attention given freely. `balanced` calls it 20,000 micros
(2 fen), and derives the rest by how much rarer, and how much longer lasting, an outcome is:

* click: an eighth of a minute; long view: a quarter; like: half a minute; comment: two; share: four.
* follow: the follower returns about ten times, a minute each: ten minutes; profile visit: half a minute.
* shop visit: five minutes; order: sixty, what a merchant gladly pays for a customer.
* not interested: takes back four minutes; hide: eight; report: sixty.

`growth` doubles what brings people back and on (share, follow, comment); `commerce` multiplies what leads to the shop.
"""

from typing import Final

from lodestone.traffic.policy import Policy, Promise

MINUTE: Final = 20_000
_BALANCED: Final = {
    "watch": MINUTE / 60,
    "click": MINUTE / 8,
    "long_view": MINUTE / 4,
    "like": MINUTE / 2,
    "comment": MINUTE * 2,
    "share": MINUTE * 4,
    "follow": MINUTE * 10,
    "profile_visit": MINUTE / 2,
    "shop_visit": MINUTE * 5,
    "order": MINUTE * 60,
    "not_interested": -MINUTE * 4,
    "hide": -MINUTE * 8,
    "report": -MINUTE * 60,
}
_TIMES: Final = {
    "balanced": {},
    "growth": {"share": 2, "follow": 2, "comment": 2},
    "commerce": {"shop_visit": 3, "order": 3, "click": 2, "profile_visit": 2},
}
PROMISES: Final = (
    Promise(id="first_impressions", kind="first_impressions", target=0.99, price_cap=4.0),
    Promise(id="local_share", kind="local_share", target=0.2, price_cap=2.0),
    Promise(id="gini", kind="gini", direction="cap", target=0.6, price_cap=2.0),
    Promise(id="exploration", kind="exploration", target=0.02, price_cap=0.0),
    Promise(id="small_creators", kind="small_creators", target=0.3, price_cap=0.25, enabled=False),
)
NAMES: Final = tuple(_TIMES)


def preset(name: str) -> Policy:
    """Return a named policy, version 0.

    >>> preset("balanced").worths["follow"]
    200000
    """
    worths = {
        outcome: round(worth * _TIMES[name].get(outcome, 1)) for outcome, worth in _BALANCED.items()
    }
    return Policy(name=name, worths=worths, promises=PROMISES)
