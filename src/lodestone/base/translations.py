"""Words in other languages than their own, as an app sends them beside the words: by language, bounded.

The engine shows them to readers of that language and says that they are translated; it decides nothing by them.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, Language

TRANSLATIONS_MAX: Final = 8
NAME_MAX: Final = 256
TEXT_MAX: Final = 20_000
_Name: TypeAlias = Annotated[str, Meta(max_length=NAME_MAX, pattern=TEXT)]
_Text: TypeAlias = Annotated[str, Meta(max_length=TEXT_MAX, pattern=TEXT)]
Words = TypeVar("Words")


class TranslatedName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in another language."""

    name: _Name


class TranslatedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in another language."""

    text: _Text


class TranslatedWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name and a text in another language; what is left out is shown in its own."""

    name: _Name = ""
    text: _Text = ""


Names: TypeAlias = Annotated[dict[Language, TranslatedName], Meta(max_length=TRANSLATIONS_MAX)]
Texts: TypeAlias = Annotated[dict[Language, TranslatedText], Meta(max_length=TRANSLATIONS_MAX)]
NamesAndTexts: TypeAlias = Annotated[
    dict[Language, TranslatedWords], Meta(max_length=TRANSLATIONS_MAX)
]


def translated(
    translations: Mapping[str, Words], reader: str, own: str | None = None
) -> Words | None:
    """Return what a reader of a language is shown instead of the words themselves; None for the words themselves.

    Args:
        translations: By language tag.
        reader: The language a page is read in, such as `en`.
        own: The language of the words themselves; of names None, since nobody says it.

    >>> translated({"en-GB": "Old Town"}, "en"), translated({"zh": "x"}, "zh-CN", own="zh")
    ('Old Town', None)
    """
    base = _base(reader)
    if own is not None and _base(own) == base:
        return None
    exact = translations.get(reader)
    if exact is not None:
        return exact
    return next((words for tag, words in translations.items() if _base(tag) == base), None)


def name_for(
    name: str, translations: Mapping[str, TranslatedName | TranslatedWords], reader: str
) -> str:
    """Return a name as a reader of a language is shown it."""
    translation = translated(translations, reader)
    return name if translation is None else translation.name or name


def _base(tag: str) -> str:
    return tag.lower().partition("-")[0]
