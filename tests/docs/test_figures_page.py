"""The numbers in the page on figures are the numbers served: every section is lived through the routes."""

import re

import pytest

from tests.docs.blocks import ROOT, blocks
from tests.oracles.story import figure, figures, told
from tests.worlds.world import run

PAGE = ROOT / "docs" / "figures.md"


def sections():
    """Return the page's sections in order: their titles, and their blocks."""
    text = PAGE.read_text()
    starts = [
        (match.start(), match.group(1)) for match in re.finditer(r"^## (.+)$", text, re.MULTILINE)
    ]
    lines = [(text[:at].count("\n") + 1, title) for at, title in starts]
    found = {title: [] for _, title in lines}
    for block in blocks(PAGE):
        found[[title for line, title in lines if line < block.line][-1]].append(block.text)
    return {title: texts for title, texts in found.items() if texts}


@pytest.mark.parametrize("title", sections())
def test_the_numbers_in_the_page_are_the_numbers_served(tmp_path, title):
    async def scenario():
        asked = 0
        async with told(tmp_path) as story:
            for text in sections()[title]:
                if not text.startswith("GET "):
                    await story.live(text)
                    continue
                route, expected = figures(text)
                answer = await story.world.ask("GET", route, status=200)
                assert {path: figure(answer, path) for path in expected} == expected
                asked += len(expected)
        return asked

    assert run(scenario()) > 0
