"""docs/ads.md says what the code says, and its commands do what they say."""

import re
import shlex

from tests.docs.ads_tables import PAGE, TABLES, written
from tests.docs.blocks import blocks
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run


def test_the_tables_of_the_page_are_those_of_the_code():
    text = PAGE.read_text()

    assert written(text) == text
    assert {name for name in TABLES if f"<!-- {name} -->" in text} == set(TABLES)


def commands():
    """Yield method, path, headers and body of every command of the page, in order."""
    text = "\n".join(block.text for block in blocks(PAGE) if block.language == "sh")
    for line in text.replace("\\\n", "").splitlines():
        if not line.startswith("curl "):
            continue
        words = iter(shlex.split(line)[1:])
        method, path, headers, body = "GET", "", {}, None
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-d":
                body = next(words)
            elif word == "-H":
                name, colon, value = next(words).partition(": ")
                headers |= {name: value} if colon and "$" not in value else {}
            else:
                path = word.removeprefix("$BASE")
        yield method, path, headers, body


def test_the_commands_of_the_page_lead_from_nothing_to_an_ad_that_may_be_shown(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            shown = {}
            for method, path, headers, body in commands():
                kind = {"Content-Type": "application/json"} if body else {}
                answer = await world.http.request(
                    method, path, headers={**headers, **kind}, content=body
                )
                assert answer.is_success, (method, path, answer.text)
                if path == "/v1/ads/bowl" and method == "GET":
                    shown = answer.json()
            return shown

    shown = run(scenario())
    claimed = re.search(r'`"delivery": (\{.*?\})`', PAGE.read_text()).group(1)
    assert shown["delivery"] == {"code": "eligible", "message": shown["delivery"]["message"]}
    assert f'"{shown["delivery"]["message"]}"' in claimed
