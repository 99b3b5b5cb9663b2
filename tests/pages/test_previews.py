"""What a link shows where it is passed on, what a phone's first screen gets, and what stands at no address."""

import html
import json
import re

import pytest
from PIL import Image

from lodestone.console.files import StaticFiles
from lodestone.console.site import FOLDER
from tests.pages.test_page_routes import SOUTH, shop_at
from tests.worlds.trade_world import SOUP
from tests.worlds.world import TOWN, opened, run

NAMED = {"LODESTONE_PREVIEWS": "c"}
BARE = {"Authorization": "", "Accept": "text/html,*/*"}
PICTURE = {"url": "/media/abc.webp", "type": "image/webp", "width": 480, "height": 640}


async def shown_off(world):
    """Bring in posts, some not for everybody, a shop, a child."""
    await world.put("/v1/people/a0", {"name": "李丽", "home": TOWN})
    await world.put("/v1/people/kid", {"name": "小满", "minor": True})
    post = {
        "kind": "picture",
        "author_id": "a0",
        "text": "今早刚熬的酸汤 & 河里现捞的鲤鱼",
        "media": [PICTURE],
        "position": TOWN,
    }
    await world.put("/v1/items/open", post, status=201)
    await world.put("/v1/items/draft", {**post, "state": "draft"}, status=201)
    await world.put("/v1/items/gone", {**post, "state": "withdrawn"}, status=201)
    dropped = [{"label": "drop", "rule": "law"}]
    await world.put("/v1/items/dropped", {**post, "labels": dropped}, status=201)
    await world.put("/v1/items/childs", {**post, "author_id": "kid"}, status=201)
    svg = {**PICTURE, "url": "/media/d.svg", "type": "image/svg+xml"}
    await world.put("/v1/items/drawn", {**post, "media": [svg]}, status=201)
    await shop_at(world, "noodles", "老城李家粉店", SOUTH, owner="a0")
    closed = {"owner_id": "a0", "name": "未批的店", "position": SOUTH}
    await world.put("/v1/shops/waiting", closed, status=201)
    await world.put("/v1/products/s0", {**SOUP, "shop_id": "noodles", "name": "羊肉粉"}, status=201)


async def tags(world, path, **headers):
    answer = await world.http.get(path, headers={**BARE, **headers})
    assert answer.status_code == 200
    pairs = re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', answer.text)
    pairs += [
        ("canonical", address)
        for address in re.findall(r'rel="canonical" href="([^"]*)"', answer.text)
    ]
    return {name: html.unescape(text) for name, text in pairs}


def test_a_link_to_a_public_post_shows_its_author_words_and_picture(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            preview = await tags(world, "/p/open", Host="town.example")
            why = await tags(world, "/p/open/why?receipt=rcp_1&slot=1", Host="town.example")
            drawn = await tags(world, "/p/drawn", Host="town.example")

        assert preview["og:title"] == "李丽: 今早刚熬的酸汤 & 河里现捞的鲤鱼"
        assert (
            preview["og:description"] == preview["description"] == "今早刚熬的酸汤 & 河里现捞的鲤鱼"
        )
        assert (
            preview["og:image"] == preview["twitter:image"] == "http://town.example/media/abc.webp"
        )
        assert (preview["og:type"], preview["twitter:card"]) == ("article", "summary_large_image")
        assert preview["canonical"] == preview["og:url"] == "http://town.example/p/open"
        assert why["canonical"] == "http://town.example/p/open"
        assert drawn["og:image"] == "http://town.example/preview/d.png"

    run(scenario())


@pytest.mark.parametrize(
    ("path", "kind", "title"),
    [
        ("/shop/noodles", "website", "老城李家粉店"),
        ("/product/s0", "product", "羊肉粉 · 老城李家粉店"),
        ("/person/a0", "profile", "李丽"),
        ("/p/open/comments", "article", "李丽: 今早刚熬的酸汤 & 河里现捞的鲤鱼"),
    ],
)
def test_shops_products_and_people_have_previews_too(tmp_path, path, kind, title):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            preview = await tags(world, path)

        assert (preview["og:type"], preview["og:title"]) == (kind, title)
        assert not re.search(r"26\.3|108\.0|老城$", preview["og:description"])

    run(scenario())


def test_a_preview_is_read_in_the_language_of_whoever_asks(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            said = {"en": {"text": "Sour soup, simmered this morning"}}
            post = {
                "kind": "text",
                "author_id": "a0",
                "text": "今早刚熬的酸汤",
                "language": "zh",
                "translations": said,
            }
            await world.put("/v1/items/both", post, status=201)
            en = await tags(world, "/p/both", **{"Accept-Language": "en"})
            zh = await tags(world, "/p/both", **{"Accept-Language": "zh-CN"})

        assert en["og:description"] == "Sour soup, simmered this morning"
        assert zh["og:description"] == "今早刚熬的酸汤"

    run(scenario())


UNTOLD = ["/p/childs", "/person/kid", "/orders", "/me"]


@pytest.mark.parametrize("path", UNTOLD)
def test_what_is_not_for_everybody_has_the_preview_of_a_page_alone(tmp_path, path):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            preview = await tags(world, path)

        assert (preview["og:type"], preview["og:title"]) == ("website", "Lodestone")

    run(scenario())


NEVER = ["/p/draft", "/p/dropped", "/p/never", "/p/never/why", "/person/never", "/shop/never", "/shop/waiting", "/product/never", "/product/s1", "/product/s3", "/live/never", "/order/ord_1", f"/order/ord_{0:032}"]  # fmt: skip
GONE = ["/p/gone", "/p/gone/comments", "/p/erased", "/product/s2", "/live/room"]
NO_LONGER = ["/person/lost"]
"""Erased with its id: not told apart from what never was."""


async def taken_away(world):
    """Take products back, let a shop that nobody has approved offer one, and erase somebody with a post and a live room."""
    await world.put("/v1/products/s3", {**SOUP, "shop_id": "waiting"}, status=201)
    for name, state in (("s1", "draft"), ("s2", "withdrawn")):
        await world.put(
            f"/v1/products/{name}", {**SOUP, "shop_id": "noodles", "state": state}, status=201
        )
    await world.put("/v1/people/lost", {"name": "老吴"})
    post = {"kind": "text", "author_id": "lost", "text": "热豆花"}
    await world.put("/v1/items/erased", post, status=201)
    await world.put("/v1/live/room", {"owner_id": "lost", "title": "豆花"}, status=201)
    await world.ask("DELETE", "/v1/people/lost", status=204)


@pytest.mark.parametrize("environment", [NAMED, {}], ids=["named", "of no name"])
def test_what_is_not_there_is_said_by_the_status_with_a_way_on_and_no_preview(
    tmp_path, environment
):
    async def scenario():
        async with opened(tmp_path, environment=environment) as world:
            await shown_off(world)
            await taken_away(world)
            asked = [*NEVER, *NO_LONGER, *GONE]
            return {path: await world.http.get(path, headers=BARE) for path in asked}

    answers = run(scenario)
    expected = {path: 410 if path in GONE else 404 for path in answers}
    if not environment:  # a stranger is not told what any community has
        expected = dict.fromkeys(answers, 200)
    assert {path: answer.status_code for path, answer in answers.items()} == expected
    for answer in answers.values() if environment else ():
        assert "og:" not in answer.text
        assert '<meta name="robots" content="noindex">' in answer.text
        assert 'class="button main" href="/">Go to Discover<' in answer.text
        said = "This is not here any more" if answer.status_code == 410 else "There is nothing at"
        assert said in answer.text
        assert "热豆花" not in answer.text


@pytest.mark.parametrize(
    ("environment", "demo"), [({}, None), ({"LODESTONE_PREVIEWS": "other"}, None)]
)
def test_no_community_has_previews_but_the_one_that_is_named(tmp_path, environment, demo):
    async def scenario():
        async with opened(tmp_path, environment=environment, demo=demo) as world:
            await shown_off(world)
            preview = await tags(world, "/p/open")

        assert preview["og:title"] == "Lodestone"

    run(scenario())


def test_a_demos_community_has_previews(tmp_path):
    async def scenario():
        async with opened(tmp_path, demo="c") as world:
            await shown_off(world)
            preview = await tags(world, "/p/open")

        assert preview["og:title"].startswith("李丽")

    run(scenario())


def test_the_manifest_is_in_the_readers_language_and_names_files_that_are_there(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            zh = await world.http.get("/manifest.webmanifest?lang=zh", headers=BARE)
            en = await world.http.get("/manifest.webmanifest", headers=BARE)
            icons = [await world.http.get(icon["src"], headers=BARE) for icon in en.json()["icons"]]
            favicon = await world.http.get("/favicon.ico", headers=BARE)
            page = await world.http.get("/", headers=BARE)

        manifest = json.loads(zh.text)
        assert zh.headers["content-type"].startswith("application/manifest+json")
        assert (manifest["lang"], manifest["start_url"], manifest["display"]) == (
            "zh",
            "/",
            "standalone",
        )
        assert en.json()["name"] != manifest["name"]
        assert [answer.status_code for answer in icons] == [200] * 4
        assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
        assert (favicon.status_code, favicon.headers["content-type"]) == (200, "image/x-icon")
        assert '<link rel="manifest" href="/manifest.webmanifest?lang=en">' in page.text
        assert 'content="#FBFAF7"' in page.text

    run(scenario())


def test_icons_have_the_size_that_the_manifest_says():
    for name, size in (
        ("icon-192.png", 192),
        ("icon-512.png", 512),
        ("icon-maskable-512.png", 512),
    ):
        with Image.open(FOLDER / "static" / name) as icon:
            assert icon.size == (size, size), name
    assert StaticFiles(FOLDER / "static").get("favicon.ico").body[:4] == b"\0\0\1\0"


LOST = [
    "/nothing",
    "/p",
    "/p/",
    "/p//why",
    "/P/open",
    "/p/open/nothing",
    "/static/none.css",
    "/p/%ff",
    "/.env",
]


@pytest.mark.parametrize("path", LOST)
def test_an_address_with_nothing_at_it_is_a_page_for_people_and_json_for_programs(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            zh = await world.http.get(path, headers={**BARE, "Accept-Language": "zh"})
            program = await world.http.get(path, headers={"Authorization": ""})
            posted = await world.http.post(path, headers=BARE)

        assert (zh.status_code, zh.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "这个地址没有内容" in zh.text
        assert 'href="/"' in zh.text
        assert "default-src 'none'" in zh.headers["content-security-policy"]
        assert int(zh.headers["content-length"]) == len(zh.content)
        assert program.status_code in (400, 401, 404)
        assert program.json()["error"]["code"]
        assert posted.headers["content-type"].startswith("application/json")

    run(scenario())


@pytest.mark.parametrize("path", ["/v1/people/ann", "/v1/nothing", "/api/item/x"])
def test_the_apis_own_refusals_stay_what_they_are_in_a_browser_too(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await world.http.get(path, headers=BARE)

        assert answer.status_code == 401
        assert "text/html" not in answer.headers["content-type"]

    run(scenario())
