"""In whose language a page's words are read: names and texts in the reader's words where their app has sent them.

The language is the present request's, in its task and in the threads that read for it, as who acts is.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, Protocol

import msgspec

from lodestone.base.translations import TranslatedName, TranslatedWords, name_for, translated
from lodestone.commerce.shop import ShopOut
from lodestone.content.item import ItemIn

_READER: Final[ContextVar[str]] = ContextVar("reader", default="")
"""A language as a page's `lang` says it; empty where nobody reads, which leaves everything in its own words."""


class _Named(Protocol):
    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def translations(self) -> Mapping[str, TranslatedName | TranslatedWords]:
        """By language."""
        ...


class _Titled(Protocol):
    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def translations(self) -> Mapping[str, TranslatedWords]:
        """By language; a title in others is their `name`."""
        ...


class _Worded(Protocol):
    @property
    def text(self) -> str:
        """What is said of it."""
        ...

    @property
    def translations(self) -> Mapping[str, TranslatedWords]:
        """By language."""
        ...


class Original(msgspec.Struct, frozen=True):
    """What a translated post says in its own words."""

    text: str
    language: str | None


class PostWords(msgspec.Struct, frozen=True):
    """What a reader is shown of a post's text."""

    text: str
    language: str | None
    original: Original | None
    """None where the text is the author's own."""


def read_in(language: str) -> None:
    """Let what the present request shows be read in a language."""
    _READER.set(language)


def name_of(thing: _Named) -> str:
    """Return what a person, a place, a shop or a product is called in the reader's language."""
    return name_for(thing.name, thing.translations, _READER.get())


def title_of(room: _Titled) -> str:
    """Return what a live room is called in the reader's language."""
    return name_for(room.title, room.translations, _READER.get())


def comma() -> str:
    """Return what stands between two words of a list in the reader's language."""
    return "\uff0c" if _READER.get().startswith("zh") else ", "


def text_of(thing: _Worded) -> str:
    """Return what is said of a shop or a product in the reader's language."""
    translation = translated(thing.translations, _READER.get())
    return thing.text if translation is None else translation.text or thing.text


def categories_of(shop: ShopOut) -> tuple[str, ...]:
    """Return the kinds that a shop is of in the reader's language."""
    translation = translated(shop.translations, _READER.get())
    return shop.categories if translation is None else translation.categories or shop.categories


def words_of(item: ItemIn) -> PostWords:
    """Return what a reader is shown of a post, and its own words where those are others."""
    reader = _READER.get()
    translation = translated(item.translations, reader, item.language)
    if translation is None or not translation.text:
        return PostWords(item.text, item.language, None)
    return PostWords(translation.text, reader, Original(item.text, item.language))
