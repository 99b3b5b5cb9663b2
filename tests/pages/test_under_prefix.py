"""Under a path of a reverse proxy a real browser finds everything there, and asks for nothing beside it."""

import httpx

from tests.worlds import proxies
from tests.worlds.siege import besieged


def test_the_viewers_page_and_the_login_work_under_a_prefix(tmp_path, chromium):
    options = {"trusted_proxies": "127.0.0.1", "root_path": "/lodestone"}
    with (
        besieged(tmp_path / "home", **options) as siege,
        proxies.nginx(tmp_path, siege.base, prefix=True) as address,
    ):
        key = {"Authorization": f"Bearer {siege.key}"}
        session = httpx.post(f"{siege.base}/v1/sessions", json={"viewer": "p0"}, headers=key)
        page = chromium.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else 0)

        page.goto(f"{address}/lodestone/#token={session.json()['token']}")
        page.wait_for_selector("article[data-item]")
        page.goto(f"{address}/lodestone/operator")
        page.fill("#key", siege.key)
        page.click("form.login button[type=submit]")
        page.wait_for_selector("#figures")

        assert page.url == f"{address}/lodestone/operator"
        assert failed == []
        assert [url for url in asked if not url.startswith(f"{address}/lodestone/")] == []
        page.close()
