"""Back-ups of a server that goes on trading, uploading and erasing are each of one instant."""

import asyncio

from lodestone import bootstrap
from lodestone.media import MediaFolder
from tests.worlds.trade_world import MEAL, act, audited, line, market, order, pay
from tests.worlds.world import opened, run

PNG = {"Content-Type": "image/png"}
COPIES = 4


async def trade(world, ended):
    """Buy soup, pay, and give half of the orders back."""
    number = 0
    while not ended.is_set():
        made = await order(world, line("meal", "two"), buyer=f"p{number % 10}")
        await pay(world, made)
        if number % 2:
            await act(world, made, "cancel")
        number += 1


async def post(world, ended):
    """Let people post a picture of theirs, and erase every second of them at once."""
    number = 0
    while not ended.is_set():
        name = f"artist{number}"
        await world.put(f"/v1/people/{name}", {}, status=201)
        stored = await world.ask(
            "PUT",
            f"/v1/media/{name}",
            content=f"picture {number}".encode(),
            headers=PNG,
            status=201,
        )
        shown = [{"url": stored["url"], "type": "image/png"}]
        item = {"kind": "picture", "author_id": name, "media": shown}
        await world.put(f"/v1/items/by-{name}", item, status=201)
        if number % 2:
            await world.ask("DELETE", f"/v1/people/{name}", status=204)
        number += 1


async def look(world, ended):
    """Ask for feeds and report what was seen."""
    while not ended.is_set():
        feed = await world.feed("p1")
        await world.events(*(world.event("impression", slot, "p1") for slot in feed["slots"]))


async def sound(home):
    """Start a restored home, and hold log, books and pictures against what it says."""
    async with opened(home) as world:
        verify = await world.ask("POST", "/v1/verify", {}, status=200)
        assert verify["findings"] == []
        await audited(world)
        items = (await world.ask("GET", "/v1/items?limit=1000", status=200))["data"]
        urls = [shown["url"] for item in items for shown in item.get("media", [])]
        for url in urls:
            assert (await world.http.get(url)).status_code == 200, url
        await world.feed("p1")
    return len(urls)


def test_a_back_up_of_a_server_at_work_starts_verifies_and_audits_clean(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            await market(world)
            plenty = {**MEAL, "variants": [{**MEAL["variants"][0], "stock": 10_000}]}
            await world.put("/v1/products/meal", plenty, status=200)
            await world.items(20)
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            ended = asyncio.Event()
            load = [asyncio.create_task(work(world, ended)) for work in (trade, post, look)]
            for number in range(COPIES):
                body = {"path": str(tmp_path / f"copy{number}")}
                await world.ask("POST", "/v1/backup", body, headers=operator, status=201)
            ended.set()
            await asyncio.gather(*load)
        pictures = 0
        for number in range(COPIES):
            fresh = tmp_path / f"fresh{number}"
            settings = bootstrap.settings_of(str(fresh), {})
            await bootstrap.restore(settings, tmp_path / f"copy{number}", bootstrap.Leave())
            pictures += await sound(fresh)
        return pictures

    assert run(scenario) > 0


def test_a_picture_dropped_while_a_copy_is_made_is_in_the_copy(tmp_path):
    media = MediaFolder(tmp_path / "media")
    early = media.put("c", "early", "image/png", b"early")
    kept = media.put("c", "kept", "image/png", b"kept")

    with media.copying(tmp_path / "copy") as copy:
        media.drop(early)
        late = media.put("c", "late", "image/png", b"late")
        media.drop(late)
        copy.take_all()
        after = media.put("c", "after", "image/png", b"after")
        media.drop(after)

    copied = MediaFolder(tmp_path / "copy")
    assert [copied.find(name).read(0, 99) for name in (early, kept, late, after)] == [
        b"early",
        b"kept",
        b"late",
        b"after",
    ]
    assert [path.name for path in (tmp_path / "media").rglob("*.png")] == [kept]


def test_a_media_folder_that_others_may_read_is_copied_and_left_as_it_is(tmp_path):
    media = MediaFolder(tmp_path / "media")
    name = media.put("c", "own", "image/png", b"for a web server to read")
    original = next((tmp_path / "media").rglob("*.png"))
    original.chmod(0o644)

    media.copy_to(tmp_path / "copy")

    copy = next((tmp_path / "copy").rglob("*.png"))
    assert MediaFolder(tmp_path / "copy").find(name).read(0, 99) == b"for a web server to read"
    assert not copy.samefile(original)
