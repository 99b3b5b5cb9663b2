"""What speaks most for a post, in words: the largest terms of its value that can be said to a person, and how large each is."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lodestone.console.viewer.feed_page import About
from lodestone.console.words import Words
from lodestone.services.feed.messages import DeedNote, TermNote
from lodestone.services.receipts.explain import Reasons

NAMED: Final = 2
"""Deeds named in one reason."""
_REASONS_MAX: Final = 3
_LEAST_SHARE: Final = 0.02
"""A term worth less than this share of the value is no reason worth a line."""
_TITLE_MAX: Final = 28
"""Characters of a post's first line that stand for its title."""


class ReasonTold(msgspec.Struct, frozen=True, kw_only=True):
    """One term of the value in words."""

    term: str
    text: str
    """Why, as a clause after "because"."""
    micros: float
    """What the value would lose without it."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What reasons are told of."""

    told: Reasons
    shown: About
    titles: Mapping[str, str]
    """By id, what posts are called that the viewer did something with."""


def title_of(words: Words, about: About) -> str | None:
    """Return what a post is called: its first line, else whose it is; None where neither is known."""
    line = next((line.strip() for line in about.text.splitlines() if line.strip()), "")
    if line:
        short = line if len(line) <= _TITLE_MAX else f"{line[:_TITLE_MAX].rstrip()}…"
        return words.say("“{title}”", {"title": short})
    return words.say("a post of {author}", {"author": about.author}) if about.author else None


def because(words: Words, subject: Subject) -> list[ReasonTold]:
    """Tell the largest terms that speak for a post and can be said, the largest first."""
    told = subject.told
    least = max(_LEAST_SHARE * abs(told.value_micros), 0.0)
    reasons = []
    for note in sorted(told.terms, key=lambda note: -note.micros):
        say = _CLAUSES.get(note.term)
        if say is None or note.micros <= least:
            continue
        text = say(words, subject, note)
        if text is not None:
            reasons.append(ReasonTold(term=note.term, text=text, micros=note.micros))
    return reasons[:_REASONS_MAX]


def _alike(words: Words, subject: Subject, note: TermNote) -> str:
    named = [deed for deed in note.deeds if deed.item_id in subject.titles][:NAMED]
    if not named:
        return words.say("people who take to the same things as you took to it")
    titles = [subject.titles[deed.item_id] for deed in named]
    fields = dict(zip(("first", "second"), titles, strict=False))
    return words.say(_done(words, named), fields)


def _done(words: Words, named: list[DeedNote]) -> str:
    """Return the sentence, fields unfilled, for what was done: the same with both, or taken to."""
    say, did = words.say, {deed.did for deed in named}
    one = len(named) == 1
    if did == {"like"}:
        return say("you liked {first}") if one else say("you liked {first} and {second}")
    if did == {"order"}:
        return say("you bought {first}") if one else say("you bought {first} and {second}")
    return say("you took to {first}") if one else say("you took to {first} and {second}")


def _author(words: Words, subject: Subject, _: TermNote) -> str | None:
    author = subject.shown.author
    return words.say("you often stay with {author}", {"author": author}) if author else None


def _topic(words: Words, subject: Subject, _: TermNote) -> str | None:
    tag = subject.told.topic
    return words.say("you often stay with its topic, {tag}", {"tag": tag}) if tag else None


def _private(words: Words, subject: Subject, _: TermNote) -> str:
    author = subject.shown.author
    if author:
        return words.say("you follow {author}", {"author": author})
    return words.say("it comes from those you follow")


_CLAUSES: Final[Mapping[str, Callable[[Words, Subject, TermNote], str | None]]] = {
    "alike": _alike,
    "viewer_author": _author,
    "viewer_topic": _topic,
    "private": _private,
    "popular": lambda words, *_: words.say("many people here took to it"),
    "item": lambda words, *_: words.say("it does well with those who see it"),
    "taste": lambda words, *_: words.say("it is close to what you stayed on before"),
    "viewer_channel": lambda words, *_: words.say("you often stay in its channel"),
    "place": lambda words, *_: words.say("it comes from your neighbourhood"),
    "channel": lambda words, *_: words.say("it comes through its channel"),
    "profession": lambda words, *_: words.say("it comes from people of the trade"),
    "distance": lambda words, *_: words.say("it is close to where you are"),
    "haunts": lambda words, *_: words.say("it is near where you often are"),
    "next": lambda words, *_: words.say("people go on there from where you were"),
    "hour": lambda words, *_: words.say("people go there at this hour"),
    "weekday": lambda words, *_: words.say("people go there on this day of the week"),
}
"""How each term is said. Terms that say nothing of this post and this viewer, such as `bias`, are not."""
