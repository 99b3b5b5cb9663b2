"""The tables of the page on money come from code, and are what the code says now."""

import runpy

from tests.docs.blocks import ROOT


def test_the_page_on_money_shows_what_the_code_does():
    page = (ROOT / "docs" / "money.md").read_text()
    made = runpy.run_path(str(ROOT / "scripts" / "money_page.py"))

    assert made["filled"](page) == page, "run `python scripts/money_page.py --write`"
    assert {name for name in made["parts"]() if f"<!-- {name} -->" not in page} == set()


def test_the_worked_example_ends_with_the_commission_and_balances_at_every_step():
    made = runpy.run_path(str(ROOT / "scripts" / "money_page.py"))

    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in made["Example"]().table().splitlines()[2:]]  # fmt: skip

    assert {row[-1] for row in rows} == {"0.00"}
    assert rows[-1][2:] == ["-6.60", "0.00", "0.00", "6.60", "0.00", "0.00", "0.00"]
