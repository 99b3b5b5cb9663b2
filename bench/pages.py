"""The server's time of every page and of every call of its first view, at the size of a town lived 30 days.

    python bench/pages.py                     results/pages.json; lives the town first, some minutes
    python bench/pages.py --home DIR          keeps the town there, or takes the one that is there
    python bench/pages.py --quick             a day and one run of each page, to see that it works

The pages are those of `tests/pages/test_every_page.py`, opened in real Chromium at a phone's width with a fresh profile, nothing kept;
the desks with the cookie of a login. The server is a process of its own on one core, the browser on the others.

* `server_ms`: from the request's first byte sent to the answer's first byte (`responseStart - requestStart`), of the document and of
  every call that the first view makes. A call waits for those that the server answers before it: it is what the person waits for.
* `server_processor_ms`: what the server's processor did in all meanwhile, files and what it does by itself among it; other work on
  the machine makes it little longer.
* `first_paint_ms`: from the navigation's start to the first contentful paint.
* `floor`: the same of a small static file of the same server, opened between the pages.

Every figure is least, median and most over the runs, in milliseconds.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import httpx
from load import spread
from playwright.sync_api import Browser, sync_playwright
from run import Server, machine, serving

from lodestone import bootstrap
from lodestone.cli.towns import fill_demo
from tests.pages.test_every_page import MERCHANT, OPERATOR, PAGES, VIEWER

DAYS, RUNS = 30, 7
SERVER_MOST, PAINT_MOST = 100.0, 1000.0
"""What a page may take at most: milliseconds of the server, and of the first view."""
PHONE = {"width": 390, "height": 844}
FLOOR = "/static/mark.svg"
PARTS = """() => {
  const served = (entry) => ({url: entry.name, kind: entry.initiatorType, ms: entry.responseStart - entry.requestStart});
  const [page] = performance.getEntriesByType('navigation');
  return {
    document: served(page).ms,
    calls: performance.getEntriesByType('resource').filter((entry) => ['fetch', 'xmlhttprequest'].includes(entry.initiatorType)).map(served),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
  };
}"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"
Parts = dict[str, Any]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path)
    options.add_argument("--days", type=int, default=DAYS)
    options.add_argument("--runs", type=int, default=RUNS)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path)
    asked = options.parse_args()
    if asked.quick:
        asked.days, asked.runs = 1, 1
    with contextlib.ExitStack() as stack:
        home = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd())))
        asyncio.run(live(home, asked.days))
        with serving(home, demo=True) as server:
            pages = measure(server, home, asked.runs)
    result = {
        "machine": machine(), "command": "python bench/pages.py " + " ".join(sys.argv[1:]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "load": os.getloadavg()[0],
        "days": asked.days, "runs": asked.runs, **pages,
    }  # fmt: skip
    out = asked.out or Path(__file__).parent / "results" / "pages.json"
    out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({name: result[name] for name in ("over", "floor")}, indent=1))


async def live(home: Path, days: int) -> None:
    """Let the demo's town live so many days in a home; one that was lived already stays."""
    settings = bootstrap.settings_of(str(home), {})
    async with bootstrap.open_app(settings, demo="demo") as app:
        await fill_demo(app, days=days)


def measure(server: Server, home: Path, runs: int) -> dict[str, Any]:
    """Open every page so many times, in turn; return their figures and which are over what they may take."""
    base = f"http://127.0.0.1:{server.port}"
    names = Names(base, server.key)
    opened: dict[str, list[Parts]] = defaultdict(list)
    with chromium() as browser:
        desks = {
            "merchant": log_in(browser, base, "merchant", (home / "merchant.key").read_text()),
            "operator": log_in(browser, base, "operator", server.key),
        }
        names.known["trial_id"] = tried(browser, base, desks["operator"])
        for _ in range(runs):
            for route in PAGES:
                desk = "merchant" if route in MERCHANT else "operator" if route in OPERATOR else ""
                path = names.path(route)
                person = names.known["viewer"] if route in VIEWER else None
                before = processor(server)
                parts = open_page(browser, base + path, desks.get(desk), person)
                parts["processor"] = processor(server) - before
                opened[route].append(parts)
                opened["floor"].append(open_page(browser, base + FLOOR, None, None))
                print(route, parts, file=sys.stderr, flush=True)
        version = browser.version
    floor = figures(opened.pop("floor"))
    pages = {route: figures(parts) for route, parts in opened.items()}
    return {"chromium": version, "floor": floor, "over": over(pages), "pages": pages}


def processor(server: Server) -> float:
    """Return milliseconds of the processor that the server's threads have had so far."""
    threads = Path(f"/proc/{server.process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def log_in(browser: Browser, base: str, desk: str, key: str) -> Any:
    """Exchange a key for a desk's cookie; return the browser's state."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{base}/{desk}/login")
    page.get_by_role("textbox").fill(key.strip())
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "login" not in url)
    state = context.storage_state()
    context.close()
    return state


def tried(browser: Browser, base: str, state: Any) -> str:
    """Try the policy in force on the last day; return the trial's id."""
    context = browser.new_context(locale="en-GB", storage_state=state)
    page = context.new_page()
    page.goto(f"{base}/operator/policy")
    page.get_by_role("button", name="Try it on the last day").click()
    page.wait_for_url("**trial=**", timeout=120_000)
    trial = re.split("[&#]", page.url.split("trial=")[1])[0]
    context.close()
    return trial


def open_page(browser: Browser, url: str, state: Any, person: str | None) -> Parts:
    """Open a page with a fresh profile, until it asks for nothing more; return what took how long."""
    context = browser.new_context(
        viewport=PHONE, locale="en-GB", reduced_motion="reduce", storage_state=state
    )
    page = context.new_page()
    if person is not None:
        page.add_init_script(
            f"localStorage.setItem('lodestone.person', '{person}'); localStorage.setItem('lodestone.met', 'yes')"
        )
    answer = page.goto(url, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200, (url, answer.status)
    if not url.endswith(FLOOR):  # a picture alone paints no content of its own
        page.wait_for_function(PAINTED)
    parts = page.evaluate(PARTS)
    context.close()
    return parts


class Names:
    """Addresses of pages: a route's parameters filled with what is there in the town."""

    def __init__(self, base: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "X-Community": "demo"}
        self._http = httpx.Client(base_url=base, headers=headers, timeout=60)
        person = self._busiest()
        feed = self._ask("POST", "/v1/feeds", {"viewer": person, "surface": "discover", "slots": 8})
        product = self._first("products")
        order = next(order for order in self._all("orders") if order["buyer"] == person)
        hook = {"url": "https://example.com/till", "types": ["order.paid"], "state": "paused"}
        self._ask("PUT", "/v1/webhooks/till", hook)
        item = max(self._all("items"), key=lambda item: item["counters"].get("comment", 0))
        self.known = {
            "viewer": person, "person_id": item["author_id"], "item_id": item["id"], "receipt_id": feed["receipt_id"],
            "product_id": product["id"], "shop_id": product["shop_id"], "order_id": order["id"], "webhook_id": "till",
            "key_id": self._ask("GET", "/v1/communities/demo/keys")["data"][0]["id"], "version": "1", "domain_id": "food",
            "room_id": next(item["id"] for item in self._all("items") if item["kind"] == "live"),
        }  # fmt: skip

    def path(self, route: str) -> str:
        """Return a page's address; where the table's own carries a query, with the query."""
        _, mark, query = PAGES[route].partition("?")
        query = query.replace("s0", self.known["product_id"]).replace("a1", self.known["person_id"])
        if route in MERCHANT:
            mark, query = "?", f"{query}&shop={self.known['shop_id']}"
        return route.format(**self.known) + mark + query

    def _busiest(self) -> str:
        """Return who has bought most."""
        bought: dict[str, int] = defaultdict(int)
        for order in self._all("orders"):
            bought[order["buyer"]] += 1
        return max(bought, key=lambda person: bought[person])

    def _first(self, name: str) -> dict[str, Any]:
        return self._ask("GET", f"/v1/{name}?limit=1")["data"][0]

    def _all(self, name: str) -> list[dict[str, Any]]:
        rows, cursor = [], ""
        while cursor is not None:
            page = self._ask("GET", f"/v1/{name}?limit=1000" + (cursor and f"&cursor={cursor}"))
            rows += page["data"]
            cursor = page["next_cursor"]
        return rows

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()


def figures(opened: list[Parts]) -> dict[str, Any]:
    """Return a page's figures over its runs."""
    calls: dict[str, list[float]] = defaultdict(list)
    for parts in opened:
        for call in parts["calls"]:
            calls[call["url"].split("/", 3)[3].partition("?")[0]].append(call["ms"])
    paints = [parts["paint"] for parts in opened if parts["paint"] is not None]
    return {
        "server_ms": spread([parts["document"] for parts in opened]),
        **({"server_processor_ms": spread([parts["processor"] for parts in opened])} if "processor" in opened[0] else {}),
        **({"first_paint_ms": spread(paints)} if paints else {}),
        **({"calls_server_ms": {f"/{path}": spread(ms) for path, ms in calls.items()}} if calls else {}),
    }  # fmt: skip


def over(pages: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return what takes longer than it may, by its median."""
    slow: dict[str, float] = {}
    for route, page in pages.items():
        timed = {"": page["server_ms"], **{f" {path}": ms for path, ms in page.get("calls_server_ms", {}).items()}}  # fmt: skip
        slow |= {f"{route}{call}": ms["median"] for call, ms in timed.items() if ms["median"] > SERVER_MOST}  # fmt: skip
        paint = page.get("first_paint_ms", {"median": 0.0})["median"]
        if paint > PAINT_MOST:
            slow[f"{route} first paint"] = paint
    return slow


if __name__ == "__main__":
    main()
