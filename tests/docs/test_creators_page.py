"""docs/creators.md says what the code says."""

from lodestone.creators.refusals import CONFLICTS, CURES, UNKNOWN, CreatorRefusal
from tests.docs.creators_tables import PAGE, TABLES, written
from tests.docs.trade_tables import blocks_of


def test_the_tables_of_the_page_are_those_of_the_code():
    text = PAGE.read_text()

    assert dict(blocks_of(text)) == TABLES
    assert written(text) == text


def test_every_refusal_says_what_to_do_and_is_answered_one_way():
    assert set(CURES) == set(CreatorRefusal)
    assert not UNKNOWN & CONFLICTS
