"""The keys' page: for an operator's key alone, nothing chosen beforehand, shown once, revoked after a question."""

import re

import pytest

from lodestone.services.access import SCOPES
from tests.worlds.acts import Operator
from tests.worlds.merchant_desk import Clerk
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

SECRET = re.compile(r'class="secret"><code>(lsk_[^<]+)</code>')


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


async def keys(world):
    headers = bearer(world.app.operator_key)
    return (await world.ask("GET", "/v1/communities/c/keys", headers=headers))["data"]


def test_a_key_does_what_was_chosen_for_it_and_nothing_is_chosen_beforehand(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            operator = await Operator(world).arrive()
            page = (await operator.look("/operator/keys")).text
            made = await operator.send("/operator/keys", name="kiosk", scope__feeds="on")
            key = SECRET.search(made.text).group(1)
            feed = await world.ask("POST", "/v1/feeds", {"viewer": "p0"}, headers=bearer(key))
            read = await world.ask("GET", "/v1/policy", headers=bearer(key), status=403)
            again = (await operator.look("/operator/keys")).text
            return page, key, feed, read, again, await keys(world)

    page, key, feed, read, again, listed = run(scenario)
    assert set(re.findall(r'name="scope\.([a-z]+)"', page)) == set(SCOPES)
    assert not re.search(r'name="scope\.[a-z]+"[^>]* checked', page)
    assert "receipt_id" in feed
    assert read["error"]["code"] == "scope_missing"
    assert key not in again
    assert ("kiosk", ["feeds"]) in [(row["name"], row["scopes"]) for row in listed]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "kiosk"}, "Choose at least one thing it may do."),
        ({"name": " ", "scope__read": "on"}, "Say in at most 64 characters what it is for."),
        ({"name": "x" * 65, "scope__read": "on"}, "Say in at most 64 characters what it is for."),
        ({"name": "kiosk", "scope__operator": "on"}, "Choose at least one thing it may do."),
        ({"name": "kiosk", "scope__read": "on", "word": ""}, "This form has been sent before"),
    ],
)
def test_a_key_without_name_or_scope_is_not_made(tmp_path, fields, said):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            answer = await operator.send("/operator/keys", **fields)
            return answer, await keys(world)

    answer, listed = run(scenario)
    assert answer.status_code in (400, 409)
    assert said in answer.text
    assert [row["name"] for row in listed] == ["app"]


def test_the_same_form_sent_twice_makes_one_key(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            word = re.search(r'name="word" value="([^"]+)"', (await operator.look("/operator/keys")).text)  # fmt: skip
            sent = {"name": "kiosk", "scope__read": "on", "word": word.group(1)}
            first = await operator.send("/operator/keys", **sent)
            second = await operator.send("/operator/keys", **sent)
            return first.status_code, second, await keys(world)

    first, second, listed = run(scenario)
    assert (first, second.status_code) == (200, 409)
    assert SECRET.search(second.text) is None
    assert sorted(row["name"] for row in listed) == ["app", "kiosk"]


def test_a_revoked_key_opens_nothing_and_the_page_says_when_one_was_used(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await Clerk(world, "li").arrive()
            operator = await Operator(world).arrive()
            made = await operator.send("/operator/keys", name="kiosk", scope__read="on")
            key = SECRET.search(made.text).group(1)
            unused = (await operator.look("/operator/keys")).text
            world.later(hours=2)
            await world.ask("GET", "/v1/policy", headers=bearer(key), status=200)
            used = (await operator.look("/operator/keys")).text
            (named,) = [row["id"] for row in await keys(world) if row["name"] == "kiosk"]
            ask = (await operator.look(f"/operator/keys/{named}/revoke")).text
            done = await operator.send(f"/operator/keys/{named}/revoke")
            after = await world.ask("GET", "/v1/policy", headers=bearer(key), status=401)
            listed = (await operator.look(done.headers["location"])).text
            return unused, used, ask, after, listed

    unused, used, ask, after, listed = run(scenario)

    def cells(page, name="kiosk"):
        return re.search(rf"<tr[^>]*><th scope=\"row\">{name}.*?</tr>", page, re.DOTALL).group()

    assert "not since the server started" in cells(unused)
    assert "Mar 4 22:00" in cells(used)
    assert "serves at shops as li" in used
    assert "Revoke the key “kiosk”?" in ask
    assert after["error"]["code"] == "key_unknown"
    assert "revoked Mar 4 22:00" in cells(listed)
    assert "/revoke" not in cells(listed)


def test_a_communitys_key_neither_lists_nor_makes_nor_revokes_keys(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world, world.key).arrive()
            named, token = (await keys(world))[0]["id"], await operator.browser.token()
            fields = {"token": token, "name": "more", "scope.read": "on", "word": "w"}
            answers = [
                await operator.look("/operator/keys"),
                await operator.browser.ask("POST", "/operator/keys", fields),
                await operator.look(f"/operator/keys/{named}/revoke"),
                await operator.browser.ask("POST", f"/operator/keys/{named}/revoke", fields),
            ]
            return answers, named, await keys(world)

    answers, named, listed = run(scenario)
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all("an operator's key" in answer.text.replace("&#39;", "'") for answer in answers)
    assert all(named not in answer.text for answer in answers)
    assert [(row["name"], row.get("revoked_at")) for row in listed] == [("app", None)]
