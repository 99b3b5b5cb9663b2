"""The policies that are set side by side: what each asks of the engine, by its public interface alone.

All keep the same house rules (so many posts of one maker in a page, spacing, a fortnight before anything is shown
again) and the same predictor. They differ in what they want and in whether they know anybody:

* `popularity`: nobody lets themselves be known, so the engine shows everybody its non-personalised form (place,
  language and what all make of a post); no promises, no chance slots.
* `engagement`: everybody is known; only watching, clicks, likes, comments and shares have a worth, whatever they led to;
  no promises.
* `no_promises`: the balanced worths, no promises, no chance slots.
* `engine`: the balanced worths and every promise.
* `attention`: every promise, and worths that leave trade aside: what people give of themselves, and what they refuse. Beside
  `engagement` it shows what promises do, beside `engine` what worths do.
"""

from typing import Any, Final

Json = dict[str, Any]
ARMS: Final = ("popularity", "engagement", "no_promises", "attention", "engine")
WORDS: Final = {
    "popularity": "popularity",
    "engagement": "engagement only",
    "no_promises": "engine without promises",
    "attention": "engine, trade aside",
    "engine": "engine",
}
_REFUSED: Final = ("not_interested", "hide", "report")
_ENGAGEMENT: Final = {
    "watch": 333,
    "click": 2_500,
    "long_view": 5_000,
    "like": 10_000,
    "comment": 40_000,
    "share": 80_000,
}
"""What a feed that maximises engagement counts: a click at an eighth of a minute watched, a share at four."""
_ATTENTION: Final = (
    "watch",
    "click",
    "long_view",
    "like",
    "comment",
    "share",
    "follow",
    "profile_visit",
)
GINI: Final = 0.6
"""Exposure Gini aimed at, the target every community starts with; without promises it stands well above."""
LOCAL: Final = 0.5
"""Share of discover from within ten kilometres; without promises it stands well below."""


def personal(arm: str) -> bool:
    """Say whether people let themselves be known under an arm."""
    return arm != "popularity"


def policy(arm: str, balanced: Json, *, gini: float = GINI, local: float = LOCAL) -> Json:
    """Return an arm's policy.

    Args:
        arm: One of `ARMS`.
        balanced: The policy that a new community starts with.
        gini: The engine's target.
        local: The engine's target.
    """
    assert arm in ARMS
    # The town's truth counts the first minute of a look, as decisions foresee it.
    balanced = {**balanced, "watch_caps": {}}
    targets = {"gini": gini, "local_share": local}
    worths = balanced["worths"]
    if arm in ("engine", "attention"):
        kept = _ATTENTION + _REFUSED if arm == "attention" else tuple(worths)
        promises = [
            {**one, "target": targets.get(one["kind"], one["target"])}
            for one in balanced["promises"]
        ]
        worths = {name: worth for name, worth in worths.items() if name in kept}
        return {**balanced, "name": arm, "worths": worths, "promises": promises}
    if arm == "engagement":
        worths = dict(_ENGAGEMENT)
    off = [{**one, "enabled": False} for one in balanced["promises"]]
    # Without promises no post waits for its chance: what is posted may be shown to anybody at once.
    return {
        **balanced,
        "name": arm,
        "worths": worths,
        "promises": off,
        "exploration_share": 0.0,
        "public_gate": 0.0,
    }
