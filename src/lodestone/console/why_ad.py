"""Why an ad, in plain words: who pays and for what, how it was chosen, why this person, and what may stop it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from babel import Locale

from lodestone.console.charts import number
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services.ads.matches import AdOrigin, Match
from lodestone.services.feed.messages import AdNote


class AdTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a viewer is told of an ad, in the reader's language."""

    item_id: str
    payer: str
    """Who pays; the author's name where the advertiser is not there any more."""
    shop_id: str | None
    """Of a shop that advertises."""
    author_id: str | None
    """Of the post that it shows, who is behind whoever pays: of them all ads can be hidden. Null once erased."""
    author: str | None
    paid_for: str
    """What is bought and what it costs."""
    chosen: str
    """How it came to this place."""
    reasons: list[str]
    """Why this viewer: what of its targeting fits them, each a sentence."""
    used: str
    """What of the viewer's was used to choose it."""
    personalised: bool
    """Ads may still go by what the viewer did: there is something to turn off."""


@dataclass(frozen=True, slots=True)
class AdFacts:
    """What an ad's sentences are made of."""

    note: AdNote
    origin: AdOrigin | None
    """None where the ad or whoever paid is not there any more."""
    names: Mapping[str, str]
    """What domains and people are called, by id."""
    author: str | None
    author_id: str | None
    by_deeds: bool
    """What the viewer did was used."""
    personalised: bool
    """The viewer still lets it be used."""


def ad_told(speech: Speech, facts: AdFacts) -> AdTold:
    """Say why an ad stands where it stands."""
    words, origin = speech.words, facts.origin
    payer = (None if origin is None else origin.payer) or facts.author
    return AdTold(
        item_id=facts.note.item_id,
        payer=payer or words.say("Somebody who has left"),
        shop_id=None if origin is None else origin.shop_id,
        author_id=facts.author_id,
        author=facts.author,
        paid_for=_paid_for(speech, facts.note),
        chosen=_chosen(speech, facts.note),
        reasons=_reasons(words, facts),
        used=_used(words, facts),
        personalised=facts.personalised,
    )


def _paid_for(speech: Speech, note: AdNote) -> str:
    say, fields = speech.words.say, {"amount": speech.money(note.payment)}
    return {
        "impression": say("{amount} once it has been on your screen for a second, of a video two.", fields),
        "click": say("{amount} if you open it, and nothing if you do not.", fields),
        "order": say("{amount} if you order because of it, and nothing if you do not.", fields),
        "follow": say("{amount} if you follow because of it, and nothing if you do not.", fields),
        "shop_visit": say("{amount} if you visit the shop because of it, and nothing if you do not.", fields),
        "long_view": say("{amount} if you stay on it, and nothing if you do not.", fields),
    }.get(note.bought, say("{amount} if you do what it is for, and nothing if you do not.", fields))  # fmt: skip


def _chosen(speech: Speech, note: AdNote) -> str:
    words = speech.words
    first = words.say(
        "Ads compete for a place by what they offer, how likely you are to do it, and what seeing them is worth to you."
    )
    rival = (
        words.say("Another ad would have stood here without it.")
        if note.runner_up is not None
        else words.say("No other ad would have stood here without it.")
    )
    price = words.say(
        "It pays what its place costs other ads and the posts that it moves down, never more than it offered."
    )
    return speech.joined(first, rival, price)


def _reasons(words: Words, facts: AdFacts) -> list[str]:
    if facts.origin is None:
        return [words.say("Whom it is for is not kept any more.")]
    if not facts.origin.matches:
        return [words.say("It is for everybody here.")]
    return [_SENTENCES[match.asks](words, match, facts.names) for match in facts.origin.matches]


def _used(words: Words, facts: AdFacts) -> str:
    if facts.by_deeds:
        return words.say(
            "Among the ads that fit, it was also chosen by what you did here: that says how likely you are to want it."
        )
    return words.say(
        "Nothing you did was used to choose it: ads go by place, language, the page and the hour."
    )


def _listed(words: Words, match: Match, names: Mapping[str, str]) -> str:
    return words.say(", ").join(names.get(name, name) for name in match.names)


def _radius(words: Words, match: Match, _: Mapping[str, str]) -> str:
    say, fields = words.say, {"km": number(match.radius_km or 0.0)}
    return {
        "present": say("You were within {km} km of where it advertises.", fields),
        "resident": say("You live within {km} km of where it advertises.", fields),
    }.get(match.who, say("You are, or live, within {km} km of where it advertises.", fields))


def _place(words: Words, match: Match, names: Mapping[str, str]) -> str:
    say, fields = words.say, {"place": _listed(words, match, names)}
    if not match.names:
        return say("You are, or live, in one of the places that it names.")
    return {
        "present": say("You were in {place}.", fields),
        "resident": say("You live in {place}.", fields),
    }.get(match.who, say("You are, or live, in {place}.", fields))


def _channel(words: Words, match: Match, names: Mapping[str, str]) -> str:
    fields = {"names": _listed(words, match, names)}
    if len(match.names) == 1:
        return words.say("You have joined the channel {names}, or looked at it.", fields)
    return words.say("You have joined one of these channels, or looked at it: {names}.", fields)


def _profession(words: Words, match: Match, names: Mapping[str, str]) -> str:
    fields = {"names": _listed(words, match, names)}
    if len(match.names) == 1:
        return words.say("You are of the trade {names}, or looked at its posts.", fields)
    return words.say("You are of one of these trades, or looked at its posts: {names}.", fields)


def _tag(words: Words, match: Match, names: Mapping[str, str]) -> str:
    fields = {"names": _listed(words, match, names)}
    return words.say("You liked posts about this lately, or they are on this page: {names}.", fields)  # fmt: skip


def _language(words: Words, match: Match, _: Mapping[str, str]) -> str:
    known = Locale.parse(words.language).languages
    tongues = words.say(", ").join(str(known.get(name, name)) for name in match.names)
    return words.say("You read in {languages}.", {"languages": tongues})


def _creator(words: Words, match: Match, names: Mapping[str, str]) -> str:
    fields = {"names": _listed(words, match, names)}
    if len(match.names) == 1:
        return words.say("You follow {names}.", fields)
    return words.say("You follow one of these: {names}.", fields)


def _segment(words: Words, match: Match, _: Mapping[str, str]) -> str:
    known = {
        "customers": words.say("You have bought at this shop."),
        "followers": words.say("You follow whoever advertises."),
        "newcomers": words.say("You are new here."),
    }
    if len(match.names) == 1 and match.names[0] in known:
        return known[match.names[0]]
    return words.say("You are in a group of people that the advertiser chose.")


_SENTENCES: Final[Mapping[str, Callable[[Words, Match, Mapping[str, str]], str]]] = {
    "radius": _radius,
    "place": _place,
    "channel": _channel,
    "profession": _profession,
    "tag": _tag,
    "language": _language,
    "creator": _creator,
    "segment": _segment,
    "alike": lambda words, *_: words.say(
        "What you look at is like what people look at whom the advertiser chose."
    ),
}
