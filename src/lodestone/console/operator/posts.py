"""Posts as the operator's pages draw them: picture and words in place of an id. One statement reads all of a page's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.content.item import picture_name
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

_TEXT_MAX: Final = 160
"""Characters of a post's words."""


@dataclass(frozen=True, slots=True)
class PostCard:
    """One post in the reader's words."""

    id: str
    href: str
    text: str
    """Its words, cut; what it is where it has none."""
    picture: str | None
    """Address of its first picture, where the media store has it."""
    kind: str
    author: str
    """By name; empty once they are erased."""
    author_href: str
    standing: str
    """Why it is in no feed, or shown with a warning; empty for neither."""


def address_of(kind: str, name: str) -> str:
    """Return the address of the operator's page of a person, an item or another thing.

    >>> address_of("items", "a/b c")
    '/operator/items/a%2Fb%20c'
    """
    return f"/operator/{kind}/{quote(name, safe='')}"


def cards_of(engine: Engine, ids: Iterable[str], speech: Speech) -> dict[str, PostCard]:
    """Return cards of posts by id, of those there are. It reads the records: call it in a thread of theirs.

    Args:
        engine: Of the community.
        ids: The posts'.
        speech: How to say it.
    """
    stored = use_cases.stored(engine)
    items = stored.items_called(ids)
    authors = stored.people_called(
        record.author_id for record in items.values() if record.author_id is not None
    )
    cards = {}
    for name, record in items.items():
        author = None if record.author_id is None else authors.get(record.author_id)
        picture = picture_name(record.given)
        cards[name] = PostCard(
            id=name, href=address_of("items", name), text=_text(record.given.text, record.given.kind, speech.words),
            picture=None if picture is None else f"/media/{picture}",
            kind=kind_name(record.given.kind, speech.words),
            author="" if author is None else author.given.name or author.id,
            author_href="" if author is None else address_of("people", author.id),
            standing=_standing(record.given.state, record.ruling, speech.words),
        )  # fmt: skip
    return cards


def kind_name(kind: str, words: Words) -> str:
    """Name what kind of post it is."""
    return {
        "video": words.say("video"), "picture": words.say("picture"), "text": words.say("text"),
        "live": words.say("live room"), "product": words.say("product"),
    }[kind]  # fmt: skip


def _text(text: str, kind: str, words: Words) -> str:
    plain = " ".join(text.split())
    if not plain:
        return words.say("A post without words ({kind})", {"kind": kind_name(kind, words)})
    return plain if len(plain) <= _TEXT_MAX else f"{plain[:_TEXT_MAX]}…"


def _standing(state: str, ruling: int, words: Words) -> str:
    if state == "withdrawn":
        return words.say("withdrawn")
    if state == "draft":
        return words.say("a draft")
    return ("", words.say("shown with a warning"), words.say("hidden"))[ruling]
