"""Exports and imports are each other's inverse: what a table carries comes back the same, and what it cannot is refused."""

import itertools
import json
from datetime import timedelta

import pytest
from pyarrow import parquet

from lodestone.base.clock import ManualClock
from tests.cli.test_cli import lodestone, table
from tests.worlds.world import NOON, TOWN, instant, opened, run

KINDS = ("people", "items", "domains", "relations", "events")
LATER = NOON + timedelta(days=400)
PEOPLE = {
    "ann": {
        "name": "\u6768\u5c0f\u7ea2 \"Ann\", of the hill", "home": TOWN, "present": {"latitude": 26.5, "longitude": 107.9},
        "present_at": "2026-03-04T11:00:00.125Z", "profession": "farmer", "interests": {"\u8336\u5c71": 1.5, "a:b": 2.0, "x|y": 0.1},
        "language": "zh-Hans", "consent": {"personalisation": True, "position": False}, "minor": True,
        "created_at": "2026-02-01T08:00:00.250+08:00",
    },
    "ben": {"interests": {"tea": 0.30000000000000004}},
    "7": {"name": " two\nlines\r\nand a tab\t", "consent": {"personalisation": False, "position": True}},
    "\u738b|x y": {"language": "en"},
}  # fmt: skip
ITEMS = {
    "i1": {
        "kind": "video", "author_id": "ben", "text": "\u4e00\u676f\u8336, \"tea\"\n\u7b2c\u4e8c\u884c", "language": "zh",
        "tags": ["\u8336", "a|b", "2.0"], "channels": ["walks"], "professions": ["farmer"], "position": TOWN,
        "duration_seconds": 12.25, "created_at": "2026-03-01T00:00:00Z",
        "media": [
            {"url": "https://example.org/a,b.mp4", "type": "video/mp4", "width": 720, "height": 1280},
            {"url": "/media/x.webp", "type": "image/webp"},
        ],
        "labels": [{"label": "warn", "rule": "loud", "expires_at": "2027-01-01T00:00:00Z"}, {"label": "show", "rule": "seen"}],
    },
    "i2": {"kind": "picture", "author_id": "\u738b|x y", "text": "=1+1", "tags": ["[x]"]},
    "i3": {"kind": "text", "author_id": "ben", "state": "draft", "duration_seconds": 3},
    "i4": {"kind": "live", "author_id": "7", "tags": ["tea", "hill"]},
    "i5": {"kind": "product", "author_id": "ben", "state": "withdrawn"},
}  # fmt: skip
DOMAINS = {
    "hill": {"kind": "place", "name": "The hill, \u5c71", "centre": TOWN, "radius_km": 2.5, "created_at": "2026-02-03T00:00:00Z"},
    "plain": {"kind": "place", "centre": {"latitude": -1, "longitude": 0}},
    "walks": {"kind": "channel", "name": "walks"},
    "farmer": {"kind": "profession"},
}  # fmt: skip


def said(number, kind, minutes, **more):
    time = NOON - timedelta(minutes=minutes, microseconds=number)
    return {"id": f"e{number}", "type": kind, "time": time.isoformat(), **more}


EVENTS = [
    said(1, "impression", 300, person_id="ann", item_id="i1", visible_seconds=1.5, surface="tab one", slot=3),
    said(2, "watch", 299, person_id="ann", item_id="i1", watch_seconds=30.125),
    said(3, "like", 298, person_id="ann", item_id="i1"), said(4, "unlike", 297, person_id="ann", item_id="i1"),
    said(5, "like", 290, person_id="\u738b|x y", item_id="i1"), said(6, "impression", 280, item_id="i2"),
    said(7, "follow", 270, person_id="7", author_id="ben"), said(8, "unfollow", 260, person_id="7", author_id="ben"),
    said(9, "search", 250, person_id="ann", query="\u8336 \"tea\""),
    said(10, "visit", 240, person_id="ann", position=TOWN), said(11, "profile_visit", 230, person_id="ann", author_id="ben"),
    said(12, "order", 220, person_id="ben", item_id="i4"), said(13, "comment", 210, person_id="ann", item_id="i2"),
    said(14, "share", 200, person_id="ann", item_id="i2"), said(15, "share", 200, person_id="ann", item_id="i2"),
]  # fmt: skip


async def fill(world):
    """Make a community with something of everything."""
    for kind, records in (("domains", DOMAINS), ("people", PEOPLE), ("items", ITEMS)):
        for name, given in records.items():
            await world.put(f"/v1/{kind}/{name}", given, status=201)
    told = await world.events(*EVENTS)
    assert told["refused"] == []
    for path in (
        "/v1/people/ann/follows/ben", "/v1/people/ann/blocks/7", "/v1/people/ben/mutes/ann", "/v1/people/ann/hidden-ads/ben", "/v1/domains/walks/members/ann",
        "/v1/domains/hill/members/7", "/v1/domains/walks/members/ben", "/v1/domains/hill/moderators/ann",
    ):  # fmt: skip
        world.clock.advance(seconds=1)
        await world.put(path, status=204)
    await world.ask("DELETE", "/v1/domains/walks/members/ben", status=204)
    seen = (await world.feed("\u738b|x y", slots=3))["slots"]
    told = await world.events(
        *(world.event(kind, seen[0], person="\u738b|x y") for kind in ("impression", "click"))
    )
    assert told["refused"] == []


async def answered(world):
    """Return all that lists and relations say of a community."""
    answers = {}
    for kind in ("people", "items", "domains"):
        answers[kind] = (await world.ask("GET", f"/v1/{kind}?limit=1000", status=200))["data"]
    answers["people"].sort(
        key=lambda person: person["id"]
    )  # listed by a hash of the community's own
    for person in answers["people"]:
        for what in ("follows", "blocks", "mutes", "hidden-ads"):
            path = f"/v1/people/{person['id']}/{what}"
            answers[path] = (await world.ask("GET", path, status=200))["data"]
    for domain in answers["domains"]:
        for what in ("members", "moderators"):
            path = f"/v1/domains/{domain['id']}/{what}"
            answers[path] = (await world.ask("GET", path, status=200))["data"]
    answers["events"] = [
        {name: value for name, value in event.items() if name != "receipt_id"}
        for event in (await world.ask("GET", "/v1/events?limit=1000", status=200))["data"]
        if event["domain_id"] is None and event["type"] not in ("block", "mute", "hide_ads")
    ]
    return answers


def made(home):
    """Fill a home; return what it answers."""

    async def scenario():
        async with opened(home) as world:
            await fill(world)
        async with opened(home, clock=ManualClock(instant(LATER))) as world:
            return await answered(world)

    return run(scenario())


def read_again(home):
    async def scenario():
        async with opened(home, clock=ManualClock(instant(LATER))) as world:
            return await answered(world)

    return run(scenario())


def imported(home, folder, form):
    """Make a fresh home of exported tables; return what the import says."""
    lodestone("community", "create", "c", "--time-zone", "Asia/Shanghai", home=home)
    return table(home, "import", "table", *(str(folder / f"{kind}.{form}") for kind in KINDS))


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_what_is_exported_comes_back_the_same_and_is_exported_the_same(tmp_path, form):
    first, second = tmp_path / "first", tmp_path / "second"
    before = made(first)

    lodestone("export", str(tmp_path / "out"), "--format", form, home=first)
    told = imported(second, tmp_path / "out", form)
    lodestone("export", str(tmp_path / "again"), "--format", form, home=second)
    after = read_again(second)

    assert told["refused"] == 0
    assert after.keys() == before.keys()
    for path, answer in before.items():
        assert after[path] == answer, path
    for kind in KINDS:
        one, other = (tmp_path / folder / f"{kind}.{form}" for folder in ("out", "again"))
        assert one.read_bytes() == other.read_bytes(), kind
        if form == "parquet":
            assert parquet.read_table(one).num_rows > 0


def test_an_export_brought_into_its_own_community_changes_nothing(tmp_path):
    before = made(tmp_path / "home")
    lodestone("export", str(tmp_path / "out"), home=tmp_path / "home")

    told = table(
        tmp_path / "home", "import", "table",
        *(str(tmp_path / "out" / f"{kind}.ndjson") for kind in KINDS),
    )  # fmt: skip

    assert (told["events"], told["refused"]) == (0, 0)
    assert told["duplicates"] == len(before["events"])
    assert read_again(tmp_path / "home") == before


@pytest.mark.parametrize(
    ("person", "column"),
    [("None", "id"), ("12.0", "id"), ("1.5E+10", "id"), (" ", "id"), ("ok", "name")],
    ids=["None", "12.0", "1.5E+10", "blank", "name"],
)
def test_what_csv_cannot_carry_is_refused_by_name_and_nothing_is_written(tmp_path, person, column):
    home, out = tmp_path / "home", tmp_path / "out"

    async def scenario():
        async with opened(home) as world:
            line = json.dumps({"id": person, **({"name": " \n "} if column == "name" else {})})
            await world.ask("POST", "/v1/people:bulk", content=line, status=200)

    run(scenario())
    code, _ = lodestone("export", str(out), "--format", "csv", home=home)

    assert code == "format_unfit"
    assert list(out.iterdir()) == []
    for form in ("ndjson", "parquet"):
        assert lodestone("export", str(tmp_path / form), "--format", form, home=home)[0] == 0
        told = imported(tmp_path / f"{form} home", tmp_path / form, form)
        assert (told["people"], told["refused"]) == (1, 0)


def test_long_texts_fill_no_body_beyond_what_the_door_takes(tmp_path):
    path, home = tmp_path / "items.ndjson", tmp_path / "home"
    rows = ({"id": f"i{n}", "kind": "text", "author_id": "a", "text": "\u8336" * 19_000} for n in range(400))  # fmt: skip
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    lodestone("community", "create", "c", home=home)

    assert table(home, "import", "table", str(path))["items"] == 400


def test_erased_people_are_in_no_table(tmp_path):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            await fill(world)
            await world.ask("DELETE", "/v1/people/ben", status=204)

    run(scenario())
    lodestone("export", str(tmp_path / "out"), home=home)
    told = imported(tmp_path / "fresh", tmp_path / "out", "ndjson")

    assert told["refused"] == 0
    assert b"ben" not in b"".join((tmp_path / "out" / f"{kind}.ndjson").read_bytes() for kind in KINDS)  # fmt: skip


def test_pages_of_events_join_without_a_gap_or_a_copy(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await fill(world)
            whole = (await world.ask("GET", "/v1/events?limit=1000", status=200))["data"]
            for limit in (1, 2, 7):
                listed, cursor = [], ""
                for _ in itertools.count():
                    page = await world.ask("GET", f"/v1/events?limit={limit}{cursor}", status=200)
                    listed += page["data"]
                    if page["next_cursor"] is None:
                        break
                    cursor = f"&cursor={page['next_cursor']}"
                assert listed == whole
            refused = await world.ask("GET", "/v1/events?cursor=x", status=400)
        return whole, refused

    whole, refused = run(scenario())
    assert len({event["id"] for event in whole}) == len(whole) > len(EVENTS)
    assert refused["error"]["code"] == "cursor_invalid"
