"""docs/trade.md says what the code says."""

from lodestone.commerce.refusals import CURES, MoveRefusal, OrderRefusal, RedeemRefusal
from tests.docs.trade_tables import PAGE, TABLES, blocks_of, written


def test_the_tables_of_the_page_are_those_of_the_code():
    text = PAGE.read_text()

    assert dict(blocks_of(text)) == TABLES
    assert written(text) == text


def test_every_refusal_says_what_to_do():
    assert set(CURES) == {*OrderRefusal, *MoveRefusal, *RedeemRefusal}
