"""What shows links takes no SVG: a drawing's preview is a raster picture, and a stranger's drawing opens nothing."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from lodestone.media import raster_child
from tests.pages.test_previews import BARE, NAMED, shown_off, tags
from tests.worlds.world import opened, run

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="480" height="640" viewBox="0 0 480 640">{}</svg>'
BLUE = '<rect width="480" height="640" fill="#0000ff"/>'


async def stored(world, svg, key="drawing"):
    kind = {"Content-Type": "image/svg+xml"}
    made = await world.ask("PUT", f"/v1/media/{key}", content=svg.encode(), headers=kind)
    return made["url"]


async def preview_of(world, url):
    return await world.http.get(
        url.replace("/media/", "/preview/").replace(".svg", ".png"), headers=BARE
    )


def picture(body):
    with Image.open(io.BytesIO(body)) as image:
        return image.format, image.size, image.convert("RGBA").getpixel((600, 800))


def test_a_drawings_preview_is_a_picture_of_its_shape_made_once_and_gone_with_it(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            url = await stored(world, SVG.format(BLUE))
            media = [{"url": url, "type": "image/svg+xml", "width": 480, "height": 640}]
            post = {"kind": "picture", "author_id": "a0", "text": "酸汤", "media": media}
            await world.put("/v1/items/blue", post, status=201)
            tags_shown = await tags(world, "/p/blue", Host="town.example")
            first = await world.http.get(tags_shown["og:image"], headers=BARE)
            drawn = sorted(path.name for path in tmp_path.rglob("*.preview"))
            again = await world.http.get(tags_shown["og:image"], headers=BARE)
            await world.ask("DELETE", "/v1/people/a0", status=204)
            after = await world.http.get(tags_shown["og:image"], headers={"Authorization": ""})
            left = list(tmp_path.rglob("*.preview"))
            return tags_shown, first, drawn, again, after.status_code, left

    tags_shown, first, drawn, again, after, left = run(scenario)
    assert tags_shown["twitter:card"] == "summary_large_image"
    assert tags_shown["og:image"].startswith("http://town.example/preview/")
    assert first.headers["content-type"] == "image/png"
    assert picture(first.content) == ("PNG", (1200, 1600), (0, 0, 255, 255))
    assert len(drawn) == 1
    assert again.content == first.content
    assert (after, left) == (404, [])


BAD = ["<svg", "not a drawing", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("<text>&a;</text>"), SVG.format("<g>" * 100_000 + "</g>" * 100_000)]  # fmt: skip


@pytest.mark.parametrize("svg", BAD, ids=["torn", "none", "entities", "deep"])
def test_what_cannot_be_drawn_shows_the_sites_icon(tmp_path, svg):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await preview_of(world, await stored(world, svg))
            return answer.status_code, answer.headers["content-type"], picture_size(answer.content)

    def picture_size(body):
        with Image.open(io.BytesIO(body)) as image:
            return image.size

    assert run(scenario) == (200, "image/png", (512, 512))


@pytest.mark.parametrize("path", ["/preview/none.png", "/preview/none.svg", "/preview/x"])
def test_no_other_address_has_a_preview(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            return (await world.http.get(path, headers={"Authorization": ""})).status_code

    assert run(scenario) == 404


OUTSIDE = [
    '<image href="{path}" width="480" height="640"/>',
    '<image xlink:href="file://{path}" width="480" height="640"/>',
    '<image href="&#x2f;{rest}" width="480" height="640"/>',
    '<image href="http://127.0.0.1:9/red.png" width="480" height="640"/>',
    '<filter id="f"><feImage href="{path}"/></filter><rect width="480" height="640" fill="none" filter="url(#f)"/>',
    '<style>@import url("file://{path}"); rect {{ fill: url({path}) }}</style>',
]


@pytest.mark.parametrize("part", OUTSIDE)
def test_a_strangers_drawing_opens_no_file_and_no_address(tmp_path, part):
    Image.new("RGB", (480, 640), (255, 0, 0)).save(tmp_path / "red.png")
    path = str(tmp_path / "red.png")
    svg = SVG.format(part.format(path=path, rest=path[1:]))
    drawing = raster_child.closed(svg)
    assert path not in drawing
    assert "127.0.0.1" not in drawing

    child = [sys.executable, "-I", raster_child.__file__]
    drawn = subprocess.run(child, input=svg.encode(), capture_output=True, check=True)
    assert picture(drawn.stdout)[2] == (0, 0, 0, 0)


def test_a_drawing_keeps_what_lies_within_it():
    gradient = '<linearGradient id="g"/><use href="#r"/><rect id="r" fill="url(#g)"/>'
    drawing = raster_child.closed(SVG.format(gradient))
    assert "url(#g)" in drawing
    assert 'href="#r"' in drawing


def test_a_drawing_that_is_too_long_is_not_drawn():
    svg = SVG.format(f"<!--{'x' * raster_child.BYTES_MAX}-->").encode()
    child = [sys.executable, "-I", raster_child.__file__]
    assert subprocess.run(child, input=svg, capture_output=True, check=False).returncode == 1


def test_a_titles_lines_are_set_apart(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=NAMED) as world:
            await shown_off(world)
            post = {"kind": "text", "author_id": "a0", "text": "今早的酸汤\n\n河里的鲤鱼！\n来尝"}
            await world.put("/v1/items/lines", post, status=201)
            return (await tags(world, "/p/lines"))["og:title"]

    assert run(scenario) == "李丽: 今早的酸汤 · 河里的鲤鱼！ 来尝"
