"""What of a policy may be turned on a form: each field's name, its sentence, its unit and its range."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from lodestone.console.words import Words
from lodestone.events.outcomes import OUTCOMES
from lodestone.services.policy.policies import LIMITS, WATCH_SECONDS_MAX, WORTH_MAX
from lodestone.traffic.policy import WATCH_KINDS

Unit = Literal["money", "share", "number", "whole", "choice"]
OUT_OF_REACH: Final = "out_of_reach"
CHOICES: Final = ("leave_out", "grey")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    name: str
    """Of the input: `worth.like`, `diversity`, `watch.film`."""
    label: str
    sentence: str
    """Says in one sentence what it does."""
    unit: Unit
    low: float = 0.0
    """The least that is allowed, in the unit of the policy: micros, a share of 1."""
    high: float = 0.0
    after: str = ""
    """What stands behind the number, such as days."""
    empty: str = ""
    """What it means when nothing is typed; empty where a number is needed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    id: str
    title: str
    sentence: str
    fields: tuple[Field, ...]


def groups(words: Words) -> tuple[Group, ...]:
    """Return the form's fields, but for its promises."""
    say = words.say
    return (
        Group(
            "worths", say("What an outcome is worth"),
            say("What one more of each outcome is worth to the community. Posts are ordered by what they may bring about, weighed by these."),
            _worths(words),
        ),
        Group(
            "slate", say("How a page is put together"),
            say("How chance, ads and authors share the slots of a page."), _slate(words),
        ),
        Group(
            "gates", say("Who may be shown to everybody"),
            say("Gates that a post or creator passes before the whole public sees it, and what a new post is promised."),
            _gates(words),
        ),
        Group(
            "seen", say("What is not shown again"),
            say("How long a post stays away from somebody who has had it before."), _seen(words),
        ),
        Group(
            "watch", say("How much watching counts"),
            say("The longest watching of one post that counts as value in reports, by kind of post."),
            _watch(words),
        ),
    )  # fmt: skip


def _worths(words: Words) -> tuple[Field, ...]:
    sentences = _worth_sentences(words)
    return tuple(
        Field(
            f"worth.{name}", outcome(words, name), sentences[name], "money",
            -WORTH_MAX, WORTH_MAX,
        )
        for name in OUTCOMES
    )  # fmt: skip


def outcome(words: Words, name: str) -> str:
    """Name an outcome as a field, or a line of a table, has it."""
    say = words.say
    return {
        "watch": say("A second of watching"), "click": say("A click"),
        "long_view": say("A long view"), "like": say("A like"), "comment": say("A comment"),
        "share": say("A share"), "follow": say("A new follower"),
        "profile_visit": say("A visit to the author's page"), "shop_visit": say("A visit to the shop"),
        "order": say("An order"), "not_interested": say("“Not interested”"), "hide": say("A post hidden"),
        "report": say("A report"),
    }[name]  # fmt: skip


def _worth_sentences(words: Words) -> dict[str, str]:
    say = words.say
    return {
        "watch": say("What each second brings that somebody watches, up to the cap below; a minute is worth sixty times this."),
        "click": say("What it brings when somebody opens a post."),
        "long_view": say("What it brings when somebody stays with a post for nine seconds or more."),
        "like": say("What it brings when somebody likes a post."),
        "comment": say("What it brings when somebody comments on a post."),
        "share": say("What it brings when somebody shares a post."),
        "follow": say("What it brings when somebody follows the author, and so comes back."),
        "profile_visit": say("What it brings when somebody looks at the author's page."),
        "shop_visit": say("What it brings when somebody walks into the shop."),
        "order": say("What it brings when somebody orders."),
        "not_interested": say("What it costs when somebody wants no more of a kind: a minus takes value away."),
        "hide": say("What it costs when somebody hides a post: a minus takes value away."),
        "report": say("What it costs when somebody reports a post: a minus takes value away."),
    }  # fmt: skip


def _limited(
    name: str, label: str, sentence: str, unit: Unit, after: str = "", empty: str = ""
) -> Field:
    low, high = LIMITS[name]
    return Field(name, label, sentence, unit, low, high, after, empty)


def _slate(words: Words) -> tuple[Field, ...]:
    say = words.say
    return (
        _limited("exploration_share", say("Room for chance"), say("The share of slots that chance fills, so that the engine goes on learning."), "share"),
        _limited("ad_load", say("Ad load"), say("The most of a page that ads may take; at 0 no ad is shown."), "share"),
        _limited("ad_exploration", say("Ads to learn of"), say("The most of a day's paid slots that go to campaigns of which little is known yet."), "share"),
        _limited("creator_share", say("Creators' share of ads"), say("The part of what an ad is charged that goes to the authors of the other posts on its page."), "share"),
        _limited("author_max", say("Slots of one author"), say("The most slots that one author may have on a page."), "whole"),
        _limited("author_gap", say("Distance of one author's posts"), say("How many slots lie at least between two posts of one author."), "whole"),
        _limited("diversity", say("Price of a repeated topic"), say("What each repeat of a topic costs, in mean slot values: more mixes pages more."), "number"),
        _limited("attention_decay", say("Attention lost per slot"), say("How fast attention falls down the page: slot s gets 1 / (1 + this * (s - 1))."), "number"),
        _limited("place_radius_km", say("Radius of “nearby”"), say("How far away something may be to count as nearby."), "number", say("km")),
        Field(OUT_OF_REACH, say("Products out of reach"), say("What happens to a product whose shop does not deliver to where the viewer is."), "choice"),
    )  # fmt: skip


def _gates(words: Words) -> tuple[Field, ...]:
    say = words.say
    return (
        _limited("public_gate", say("Gate to the public"), say("A climbing post must be better than this share of the posts that are public already."), "share"),
        _limited("merit_gate", say("Merit gate"), say("Creators whose best post is worse than this share of all do not count toward the even spread."), "share"),
        _limited("merit_impressions_min", say("Impressions before the merit gate"), say("So many impressions a creator's posts must have had before the merit gate may keep them out."), "whole"),
        _limited("first_impressions_min", say("First impressions, at least"), say("The fewest impressions that a new post is promised, however small the community."), "whole"),
        _limited("first_impressions_max", say("First impressions, at most"), say("The most impressions that a new post is promised, however large the community."), "whole"),
    )  # fmt: skip


def _seen(words: Words) -> tuple[Field, ...]:
    say = words.say
    days, ever = say("days"), say("for good")
    return (
        _limited("seen_days", say("After it was seen"), say("How long a post stays away that somebody has seen."), "whole", days),
        _limited("read_days", say("After it was read"), say("How long a post stays away that the app says was read."), "whole", days, ever),
        _limited("liked_days", say("After it was liked"), say("How long a post stays away that somebody liked, commented on or shared."), "whole", days, ever),
        _limited("bought_days", say("After it was bought"), say("How long a product stays away that somebody bought."), "whole", days, ever),
    )  # fmt: skip


def _watch(words: Words) -> tuple[Field, ...]:
    say = words.say
    seconds, minute = say("seconds"), say("60 seconds")
    sentence: dict[str, Callable[[], tuple[str, str]]] = {
        "video": lambda: (say("A video"), say("Seconds of a video under ten minutes that count.")),
        "picture": lambda: (say("A picture"), say("Seconds with a picture that count.")),
        "text": lambda: (say("A text"), say("Seconds with a text that count.")),
        "live": lambda: (say("A live room"), say("Seconds in a live room that count.")),
        "product": lambda: (say("A product"), say("Seconds with a product that count.")),
        "film": lambda: (say("A film"), say("Seconds of a video of ten minutes or more that count.")),
    }  # fmt: skip
    return tuple(
        Field(f"watch.{kind}", *sentence[kind](), "whole", 1, WATCH_SECONDS_MAX, seconds, minute)
        for kind in WATCH_KINDS
    )


def choice(words: Words, value: str) -> str:
    """Name a choice of what happens to products out of reach."""
    say = words.say
    return {"leave_out": say("left out"), "grey": say("shown in grey, not to be ordered")}[value]
