"""The suite of the records port: searching people and items by what is written encrypted, bounded and honestly told."""

from msgspec.structs import replace

from lodestone.people import PersonIn
from records_world import ANN, NOTE, NOW, SONG


def names(searched):
    return [match.id for match in searched.matches], searched.looked, searched.whole


def test_words_are_found_in_names_ids_texts_and_tags_whatever_their_letters(records):
    records.put_person("town", "ann", ANN, now=NOW)
    records.put_person("town", "bob", PersonIn(name="Robert 王"), now=NOW)
    records.put_item("town", "song", replace(SONG, text="A Song of 酸汤"), now=NOW)
    records.put_item("town", "note", NOTE, now=NOW)
    records.put_person("other", "ann", ANN, now=NOW)

    def people(*words):
        return records.search_people("town", words, limit=9, most=9).matches

    def items(*words):
        return [match.id for match in records.search_items("town", words, limit=9, most=9).matches]

    assert [person.id for person in people("ROBERT", "王")] == ["bob"]
    assert [person.id for person in people("ann")] == ["ann"]
    assert people("robert", "ann") == ()
    assert (items("酸汤"), items("TEA"), items("note"), items("nothing")) == (
        ["song"], ["song"], ["note"], [],
    )  # fmt: skip


def test_a_search_looks_at_the_newest_first_and_says_how_far_it_got(records):
    records.put_person("town", "ann", ANN, now=NOW)
    given = [(f"i{number}", NOTE) for number in range(6)]
    records.put_items("town", given, now=NOW)

    def find(limit, most):
        return names(records.search_items("town", ["note"], limit=limit, most=most))

    assert find(9, 9) == ([f"i{number}" for number in range(5, -1, -1)], 6, True)
    assert find(2, 9) == (["i5", "i4"], 2, False)
    assert find(9, 3) == (["i5", "i4", "i3"], 3, False)
    assert names(records.search_items("town", ["x"], limit=9, most=4)) == ([], 4, False)


def test_whoever_was_erased_is_found_by_nothing(records):
    records.put_person("town", "ann", ANN, now=NOW)
    records.put_item("town", "song", SONG, now=NOW)
    records.erase_person("town", "ann", now=NOW)

    assert names(records.search_people("town", ["ann"], limit=9, most=9)) == ([], 0, True)
    assert names(records.search_items("town", ["song"], limit=9, most=9))[0] == ["song"], (
        "by its id"
    )
    assert names(records.search_items("town", ["tea"], limit=9, most=9))[0] == []
