"""How long a viewer waits for the first post, in real Chromium on the loopback.

    make run                                       in one terminal
    python bench/first_view.py                     in another; prints JSON
    python bench/first_view.py --address http://127.0.0.1:8000 --runs 15

Counted from the start of the navigation to the frame in which the first post stands whole: its picture (or its words) painted.
`cold` opens a fresh browser profile each time, nothing kept; `again` opens the page a second time in the same one.
The browser and the server share this machine's cores. Every figure is least, median and most over the runs.
"""

import argparse
import json
import os
import platform
import shutil

from load import spread
from playwright.sync_api import Page, sync_playwright

WHOLE = """() => {
  const post = document.querySelector('.post[data-item]:not([inert])');
  if (!post) return false;
  const still = post.querySelector('img.front');
  return still ? still.complete && still.naturalWidth > 0 : Boolean(post.querySelector('.written'));
}"""
WATCH = f"""
(() => {{
  const whole = {WHOLE};
  const look = () => (whole() ? requestAnimationFrame(() => setTimeout(() => (window.firstView = performance.now()))) : requestAnimationFrame(look));
  requestAnimationFrame(look);
}})();
"""
PARTS = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const files = performance.getEntriesByType('resource');
  const named = (part) => Math.max(0, ...files.filter((one) => one.name.includes(part)).map((one) => one.responseEnd));
  return {first_view_ms: window.firstView, html_ms: page.responseEnd, feed_asked_and_come_ms: named('/v1/page/feed'), requests: files.length + 1,
    kilobytes: (page.transferSize + files.reduce((sum, one) => sum + one.transferSize, 0)) / 1000,
    first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0};
}"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--address", default="http://127.0.0.1:8000")
    options.add_argument("--runs", type=int, default=15)
    told = options.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    cold, again = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(told.runs):
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, device_scale_factor=2
            )
            page = context.new_page()
            page.add_init_script(WATCH)
            cold.append(opened(page, told.address))
            again.append(opened(page, told.address))
            context.close()
        name = browser.version
        browser.close()
    found = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "chromium": name},
        "runs": told.runs,
        "cold": summary(cold),
        "again": summary(again),
    }
    print(json.dumps(found, indent=1))


def opened(page: Page, address: str) -> dict[str, float]:
    """Open the page; return when what came."""
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.firstView", timeout=30_000)
    return page.evaluate(PARTS)


def summary(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: spread([run[name] for run in runs]) for name in runs[0]}


if __name__ == "__main__":
    main()
