"""Named policies, so that nobody must guess micros per like.

The unit is what a community can feel: a minute that somebody truly gave. `balanced` calls it 20,000 micros (2 fen).
People come back for what was worth their minute, so that is what is paid for, and the rest by how much rarer, and how
much longer lasting, it is:

* long view: the minute; watch: half a minute for each one watched, since time alone says less; click: nothing, a cover
  that promises is no minute yet.
* like: half a minute; comment and share: one; follow: the follower returns some times, three; profile visit: a tenth.
* watching counts as far as somebody may truly be there: ten minutes of a clip, an hour of a live room, three hours of
  a film, a minute of all else.
* shop visit: half a minute; order: twenty, what a merchant gladly pays for a customer.
* not interested: takes back four minutes; hide: eight; report: sixty.

`growth` doubles what brings people back and on (share, follow, comment); `commerce` multiplies what leads to the shop.
"""

from typing import Final

from lodestone.traffic.policy import Policy, Promise

MINUTE: Final = 20_000
_BALANCED: Final = {
    "watch": MINUTE / 120,
    "click": 0,
    "long_view": MINUTE,
    "like": MINUTE / 2,
    "comment": MINUTE,
    "share": MINUTE,
    "follow": MINUTE * 3,
    "profile_visit": MINUTE / 10,
    "shop_visit": MINUTE / 2,
    "order": MINUTE * 20,
    "not_interested": -MINUTE * 4,
    "hide": -MINUTE * 8,
    "report": -MINUTE * 60,
}
_TIMES: Final = {
    "balanced": {},
    "growth": {"share": 2, "follow": 2, "comment": 2},
    "commerce": {"shop_visit": 10, "order": 5, "profile_visit": 5},
}
PROMISES: Final = (
    Promise(id="first_impressions", kind="first_impressions", target=0.99, price_cap=4.0),
    Promise(id="local_share", kind="local_share", target=0.2, price_cap=2.0),
    Promise(id="gini", kind="gini", direction="cap", target=0.6, price_cap=2.0),
    Promise(id="exploration", kind="exploration", target=0.02, price_cap=0.0),
    Promise(id="small_creators", kind="small_creators", target=0.3, price_cap=0.25, enabled=False),
)
WATCH_CAPS: Final = {"video": 600, "live": 3_600, "film": 10_800}
CREATOR_SHARE: Final = 0.3
"""What the authors of a page have of the ads on it."""
NAMES: Final = tuple(_TIMES)


def preset(name: str) -> Policy:
    """Return a named policy, version 0.

    >>> preset("balanced").worths["follow"]
    60000
    """
    worths = {
        outcome: round(worth * _TIMES[name].get(outcome, 1)) for outcome, worth in _BALANCED.items()
    }
    return Policy(
        name=name,
        worths=worths,
        promises=PROMISES,
        watch_caps=dict(WATCH_CAPS),
        creator_share=CREATOR_SHARE,
    )
