"""The operator's pages open to a key's login and to nothing else, and no other site's form moves them."""

import re
from contextlib import asynccontextmanager

import pytest

from tests.worlds.world import opened, run

LOCAL = "http://127.0.0.1:8000"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Browser:
    """Keeps cookies by hand, so that a test can hold, drop, copy and forge each."""

    def __init__(self, world):
        self.world = world
        self.cookies = {}

    async def ask(self, method, path, form=None, **headers):
        told = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Authorization": "", "Cookie": told, **headers}
        answer = await self.world.http.request(
            method, f"{LOCAL}{path}", data=form, headers={k: v for k, v in headers.items() if v}
        )
        self.world.http.cookies.clear()
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        return answer

    async def token(self, path="/operator"):
        return TOKEN.search((await self.ask("GET", path)).text).group(1)

    async def log_in(self, key=None, **more):
        """Fill the form in as a person would; headers by name, fields of the form as `form_name`."""
        token = await self.token("/operator/login")
        fields = {"key": key or self.world.key, "token": token}
        fields |= {k.removeprefix("form_"): v for k, v in more.items() if k.startswith("form_")}
        headers = {k.replace("_", "-"): v for k, v in more.items() if not k.startswith("form_")}
        return await self.ask("POST", "/operator/login", fields, **headers)

    async def inside(self):
        """Say whether the window opens."""
        answer = await self.ask("GET", "/operator")
        assert answer.status_code in (200, 303)
        return answer.status_code == 200


@asynccontextmanager
async def town(home):
    async with opened(home) as world:
        await world.people(2)
        await world.items(12)
        yield world, Browser(world)


def test_whoever_is_not_logged_in_is_sent_to_the_form_and_back_to_where_they_wanted(tmp_path):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            sent = await browser.ask("GET", "/operator?days=28&domain=public")
            where = sent.headers["location"]
            form = await browser.ask("GET", where)
            wanted = re.search(r'name="next" value="([^"]+)"', form.text).group(1)
            wanted = wanted.replace("&amp;", "&")
            answer = await browser.log_in(form_next=wanted)
            return sent.status_code, form.status_code, wanted, answer

    sent, form, wanted, answer = run(scenario)
    assert (sent, form, answer.status_code) == (303, 200, 303)
    assert wanted == answer.headers["location"] == "/operator?days=28&domain=public"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/operator//evil", "/merchant", "/operatorx",
     "/operator/logout", "/operator/../v1/people", "/operator/%2e%2E/merchant", "/operator\\evil", "/operator\r\nX: y", ""],
)  # fmt: skip
def test_the_form_leads_nowhere_but_to_the_roles_own_pages(tmp_path, wanted):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            return (await browser.log_in(form_next=wanted)).headers["location"]

    assert run(scenario) == "/operator"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "[::1]:x"}, {"Host": "x:99999"}, {"Host": "[::1"}, {"Origin": "http://[::1"}, {"Origin": "//["}],
)  # fmt: skip
def test_a_host_or_origin_that_is_none_is_answered_as_another_sites(tmp_path, headers):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            for role in ("operator", "merchant"):
                sent = await browser.ask("GET", f"/{role}?days=28", **headers)
                told = (sent.status_code, sent.headers["location"])
                assert told == (303, f"/{role}/login?next=%2F{role}%3Fdays%3D28")
                assert (await browser.ask("POST", f"/{role}/logout", **headers)).status_code == 303
            refused = await browser.log_in(**headers)
            assert refused.status_code == (403 if "Origin" in headers else 303)
            assert (await browser.inside()) == ("Host" in headers)
            left = await browser.ask("POST", "/operator/logout", {"token": "x"}, **headers)
            assert left.status_code == (303 if "Origin" in headers else 403)

    run(scenario)


def test_the_cookie_is_for_these_pages_only_and_no_script_reads_it(tmp_path):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            plain = await browser.log_in()
            plain_cookie = plain.headers.get_list("set-cookie")[0].lower()
            client = world.http
            token = await browser.token("/operator/login")
            told = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
            secure = await client.post(
                "https://127.0.0.1:8000/operator/login", data={"key": world.key, "token": token},
                headers={"Authorization": "", "Cookie": told},
            )  # fmt: skip
            return plain_cookie, secure.headers.get_list("set-cookie")[0].lower()

    plain, secure = run(scenario)
    assert plain.startswith("lodestone_operator=")
    parts = {part.strip() for part in plain.split(";")[1:]}
    assert parts == {"httponly", "path=/operator", "samesite=strict", "max-age=43200"}
    assert "secure" in {part.strip() for part in secure.split(";")}


REFUSED = [
    # what a browser does instead of the right thing, and the answer
    ("a wrong key", {"key": "lsk_wrong"}, 200),
    ("no key", {"form_key": ""}, 200),
    ("another community than the key's", {"form_community": "d"}, 200),
    ("a form without its token", {"form_token": ""}, 403),
    ("a form with another's token", {"form_token": "AAAA"}, 403),
    ("a form from another site", {"Origin": "https://evil.example"}, 403),
    ("a form from nowhere", {"Origin": "null"}, 403),
    ("a fetch from another site", {"Sec_Fetch_Site": "cross-site"}, 403),
    ("a fetch from a sister site", {"Sec_Fetch_Site": "same-site"}, 403),
    ("a form that is none", {"Content_Type": "text/plain"}, 403),
]


@pytest.mark.parametrize(("what", "instead", "status"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_login_is_refused(tmp_path, what, instead, status):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            answer = await browser.log_in(**instead)
            return answer, await browser.inside()

    answer, inside = run(scenario)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert not any(
        one.startswith("lodestone_operator=") for one in answer.headers.get_list("set-cookie")
    )
    assert not inside


def test_without_the_forms_cookie_its_token_is_worth_nothing(tmp_path):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            token = await browser.token("/operator/login")
            browser.cookies.clear()
            answer = await browser.ask(
                "POST", "/operator/login", {"key": world.key, "token": token}
            )
            return answer.status_code, await browser.inside()

    assert run(scenario) == (403, False)


def test_an_operators_key_names_one_of_several_communities(tmp_path):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            await world.ask("PUT", "/v1/communities/d", {"name": "Dee"}, headers=operator)
            unnamed = await browser.log_in(world.app.operator_key)
            named = await browser.log_in(world.app.operator_key, form_community="d")
            page = await browser.ask("GET", "/operator")
            return unnamed, named, page

    unnamed, named, page = run(scenario)
    assert "Name the one" in unnamed.text
    assert 'name="community"' in unnamed.text
    assert named.status_code == 303
    assert "Dee" in page.text


def test_too_many_wrong_keys_are_followed_by_a_pause_that_no_good_key_waits_for(tmp_path):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            for _ in range(10):
                await browser.log_in("lsk_wrong")
            answer = await browser.log_in("lsk_wrong")
            return answer, await browser.log_in()

    refused, good = run(scenario)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "300")
    assert "300 seconds" in refused.text
    assert good.status_code == 303


def test_whoever_has_logged_out_stays_out_after_a_restart(tmp_path):
    async def scenario():
        clock = None
        async with town(tmp_path) as (world, browser):
            clock = world.clock
            await browser.log_in()
            cookie = browser.cookies["lodestone_operator"]
            await browser.ask("POST", "/operator/logout", {"token": await browser.token()})
            await browser.log_in()
            again = browser.cookies["lodestone_operator"]
        async with opened(tmp_path, clock=clock) as world:
            inside = []
            for copied in (cookie, again):
                browser = Browser(world)
                browser.cookies = {"lodestone_operator": copied}
                inside.append(await browser.inside())
            return inside

    assert run(scenario) == [False, True]


async def expired(world, browser):
    world.later(hours=12)


async def revoked(world, browser):
    operator = {"Authorization": f"Bearer {world.app.operator_key}"}
    keys = (await world.ask("GET", "/v1/communities/c/keys", headers=operator))["data"]
    await world.ask("DELETE", f"/v1/communities/c/keys/{keys[0]['id']}", headers=operator)


async def disabled(world, browser):
    operator = {"Authorization": f"Bearer {world.app.operator_key}"}
    await world.ask("POST", "/v1/communities/c/disable", headers=operator)


async def logged_out(world, browser):
    cookie = browser.cookies["lodestone_operator"]
    left = await browser.ask("POST", "/operator/logout", {"token": await browser.token()})
    assert left.headers["location"] == "/operator/login"
    browser.cookies["lodestone_operator"] = cookie  # a copy kept elsewhere


async def forged(world, browser):
    cookie = browser.cookies["lodestone_operator"]
    browser.cookies["lodestone_operator"] = cookie[:40] + "AAAA" + cookie[44:]


async def garbled(world, browser):
    browser.cookies["lodestone_operator"] = "x"


@pytest.mark.parametrize(
    "ending", [expired, revoked, disabled, logged_out, forged, garbled], ids=lambda f: f.__name__
)
def test_a_login_ends(tmp_path, ending):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            await browser.log_in()
            receipt = (await world.feed())["receipt_id"]
            before = await browser.inside()
            await ending(world, browser)
            part = await browser.ask("GET", "/operator", **{"X-Part": "figures"})
            page = await browser.ask("GET", f"/operator/receipts/{receipt}")
            return before, await browser.inside(), part, page

    before, after, part, page = run(scenario)
    assert (before, after) == (True, False)
    assert (part.status_code, part.content) == (401, b"")
    assert page.status_code == 303


FOREIGN = [
    ("no token", {}, {}),
    ("another token", {"token": "AAAA"}, {}),
    ("another site", None, {"Origin": "https://evil.example"}),
    ("a cross-site fetch", None, {"Sec-Fetch-Site": "cross-site"}),
    ("no form", None, {"Content-Type": "application/json"}),
]


@pytest.mark.parametrize(("what", "form", "headers"), FOREIGN, ids=[row[0] for row in FOREIGN])
@pytest.mark.parametrize("path", ["/operator/logout", "/operator/receipts/{receipt}/replay"])
def test_a_foreign_form_changes_nothing(tmp_path, path, what, form, headers):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            await browser.log_in()
            receipt = (await world.feed())["receipt_id"]
            own = {"token": await browser.token()}
            answer = await browser.ask(
                "POST", path.format(receipt=receipt), own if form is None else form, **headers
            )
            return answer, await browser.inside()

    answer, inside = run(scenario)
    assert answer.status_code == 403
    assert "form_foreign" in answer.text
    assert inside


def test_a_community_sees_its_own_receipts_only(tmp_path):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            await world.ask("PUT", "/v1/communities/d", {}, headers=operator)
            other = await world.ask("POST", "/v1/communities/d/keys", {}, headers=operator)
            receipt = (await world.feed())["receipt_id"]
            await browser.log_in(other["key"])
            page = await browser.ask("GET", f"/operator/receipts/{receipt}")
            window = await browser.ask("GET", "/operator")
            return page, window, receipt

    page, window, receipt = run(scenario)
    assert page.status_code == 404
    assert receipt not in window.text


@pytest.mark.parametrize(
    ("host", "forwarded", "told"),
    [
        ("127.0.0.1:8000", None, True), ("localhost", None, True), ("[::1]:8000", None, True),
        ("town.example", None, False), ("127.0.0.1", "203.0.113.9", False),
    ],
)  # fmt: skip
def test_only_a_browser_on_the_machine_is_told_where_the_key_lies(tmp_path, host, forwarded, told):
    async def scenario():
        async with town(tmp_path) as (world, browser):
            headers = {"Host": host, "X-Forwarded-For": forwarded}
            page = await browser.ask("GET", "/operator/login", **headers)
            return str(world.app.home.path / "operator.key") in page.text

    assert run(scenario) is told


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("days=3", 400, "span_invalid"), ("domain=nowhere", 400, "domain_unknown")],
)
def test_a_filter_that_does_not_fit_is_told_on_a_page(tmp_path, query, status, code):
    async def scenario():
        async with town(tmp_path) as (_, browser):
            await browser.log_in()
            return await browser.ask("GET", f"/operator?{query}")

    answer = run(scenario)
    assert (answer.status_code, code in answer.text) == (status, True)


def test_no_page_of_the_window_names_a_viewer(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.ask("PUT", "/v1/people/viewer-with-a-name", {})
            await world.items(12)
            browser = Browser(world)
            await browser.log_in()
            receipt = (await world.feed("viewer-with-a-name"))["receipt_id"]
            pages = [
                await browser.ask("GET", path)
                for path in ("/operator", f"/operator/receipts/{receipt}")
            ]
            await world.ask("DELETE", "/v1/people/viewer-with-a-name", status=204)
            return pages, await browser.ask("GET", f"/operator/receipts/{receipt}")

    pages, erased = run(scenario)
    assert [page.status_code for page in pages] == [200, 200]
    assert not any("viewer-with-a-name" in page.text for page in pages)
    assert erased.status_code == 410
