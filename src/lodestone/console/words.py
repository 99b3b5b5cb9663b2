"""The words of the pages: one catalogue, English in the source and every other language beside it."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

import msgspec
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE: Final = "en"
"""The language that templates, scripts and code are written in."""
_TEXT: Final = r'"((?:[^"\\]|\\.)*)"'
_SAID: Final = re.compile(rf"\bt\(\s*{_TEXT}|\btn\(\s*{_TEXT},\s*{_TEXT}")
"""What a script calls to have a sentence said: `t` with one form, `tn` with one for one and one for many."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words."""

    language: str
    """As a page's `lang` says it: `en`, `zh`."""
    _told: NullTranslations

    def say(self, text: str, fields: Mapping[str, object] | None = None) -> str:
        """Say a sentence of the catalogue; `{name}` in it stands for the field of that name.

        >>> Words("en", NullTranslations()).say("{km} km away", {"km": 1.2})
        '1.2 km away'
        """
        return _filled(self._told.gettext(text), fields)

    def count(
        self, one: str, many: str, number: int, fields: Mapping[str, object] | None = None
    ) -> str:
        """Say a sentence about a number of things; `{n}` in it is the number.

        >>> Words("en", NullTranslations()).count("{n} post", "{n} posts", 2)
        '2 posts'
        """
        return _filled(self._told.ngettext(one, many, number), {"n": number, **(fields or {})})

    def slice(self, said: Mapping[str, str | None]) -> dict[str, list[str]]:
        """Return what scripts need: each sentence that is said otherwise here, its forms.

        Args:
            said: Sentences to their plural, None where they have none, as `said_by` finds them.
        """
        if self.language == SOURCE:
            return {}
        told: dict[str, list[str]] = {}
        for one, many in said.items():
            forms = (
                [self.say(one)]
                if many is None
                else [self._told.ngettext(one, many, number) for number in (1, 2)]
            )
            told[one] = forms
        return told


def _filled(text: str, fields: Mapping[str, object] | None) -> str:
    return text.format_map(fields) if fields else text


class Catalogue:
    """Every language's words, read once."""

    def __init__(self, folder: Path) -> None:
        """Read each `LANGUAGE.po` of a folder."""
        self._words = {SOURCE: Words(SOURCE, NullTranslations())}
        for path in sorted(folder.glob("*.po")):
            with path.open("rb") as file:
                catalogue = read_po(file, locale=path.stem)
            packed = io.BytesIO()
            write_mo(packed, catalogue)
            packed.seek(0)
            self._words[path.stem] = Words(path.stem, GNUTranslations(packed))

    @property
    def languages(self) -> tuple[str, ...]:
        """Return every language there is, the source's first."""
        return tuple(self._words)

    def words(self, language: str) -> Words:
        """Return a language's words, or the source's."""
        return self._words.get(language, self._words[SOURCE])

    def choose(self, asked: str | None, kept: str | None, accepted: str) -> Words:
        """Choose the language of one answer.

        Args:
            asked: From the address, `?lang=`.
            kept: From the cookie.
            accepted: The header `Accept-Language`.
        """
        wanted = [asked or "", kept or ""]
        ranked = sorted(
            (_preference(part) for part in accepted.split(",")[:20]), key=lambda one: -one[0]
        )
        wanted += [name for weight, name in ranked if weight > 0]
        for name in wanted:
            base = name.strip().lower().split("-")[0]
            if base in self._words:
                return self._words[base]
        return self._words[SOURCE]


def _preference(part: str) -> tuple[float, str]:
    name, _, weight = part.partition(";q=")
    try:
        return (float(weight) if weight else 1.0), name
    except ValueError:
        return 0.0, name


def said_by(script: bytes) -> dict[str, str | None]:
    """Find the sentences a script says through `t` and `tn`: each, and its plural or None.

    >>> said_by(b't("Like"); `${tn("{n} post", "{n} posts", n)}`')
    {'Like': None, '{n} post': '{n} posts'}
    """
    found: dict[str, str | None] = {}
    for alone, one, many in _SAID.findall(script.decode()):
        found[_unquoted(alone or one)] = _unquoted(many) if many else None
    return found


def _unquoted(text: str) -> str:
    return str(msgspec.json.decode(f'"{text}"'))
