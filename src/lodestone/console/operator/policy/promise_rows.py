"""The constraint table as rows of a form: the built-in promises, a community's own shares, and one row for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args, get_type_hints

import msgspec

from lodestone.console.operator.policy.entries import write_number, write_share
from lodestone.console.words import Words
from lodestone.traffic.policy import PROMISE_CUSTOM, PROMISE_MAX, Promise
from lodestone.traffic.presets import PROMISES

OWN_MAX: Final = PROMISE_MAX - PROMISE_CUSTOM
"""How many shares of its own a community may promise."""
DIRECTIONS: Final = ("floor", "cap")
SELECTS: Final[tuple[str, ...]] = tuple(
    get_arg for part in get_args(get_type_hints(Promise)["field"]) for get_arg in get_args(part)
)
"""What an own share may select posts by."""
ON: Final = "on"
BUILT_IN: Final = tuple(promise.kind for promise in PROMISES)
"""In the order in which the form shows them."""


@dataclass(frozen=True, slots=True)
class PromiseWords:
    """How a built-in promise is said."""

    name: str
    sentence: str


def said(words: Words) -> Mapping[str, PromiseWords]:
    """Return name and sentence of every built-in promise, by kind."""
    say = words.say
    return {
        "first_impressions": PromiseWords(say("A start for new posts"), say("The share of the first impressions planned for new posts that they are to have.")),
        "local_share": PromiseWords(say("Room for neighbours"), say("The share of Discover that goes to nearby posts, for viewers who are in a place.")),
        "gini": PromiseWords(say("An even spread"), say("How unevenly creators may be shown, from 0 (all alike) to 1 (one has all).")),
        "exploration": PromiseWords(say("Room for chance"), say("Kept by a draw in every feed; its share is set above, under how a page is put together.")),
        "small_creators": PromiseWords(say("Room for small creators"), say("The share of impressions that goes to creators with fewer followers than most.")),
    }  # fmt: skip


def built_in(promises: Sequence[Promise], kind: str) -> Promise:
    """Return a built-in promise of a policy; where it has none, the preset's, not kept."""
    standing = next((promise for promise in promises if promise.kind == kind), None)
    if standing is not None:
        return standing
    usual = next(promise for promise in PROMISES if promise.kind == kind)
    return msgspec.structs.replace(usual, enabled=False)


def own(promises: Sequence[Promise]) -> list[Promise]:
    """Return a policy's own shares."""
    return [promise for promise in promises if promise.kind == "share"]


def fill(promises: Sequence[Promise]) -> dict[str, str]:
    """Write a policy's promises into the fields of the form."""
    typed: dict[str, str] = {}
    for kind in BUILT_IN:
        typed |= _levels(f"promise.{kind}", built_in(promises, kind))
    for at, promise in enumerate(own(promises)):
        row = f"own.{at}"
        typed |= _levels(row, promise) | {
            f"{row}.id": promise.id, f"{row}.direction": promise.direction,
            f"{row}.field": promise.field or "", f"{row}.equals": promise.equals or "",
        }  # fmt: skip
    return typed


def _levels(row: str, promise: Promise) -> dict[str, str]:
    gini = promise.kind == "gini"
    target = write_number(promise.target) if gini else write_share(promise.target)
    typed = {f"{row}.target": target, f"{row}.cap": write_number(promise.price_cap)}
    return typed | ({f"{row}.on": ON} if promise.enabled else {})


def rows_of(typed: Mapping[str, str]) -> list[int]:
    """Return the numbers of the own shares that a form has, and of one empty row after them."""
    used = [at for at in range(OWN_MAX) if typed.get(f"own.{at}.id", "").strip()]
    spare = (used[-1] if used else -1) + 1
    return [*used, *([spare] if spare < OWN_MAX else [])]


def direction(words: Words, value: str) -> str:
    """Name a direction."""
    return {"floor": words.say("at least"), "cap": words.say("at most")}[value]


def selects(words: Words, value: str) -> str:
    """Name what an own share selects posts by."""
    say = words.say
    return {
        "kind": say("kind of post"), "channel": say("channel"), "profession": say("profession"),
        "language": say("language"), "tag": say("tag"), "author_id": say("author"),
    }[value]  # fmt: skip
