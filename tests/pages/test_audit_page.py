"""The operator's page of the audit log, in both languages."""

import re

from tests.pages.test_login import Browser
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

ROW = re.compile(r"<tr><th scope=\"row\">(.*?)</tr>", re.DOTALL)


def test_an_operator_reads_who_changed_what_in_either_language_and_page_by_page(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            for number in range(60):
                await world.put(f"/v1/domains/d{number:02}", {"kind": "channel"}, status=201)
            stranger = (await Browser(world).ask("GET", "/operator/audit-log")).status_code
            browser = Browser(world)
            await browser.log_in()
            path = "/operator/audit-log"
            pages = [await browser.ask("GET", f"{path}?kind=domain&lang=en")]
            older = re.search(r'href="(\?kind=domain&amp;before=\d+)"', pages[0].text).group(1)
            pages.append(await browser.ask("GET", path + older.replace("&amp;", "&")))
            pages.append(await browser.ask("GET", f"{path}?kind=shop&lang=zh"))
            bad = await browser.ask("GET", f"{path}?before=x")
            return stranger, [one.text for one in pages], bad.status_code

    stranger, (first, second, chinese), bad = run(scenario)
    assert (stranger, bad) == (303, 400)
    rows = ROW.findall(first) + ROW.findall(second)
    assert [re.search(r"<code>(d\d\d)</code>", row).group(1) for row in rows] == [
        f"d{number:02}" for number in reversed(range(60))
    ]
    assert "Older acts" in first
    assert "Older acts" not in second
    assert "谁改了什么" in chinese
    newest = ROW.findall(chinese)[0]
    assert ("店铺" in newest, "soups" in newest, "li" in newest, "clerk" in newest) == (True,) * 4
