"""What every page shares: its words, its files, its headers."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from lodestone import console
from lodestone.console.words import Catalogue, said_by
from lodestone.serve import application
from lodestone.serve.openapi import document_of
from tests.worlds.world import opened, run

FOLDER = Path(console.__file__).parent
SAID = {"_": None, "say": None, "ngettext": (1, 2), "count": (1, 2)}


DOCUMENT = document_of(
    application(None, None, None, wall=None, reports=None, pages=console.pages(demo=None))._inner
)


def sentences_of_routes():
    """Return what the document says of every route that the page of all routes says in the reader's language."""
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    parameters = [*DOCUMENT["components"]["parameters"].values()]
    parameters += [part for one in operations for part in one.get("parameters", ())]
    answers = [part for one in operations for part in one["responses"].values()]
    told = [*DOCUMENT["tags"], *parameters, *answers]
    return {one["summary"] for one in operations} | {
        one["description"] for one in told if one.get("description")
    }


def sentences():
    """Return every sentence that templates, scripts, code and the document of routes say."""
    found = sentences_of_routes()
    for path in FOLDER.rglob("*.js"):
        found |= set(said_by(path.read_bytes()))
    for path in [*FOLDER.rglob("*.html"), *FOLDER.rglob("*.py")]:
        page = path.suffix == ".html"
        method, options = (
            ("jinja2.ext:babel_extract", {"silent": "false"}) if page else ("python", {})
        )
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, SAID, (), options):
                found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_sentence_that_is_said_stands_in_the_catalogue_and_no_other():
    with (FOLDER / "locale" / "zh.po").open("rb") as file:
        told = {
            entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in read_po(file)
        }
    told.pop("")

    assert sentences() - set(told) == set()
    assert set(told) - sentences() == set()
    assert [one for one, entry in told.items() if not entry.string or entry.fuzzy] == []


def test_a_translation_names_the_same_fields_as_its_sentence():
    with (FOLDER / "locale" / "zh.po").open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    wrong = []
    for entry in entries:
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        fields = {field for one in ids for field in re.findall(r"\{(\w+)\}", one)}
        wrong += [one for one in strings if set(re.findall(r"\{(\w+)\}", one)) != fields]

    assert wrong == []


def test_no_page_names_a_colour_or_a_size_of_its_own():
    wrong = []
    for path in (FOLDER / "static").glob("*.css"):
        if path.name != "tokens.css":
            colours = re.findall(r"#[0-9A-Fa-f]{3,8}\b|\brgba?\(|\bhsla?\(", path.read_text())
            wrong += [(path.name, colour) for colour in colours]

    assert wrong == []


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "chosen"),
    [
        (None, None, "", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "fr,en;q=0.3,zh;q=0.7", "zh"),
        (None, None, "zh;q=0", "en"),
        (None, None, "zh;q=much, en", "en"),
        (None, "zh", "en", "zh"),
        ("en", "zh", "zh", "en"),
        ("xx", None, "zh", "zh"),
    ],
)
def test_the_language_is_what_was_asked_then_kept_then_accepted(asked, kept, accepted, chosen):
    catalogue = Catalogue(FOLDER / "locale")

    assert catalogue.choose(asked, kept, accepted).language == chosen


def test_a_page_comes_in_the_readers_language_and_lets_nothing_in_from_elsewhere(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            bare = {"Authorization": ""}
            zh = await world.http.get("/", headers={**bare, "Accept-Language": "zh-CN"})
            en = await world.http.get("/?lang=en", headers={**bare, "Accept-Language": "zh-CN"})
        policy = zh.headers["content-security-policy"]

        assert [zh.status_code, en.status_code] == [200, 200]
        assert '<html lang="zh"' in zh.text
        assert "跳到正文" in zh.text
        assert '<html lang="en"' in en.text
        assert "lang=en" in en.headers["set-cookie"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy

    run(scenario())


def test_a_file_is_kept_for_ever_under_its_contents_name_and_asked_about_under_another(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            page = await world.http.get("/", headers={"Authorization": ""})
            address = re.search(r"/static/tokens\.css\?v=\w+", page.text).group()
            named = await world.http.get(address, headers={"Authorization": ""})
            plain = await world.http.get("/static/tokens.css")
            tag = {"If-None-Match": plain.headers["etag"]}
            again = await world.http.get("/static/tokens.css", headers=tag)
            none = await world.http.get("/static/none.css")

        assert "immutable" in named.headers["cache-control"]
        assert plain.headers["cache-control"] == "no-cache"
        assert plain.headers["content-type"] == "text/css; charset=utf-8"
        assert (again.status_code, again.content) == (304, b"")
        assert (none.status_code, none.json()["error"]["code"]) == (404, "file_unknown")

    run(scenario())
