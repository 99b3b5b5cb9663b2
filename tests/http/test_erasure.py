"""An erased person is in no file: bytes are searched, not rows."""

import numpy as np

from lodestone import bootstrap
from lodestone.features.snapshot import digest
from tests.worlds.world import TOWN, opened, run

NAMED = "zhang-wei-4417"
WORDS = [
    "Zhang Wei Whole Name",
    "my secret search words",
    "what zhang wei posted about tea",
    "zhang wei said so below a cup",
]
PLACE = {"latitude": 26.123456, "longitude": 108.654321}


def places(home, needles):
    """Return (file, needle) for every needle in any file of a home, in any usual encoding."""
    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            found += [
                (path.name, needle)
                for needle in needles
                for form in (needle.encode(), needle.encode("utf-16-le"))
                if form in body
            ]
    return found


def holding(home, key):
    """Return the files that hold a key's bytes."""
    return [path.name for path in home.rglob("*") if path.is_file() and key in path.read_bytes()]


async def lived(world):
    """Let one person do everything a person can, among others."""
    await world.people(3, home=TOWN)
    await world.items(20)
    await world.put(f"/v1/people/{NAMED}", {"name": WORDS[0], "home": PLACE}, status=201)
    item = {"kind": "text", "author_id": NAMED, "text": WORDS[2], "position": PLACE}
    await world.put("/v1/items/own", item, status=201)
    said = {"author_id": NAMED, "text": WORDS[3]}
    await world.put("/v1/items/i1/comments/said", said, status=201)
    report = {"reason": "spam", "note": WORDS[3]}
    await world.put("/v1/items/i1/comments/other", {"author_id": "p1", "text": "x"}, status=201)
    await world.put(f"/v1/items/i1/comments/other/reports/{NAMED}", report, status=204)
    await world.put("/v1/domains/tea", {"kind": "channel"}, status=201)
    await world.put(f"/v1/domains/tea/moderators/{NAMED}", status=204)
    await world.put(f"/v1/domains/tea/members/{NAMED}", status=204)
    await world.put(f"/v1/people/{NAMED}/follows/a1", status=204)
    made = await world.ask("POST", "/v1/sessions", {"viewer": NAMED}, status=201)
    page = {"Authorization": f"Bearer {made['token']}"}
    await world.put("/v1/page/mine/saved/i3", status=200, headers=page)
    await world.put(f"/v1/people/p0/follows/{NAMED}", status=204)
    feed = await world.feed(NAMED, position=PLACE)
    slot = feed["slots"][0]
    told = await world.events(
        world.event("impression", slot, NAMED),
        world.event("like", slot, NAMED),
        world.event("search", person=NAMED, query=WORDS[1]),
        world.event("visit", person=NAMED, position=PLACE),
    )
    assert told["accepted"] == 4
    return feed


def test_an_erased_person_is_in_no_file_and_the_chain_still_verifies(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            feed = await lived(world)
            ordinal = world.engine.directory.ordinal(world.engine.directory.person_row(NAMED))
            export = await world.ask("GET", f"/v1/people/{NAMED}/export", status=200)
            key = world.engine.directory.data_key(world.engine.directory.person_row(NAMED))
        # What is on disk now knows this person, though under their own key only.
        assert holding(home, key) != []
        async with opened(home) as world:
            await world.ask("DELETE", f"/v1/people/{NAMED}", status=204)
            gone = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=410)
            replay = await world.ask(
                "POST", f"/v1/receipts/{feed['receipt_id']}/replay", status=410
            )
            await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}/why/1", status=410)
            unknown = await world.ask("GET", f"/v1/people/{NAMED}", status=404)
            item = await world.ask("GET", "/v1/items/own", status=200)
            found = places(home, [NAMED, *WORDS])
            keys = holding(home, key)
            verify = await world.ask("POST", "/v1/verify", {}, status=200)
            before = digest(world.engine.state)
            again = await world.ask("GET", "/v1/people/p0/follows", status=200)
        after_close = places(home, [NAMED, *WORDS])
        async with opened(home) as world:
            rebuilt = digest(world.engine.state)
            row = world.engine.directory.row_of_ordinal(ordinal)
            state = world.engine.state
            left = int(np.abs(state.person_total[row]).sum()), state.follows(row).tolist()

        assert {fact["type"] for fact in export["facts"]} >= {
            "impression",
            "like",
            "search",
            "visit",
            "follow",
        }
        told = {fact["type"]: fact for fact in export["facts"]}
        assert (told["search"]["query"], told["visit"]["position"]) == (WORDS[1], PLACE)
        assert (told["follow"]["author_id"], told["like"]["slot"]) == ("a1", 1)
        assert told["like"]["item_id"] == feed["slots"][0]["item_id"]
        assert [(one["id"], one["text"]) for one in export["items"]] == [("own", WORDS[2])]
        assert [one["text"] for one in export["comments"]] == [WORDS[3]]
        assert [one["note"] for one in export["comment_reports"]] == [WORDS[3]]
        assert (export["domains"], export["moderates"]) == (["tea"], ["tea"])
        assert told["join"]["domain_id"] == "tea"
        assert export["positions"] == [{"receipt_id": feed["receipt_id"], "position": PLACE}]
        assert export["receipts"] == [feed["receipt_id"]]
        assert (gone["error"]["code"], replay["error"]["code"]) == ("erased", "erased")
        assert unknown["error"]["code"] == "person_unknown"
        assert (item["author_id"], item["text"], item["state"]) == (None, "", "withdrawn")
        assert (found, after_close, keys) == ([], [], [])
        assert verify["findings"] == []
        assert again["data"] == []
        assert rebuilt == before
        assert left == (0, [])

    run(scenario)


def test_a_restored_back_up_erases_again_whom_the_home_had_erased(tmp_path):
    home, aside = tmp_path / "home", tmp_path / "aside"

    async def scenario():
        async with opened(home) as world:
            await lived(world)
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            await world.ask(
                "POST", "/v1/backup", {"path": str(aside)}, headers=operator, status=201
            )
            await world.ask("DELETE", f"/v1/people/{NAMED}", status=204)

        again = await bootstrap.restore(
            bootstrap.settings_of(str(home), {}), aside, bootstrap.Leave(replace=True)
        )
        async with opened(home) as world:
            await world.ask("GET", f"/v1/people/{NAMED}", status=404)
            kept = await world.ask("GET", "/v1/people/p0", status=200)
            verify = await world.ask("POST", "/v1/verify", {}, status=200)
            found = places(home, [NAMED, *WORDS])

        assert again.erased == 1
        assert kept["id"] == "p0"
        assert verify["findings"] == []
        assert found == []

    run(scenario)


PICTURE = b"\x89PNG the face of zhang wei"


async def pictured(world):
    """Let one person and another post pictures, one of which both show."""
    kind = {"Content-Type": "image/png"}
    urls = {}
    for key, body in {"own": PICTURE, "both": b"\x89PNG a hill"}.items():
        stored = await world.ask("PUT", f"/v1/media/{key}", content=body, headers=kind, status=201)
        urls[key] = stored["url"]
    shown = [{"url": url, "type": "image/png"} for url in urls.values()]
    own = {"kind": "picture", "author_id": NAMED, "media": shown}
    await world.put("/v1/items/mine", own, status=201)
    other = {"kind": "picture", "author_id": "ben", "media": shown[1:]}
    await world.put("/v1/items/theirs", other, status=201)
    return urls


def test_an_erased_persons_pictures_go_and_what_others_show_stays(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            urls = await pictured(world)
            before = places(home, [PICTURE.decode("latin-1")[1:]])
            await world.ask("DELETE", f"/v1/people/{NAMED}", status=204)
            gone = await world.http.get(urls["own"])
            kept = await world.http.get(urls["both"])

        assert len(before) == 1
        assert (gone.status_code, kept.status_code) == (404, 200)
        assert places(home, [PICTURE.decode("latin-1")[1:]]) == []

    run(scenario())


def test_a_picture_that_a_later_write_replaced_goes_with_its_author_too(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            urls = await pictured(world)
            kind = {"Content-Type": "image/png"}
            fresh = await world.ask(
                "PUT", "/v1/media/new", content=b"\x89PNG a tree", headers=kind, status=201
            )
            urls["new"] = fresh["url"]
            for _ in range(2):  # there and back: what was replaced twice is noted once
                for media in ([fresh["url"]], [urls["own"], urls["both"]], [fresh["url"]]):
                    shown = [{"url": url, "type": "image/png"} for url in media]
                    body = {"kind": "picture", "author_id": NAMED, "media": shown}
                    await world.put("/v1/items/mine", body, status=200)
            still = (await world.http.get(urls["own"])).status_code
            ordinal = world.engine.directory.ordinal(world.engine.directory.person_row(NAMED))
            noted = world.app.records.media_replaced("c", ordinal)
            await world.ask("DELETE", f"/v1/people/{NAMED}", status=204)
            left = world.app.records.media_replaced("c", ordinal)
            told = {name: (await world.http.get(url)).status_code for name, url in urls.items()}
        return still, noted, left, told

    still, noted, left, told = run(scenario())
    assert still == 200
    assert (len(noted), left) == (3, [])
    assert told == {"own": 404, "both": 200, "new": 404}
    assert places(home, [PICTURE.decode("latin-1")[1:]]) == []


def test_a_restored_back_up_brings_pictures_back_but_those_of_the_erased(tmp_path):
    home, aside, other = tmp_path / "home", tmp_path / "aside", tmp_path / "other"

    async def scenario():
        async with opened(other, given={"name": "Other"}):
            pass  # an installation of its own, whose operator's key the back-up does not know
        async with opened(home) as world:
            urls = await pictured(world)
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            body = {"path": str(aside)}
            await world.ask("POST", "/v1/backup", body, headers=operator, status=201)
            again = await world.ask("POST", "/v1/backup", body, headers=operator, status=409)
            await world.ask("DELETE", f"/v1/people/{NAMED}", status=204)

        await bootstrap.restore(
            bootstrap.settings_of(str(home), {}), aside, bootstrap.Leave(replace=True)
        )
        async with opened(home) as world:
            assert (await world.http.get(urls["own"])).status_code == 404
            assert (await world.http.get(urls["both"])).status_code == 200

        await bootstrap.restore(
            bootstrap.settings_of(str(other), {}), aside, bootstrap.Leave(replace=True)
        )
        async with opened(other) as world:
            assert (await world.http.get(urls["own"])).content == PICTURE
            await world.ask("GET", "/v1/items/mine", status=200)
        assert again["error"]["code"] == "backup_exists"

    run(scenario())


def test_a_back_up_that_cannot_be_made_leaves_nothing_behind(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            inside = {"path": "/proc/nowhere/copy"}
            refused = await world.ask("POST", "/v1/backup", inside, headers=operator, status=400)
            (home / "media" / "ab" / "nothing.png").mkdir(parents=True)
            broken = {"path": str(tmp_path / "copy")}
            failed = await world.ask("POST", "/v1/backup", broken, headers=operator, status=503)

        assert refused["error"]["code"] == "path_invalid"
        assert failed["error"]["code"] == "backup_failed"
        assert not (tmp_path / "copy").exists()

    run(scenario())
