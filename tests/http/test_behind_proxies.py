"""Behind nginx and Caddy as docs/deploy.md sets them up, at the root of a host and under a prefix, everything works as without."""

import re
from contextlib import ExitStack

import httpx
import pytest

from lodestone import bootstrap
from lodestone.base.errors import InvalidError
from tests.worlds import proxies
from tests.worlds.siege import besieged

TOKEN = re.compile(r'name="token" value="([^"]+)"')
ADDRESS = re.compile(r'(href|src|action|data-icons)="(/[^"]*)"')
PREFIX = "/lodestone"
WAYS = [(proxy, prefix) for proxy in ("nginx", "caddy") for prefix in ("", PREFIX)]


class Shown:
    """A server as a proxy shows it, asked by a client that keeps cookies as browsers do."""

    def __init__(self, address, prefix, siege):
        self.address, self.prefix, self.siege = address, prefix, siege
        self.http = httpx.Client(
            base_url=address + prefix, verify=False, timeout=30, trust_env=False
        )

    def log_in(self, **headers):
        """Fill the operator's form in, as a browser over plain HTTP would: it says where the page came from, no more."""
        form = self.http.get("/operator/login")
        sent = {"token": TOKEN.search(form.text)[1], "key": self.siege.key}
        return self.http.post(
            "/operator/login", data=sent, headers={"Origin": self.address} | headers
        )


@pytest.fixture(scope="module", params=WAYS, ids=[f"{proxy}{prefix}" for proxy, prefix in WAYS])
def shown(request, tmp_path_factory):
    """A small community behind a proxy."""
    proxy, prefix = request.param
    folder = tmp_path_factory.mktemp(proxy)
    with ExitStack() as stack:
        siege = stack.enter_context(
            besieged(folder / "home", trusted_proxies="127.0.0.1 ::1", root_path=prefix)
        )
        start = getattr(proxies, proxy)
        address = stack.enter_context(start(folder, siege.base, prefix=bool(prefix)))
        seen = Shown(address, prefix, siege)
        stack.callback(seen.http.close)
        yield seen


def test_a_form_logs_in_at_whatever_port_the_proxy_listens(shown):
    answer = shown.log_in()

    assert (answer.status_code, answer.headers["location"]) == (303, f"{shown.prefix}/operator")
    (cookie,) = [
        text for text in answer.headers.get_list("set-cookie") if "lodestone_operator=" in text
    ]
    assert f"Path={shown.prefix}/operator;" in cookie
    assert ("Secure" in cookie) == shown.address.startswith("https")
    assert shown.http.get("/operator").status_code == 200


def test_another_sites_form_is_refused_all_the_same(shown):
    answer = shown.log_in(Origin="https://evil.example")

    assert answer.status_code == 403


def test_every_address_on_a_page_leads_through_the_proxy(shown):
    shown.log_in()

    for page in ("/", "/operator", "/operator/audit-log"):
        answer = shown.http.get(page)
        addresses = set(ADDRESS.findall(answer.text))
        assert addresses, page
        for attribute, address in addresses:
            assert address.startswith(f"{shown.prefix}/"), (page, address)
            if attribute == "action":  # where forms are sent, which need not answer a reader
                continue
            followed = shown.http.get(shown.address + address, follow_redirects=True)
            assert followed.status_code in (200, 403), (
                page,
                address,
            )  # not all pages open to this key
            assert str(followed.url).startswith(shown.address + shown.prefix), (page, address)


def test_the_routes_answer_as_they_do_without_a_proxy(shown):
    key = {"Authorization": f"Bearer {shown.siege.key}"}
    feed = shown.http.post("/v1/feeds", json={"viewer": "p0", "slots": 3}, headers=key)
    odd = shown.http.put("/v1/people/a%2Fb", json={"name": "a/b"}, headers=key)

    assert (feed.status_code, len(feed.json()["slots"])) == (200, 3)
    assert (odd.status_code, odd.json()["id"]) == (201, "a/b")


def test_head_options_and_tags_reach_the_client_as_http_says(shown):
    page = shown.http.get("/static/tokens.css")
    head = shown.http.head("/static/tokens.css", headers={"Accept-Encoding": "identity"})
    again = shown.http.get("/static/tokens.css", headers={"If-None-Match": page.headers["etag"]})
    options = shown.http.options("/health/live")

    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(page.content)
    assert (again.status_code, again.content) == (304, b"")
    assert (options.status_code, set(options.headers["allow"].split(", "))) == (
        204,
        {"GET", "HEAD", "OPTIONS"},
    )


@pytest.mark.parametrize("path", ["lodestone", "/a/../b", "/a b", "//evil.example", "/a?b"])
def test_a_prefix_that_is_no_path_is_refused_at_the_start(tmp_path, path):
    with pytest.raises(InvalidError, match="root_path must be a path such as /lodestone"):
        bootstrap.settings_of(str(tmp_path), {"LODESTONE_ROOT_PATH": path})
