"""Media in parts: `Range` as RFC 9110 says it, so that a player may seek; and documents that are made once."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.representation import matches
from lodestone.serve.http.media_answer import PIECE
from lodestone.serve.http.ranges import UnsatisfiableError, part_of
from tests.worlds.serving import serving
from tests.worlds.world import opened, run

CLIP = bytes(range(256)) * (3 * PIECE // 256) + b"end"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * 20_000 + b"</svg>"


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A served home with one clip and one drawing, and their addresses."""

    async def fill(world):
        for key, kind, body in (("clip", "video/mp4", CLIP), ("svg", "image/svg+xml", DRAWING)):
            stored = await world.ask(
                "PUT", f"/v1/media/{key}", content=body, headers={"Content-Type": kind}, status=201
            )
            made[key] = stored["url"]

    made = {}
    with serving(tmp_path_factory.mktemp("media"), fill=fill) as server:
        yield {key: server.address + url for key, url in made.items()}


def curl(*asked):
    """Ask as a real client does; return status, headers and body."""
    done = subprocess.run(["curl", "-sS", "-i", *asked], check=True, capture_output=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("0-1", 0, 2),
        ("0-", 0, len(CLIP)),
        ("100000-", 100_000, len(CLIP)),
        (f"{PIECE - 1}-{PIECE}", PIECE - 1, PIECE + 1),
        ("-3", len(CLIP) - 3, len(CLIP)),
        (f"-{len(CLIP) * 2}", 0, len(CLIP)),
        (f"5-{len(CLIP) * 2}", 5, len(CLIP)),
    ],
)
def test_a_client_gets_the_range_it_asks_for(clip, asked, begin, end):
    status, headers, body = curl("-r", asked, clip["clip"])

    assert (status, body) == (206, CLIP[begin:end])
    assert headers["content-range"] == f"bytes {begin}-{end - 1}/{len(CLIP)}"
    assert headers["content-length"] == str(end - begin)
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["-H", "range: bytes=0-1,5-6"],
        ["-H", "range: lines=0-1"],
        ["-H", "range: bytes=9-2"],
        ["-H", "range: bytes=x-"],
        ["-H", "range: bytes=-"],
        ["-H", "range: bytes=0-1", "-H", 'if-range: "another"'],
        ["-H", "range: bytes=0-1", "-H", "if-range: Wed, 21 Oct 2015 07:28:00 GMT"],
    ],
)
def test_what_is_no_single_range_of_this_version_answers_whole(clip, asked):
    status, headers, body = curl(*asked, clip["clip"])

    assert (status, body) == (200, CLIP)
    assert headers["accept-ranges"] == "bytes"
    assert "content-range" not in headers


@pytest.mark.parametrize("asked", [f"{len(CLIP)}-", "-0", "99999999999-"])
def test_a_range_behind_the_end_is_416_and_tells_the_size(clip, asked):
    status, headers, body = curl("-H", f"range: bytes={asked}", clip["clip"])

    assert (status, body) == (416, b"")
    assert headers["content-range"] == f"bytes */{len(CLIP)}"


def test_a_range_of_the_same_version_is_taken_up_and_what_is_had_is_not_sent(clip):
    _, headers, _ = curl("-I", clip["clip"])
    tag = headers["etag"]

    resumed = curl("-r", "7-", "-H", f"if-range: {tag}", clip["clip"])
    assert (resumed[0], resumed[2]) == (206, CLIP[7:])
    assert curl("-H", f"if-none-match: {tag}", clip["clip"])[0] == 304


def test_head_tells_the_size_of_a_clip_and_of_its_part_and_sends_neither(clip):
    whole = curl("-I", clip["clip"])
    part = curl("-I", "-r", "0-9", clip["clip"])

    assert (whole[0], whole[1]["content-length"], whole[2]) == (200, str(len(CLIP)), b"")
    assert (part[0], part[1]["content-length"], part[2]) == (206, "10", b"")


def test_a_part_of_a_drawing_is_never_packed_and_the_whole_has_another_tag(clip):
    packs = ["-H", "accept-encoding: gzip"]
    whole, part = curl(*packs, clip["svg"]), curl(*packs, "-r", "0-9999", clip["svg"])

    assert whole[1]["content-encoding"] == "gzip"
    assert whole[1]["etag"] == "w/" + part[1]["etag"]
    assert (part[0], part[2]) == (206, DRAWING[:10_000])
    assert "content-encoding" not in part[1]


numbers = st.integers(0, 40).map(str)
headers = st.one_of(
    st.builds("bytes={}-{}".format, numbers, st.one_of(st.just(""), numbers)),
    st.builds("bytes=-{}".format, numbers),
    st.text(alphabet="bytes=-0123456789, ", max_size=20),
    st.text(max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(headers, st.integers(0, 30))
def test_a_part_lies_within_the_file_and_is_what_a_plain_reading_says(asked, size):
    try:
        part = part_of(asked, None, '"t"', size)
    except UnsatisfiableError:
        assert asked.strip().lower().startswith("bytes=")
        return
    if part is not None:
        first, last = asked.strip().lower().removeprefix("bytes=").strip().split("-")
        assert 0 <= part.start < part.stop <= size
        if first:
            assert part.start == int(first)
            assert part.stop == (size if not last else min(int(last) + 1, size))
        else:
            assert len(part) == min(int(last), size)
    assert part_of(asked, '"other"', '"t"', size) is None


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30))
def test_any_tags_may_be_named(asked):
    assert matches(asked + ', W/"t"', '"t"')


def test_documents_are_made_once_and_kept_packed_and_named(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            answers = {}
            for path in ("/docs", "/openapi.json"):
                plain = await world.http.get(path, headers={"Accept-Encoding": "identity"})
                packed = await world.http.get(path)
                tags = {"If-None-Match": f'"other", {packed.headers["etag"]}'}
                had = await world.http.get(path, headers=tags)
                answers[path] = plain, packed, had
            made = world.app.asgi._inner.state["openapi"]._made
            await world.http.get("/openapi.json")
            return answers, made is world.app.asgi._inner.state["openapi"]._made

    answers, once = run(scenario())
    assert once
    for plain, packed, had in answers.values():
        assert plain.content == packed.content
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(plain.content) / 5
        assert packed.headers["etag"] == "W/" + plain.headers["etag"]
        assert (had.status_code, had.content) == (304, b"")
    assert answers["/docs"][0].headers["cache-control"] == "private, no-cache"
    assert answers["/openapi.json"][0].headers["cache-control"] == "no-cache"


def test_no_other_address_makes_the_document_anew(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            paths = ("/docs/document", "/docs/document/openapi.json", "/docs/document/x", "/docs/x")
            return [await world.ask("GET", path, status=404) for path in paths]

    assert {answer["error"]["code"] for answer in run(scenario())} == {"route_unknown"}
