"""Texts and numbers that no database takes are refused at the door, naming the field, whoever keeps the records."""

import re

import pytest

from tests.worlds.fuzz import furnished
from tests.worlds.postgres import cluster
from tests.worlds.whole_bodies import WHOLE, at, leaves, spoiled
from tests.worlds.world import opened, run

IDS = {
    "person_id": "p1", "item_id": "i1", "domain_id": "mill", "shop_id": "soups", "product_id": "pan", "stock_id": "duck",
    "sale_id": "flash", "room_id": "room", "webhook_id": "app", "community_id": "c", "source": "s", "user_id": "p2",
}  # fmt: skip
CONTROLS = ("a\0b", "\x7f")
TOO_BIG = (2**63, -(2**63) - 1)
NO_YEAR = (
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
)  # fmt: skip
GORSE_TAKES = {
    "Labels": "a bad one refuses nothing",
    "Value": "a number that is seldom read",
    "Timestamp": "year 1 is unset",
}


NO_DAY = ("2026-03-04\n", "２０２６-03-04", "0000-00-00", "2026-02-30", "9999-99-99")


def poisons(value):
    """Return what no field may take that takes such a value."""
    if isinstance(value, str):
        dated = value[4:5] == "-" and value[7:8] == "-"
        return (*CONTROLS, *(() if not dated else NO_DAY if len(value) == 10 else NO_YEAR))
    return () if isinstance(value, bool) else TOO_BIG


def spoilt():
    for name, body in WHOLE.items():
        for path in leaves(body):
            if name.split()[1].startswith("/api") and GORSE_TAKES.keys() & set(path):
                continue
            for poison in poisons(at(body, path)):
                yield name.rstrip(), path, spoiled(body, path, poison)


def url(name):
    return name.split()[0], re.sub(r"\{(\w+)\}", lambda m: IDS.get(m[1], "none"), name.split()[1])


def taken(answer):
    """Say whether an answer is anything but a refusal of what was sent."""
    if answer.status_code == 200 and answer.request.url.path == "/v1/events":
        return not answer.json()["refused"]
    return not 400 <= answer.status_code < 500 or (
        answer.status_code == 404 and "route" in answer.text
    )


async def swept(home, address):
    """Spoil every field of every body in turn; return what was answered with anything but a refusal."""
    wrong = []
    async with opened(home, records_url=address) as world:
        await furnished(world)
        token = f"?token={world.engine.live.token}"
        for name, path, body in spoilt():
            method, target = url(name)
            more = token if target.endswith("/srs") else ""
            answer = await world.http.request(method, target + more, json=body)
            if taken(answer):
                wrong.append((name, path, at(body, path), answer.status_code, answer.text[:200]))
    return wrong


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_field_takes_a_control_character_a_number_over_64_bits_or_a_year_there_is_not(
    tmp_path, kind
):
    if kind == "sqlite":
        wrong = run(swept(tmp_path, None))
    else:
        with cluster() as address:
            wrong = run(swept(tmp_path, address))

    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    "day", ["0000-00-00", "2026-02-30", "%EF%BC%92026-03-04", "10000-01-01", "-001-01-01"]
)
@pytest.mark.parametrize(
    "path", ["/v1/reports/liu", "/v1/reports/flow", "/v1/reports/exposure", "/v1/statements/house"]
)
def test_a_day_there_never_was_is_refused_by_every_report(tmp_path, path, day):
    async def scenario():
        async with opened(tmp_path) as world:
            for name in ("from", "to"):
                error = (await world.ask("GET", f"{path}?{name}={day}", status=400))["error"]
                assert error["details"][0]["field"] == name

    run(scenario())


QUERIES = [
    ("/v1/transfers?external=%00", "external"), ("/v1/people?cursor=%FF", "cursor"),
    ("/v1/orders?buyer=a%0Ab&limit=3", "buyer"), ("/v1/items?author_id=%ED%A0%80", "author_id"),
    ("/v1/people?limit=5&%00=1", ""), ("/api/recommend/p0?category=%1B", "category"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "field"), QUERIES)
def test_a_query_with_a_control_character_or_no_utf_8_is_refused_by_its_name(
    tmp_path, address, field
):
    async def scenario():
        async with opened(tmp_path) as world:
            return await world.ask("GET", address, status=400)

    error = run(scenario())["error"]
    assert error["code"] == "query_invalid"
    named = error["details"][0]["field"] if "details" in error else error["message"].split()[0]
    assert named.strip("\0") == field


WORDS = [
    "👨\u200d🌾",
    "می\u200cخواهم",
    "東京\u3000駅",
    "അവന്\u200d",
    "prix\u00a0fixe",
    "❤\ufe0f\u200d🔥",
]


def test_tags_interests_and_labels_take_joiners_and_wide_spaces_inside_a_word(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/people/p", {"interests": dict.fromkeys(WORDS, 1)}, status=201)
            labels = [{"label": "show", "rule": word} for word in WORDS]
            item = {"kind": "text", "author_id": "p", "tags": WORDS, "labels": labels}
            await world.put("/v1/items/i", item, status=201)
            person = await world.ask("GET", "/v1/people/p", status=200)
            return person["interests"], await world.ask("GET", "/v1/items/i", status=200)

    interests, item = run(scenario())
    assert (list(interests), item["tags"]) == (WORDS, WORDS)
    assert [label["rule"] for label in item["labels"]] == WORDS


@pytest.mark.parametrize(
    "word", ["\u200d", "\u200ctea", "\u3000tea", "tea\u3000", "te\u202ea", "te\u200ba", "tea\u2028"]
)
def test_a_word_neither_begins_with_a_joiner_nor_is_edged_by_spaces_nor_turns_its_reader(
    tmp_path, word
):
    async def scenario():
        async with opened(tmp_path) as world:
            return await world.put("/v1/people/p", {"interests": {word: 1}}, status=400)

    assert run(scenario())["error"]["details"]
