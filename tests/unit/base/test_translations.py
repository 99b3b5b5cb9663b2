"""Which words a reader of a language is shown."""

import msgspec
import pytest

from lodestone.base.translations import (
    TRANSLATIONS_MAX,
    Names,
    TranslatedName,
    name_for,
    translated,
)
from lodestone.content.item import ItemIn

EN = {"en": TranslatedName("Old Town")}


@pytest.mark.parametrize(
    ("translations", "reader", "own", "shown"),
    [
        ({"en": "x"}, "en", "zh", "x"), ({"en-GB": "x"}, "en", "zh", "x"), ({"en": "x", "en-GB": "y"}, "en-GB", None, "y"),
        ({"en": "x"}, "EN-us", None, "x"), ({"en": "x"}, "zh", "zh", None), ({"zh": "x"}, "zh-TW", "zh-CN", None),
        ({}, "en", "zh", None), ({"en": "x"}, "", "zh", None), ({"fr": "x"}, "en", None, None),
    ],
)  # fmt: skip
def test_a_reader_is_shown_their_language_and_never_a_translation_into_its_own(
    translations, reader, own, shown
):
    assert translated(translations, reader, own) == shown


def test_a_name_without_a_translation_stays_as_it_is():
    assert name_for("老城", EN, "en") == "Old Town"
    assert name_for("老城", EN, "zh") == "老城"
    assert name_for("老城", {"en": TranslatedName("")}, "en") == "老城"


def test_translations_are_bounded_in_number_and_named_by_language_tags():
    whole = {f"a{chr(97 + n)}": {"name": "x"} for n in range(TRANSLATIONS_MAX)}

    assert len(msgspec.convert(whole, Names)) == TRANSLATIONS_MAX
    for wrong in (
        {**whole, "zz": {"name": "x"}},
        {"not a tag": {"name": "x"}},
        {"en": {"name": "x" * 257}},
        {"en": {}},
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Names)


def test_an_item_of_before_has_no_translations():
    stored = msgspec.msgpack.encode({"kind": "text", "author_id": "a", "text": "x"})

    assert msgspec.msgpack.decode(stored, type=ItemIn).translations == {}
