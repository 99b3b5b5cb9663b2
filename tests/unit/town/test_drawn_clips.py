"""A clip is the drawing of its picture once more, as shapes that move by themselves and need nobody."""

import re
import xml.etree.ElementTree as ET

import pytest

from lodestone.town.people.topics import TOPICS
from lodestone.town.scenes.pictures import VARIANTS, clip
from lodestone.town.scenes.surfaces import Motion, Moving

SVG = "{http://www.w3.org/2000/svg}"
ALL = [(topic, variant) for topic in range(len(TOPICS)) for variant in range(VARIANTS)]


def parsed(body):
    return ET.fromstring(body)


@pytest.mark.parametrize("topic", range(len(TOPICS)), ids=lambda topic: TOPICS[topic].scene)
def test_every_clip_is_a_small_whole_file_that_moves_and_asks_nobody(topic):
    for variant in range(VARIANTS):
        body = clip(topic, variant)
        found = parsed(body)
        kept = {one.get("id") for one in found.iter() if one.get("id")}
        used = set(re.findall(r"url\(#(\w+)\)", body.decode()))
        parts = {one.get("class") for one in found.iter(f"{SVG}g")}
        style = found.find(f"{SVG}style").text

        assert (found.get("width"), found.get("height")) == ("480", "640")
        assert len(body) < 80_000
        assert used == kept
        assert parts
        assert all(f"@keyframes {name}{{" in style for name in parts)
        assert "prefers-reduced-motion" in style
        assert not re.search(r"<script|href|<image|https?://(?!www\.w3\.org)", body.decode())


def test_clips_of_a_topic_differ_and_each_is_the_same_every_time():
    drawn = [clip(*one) for one in ALL]

    assert len(set(drawn)) == len(ALL)
    assert [clip(*one) for one in ALL[:6]] == drawn[:6]


def test_a_part_moves_as_far_and_as_long_as_it_was_told():
    moving = Moving((100, 200), (0, 0, 0), (255, 255, 255))
    moving.begin(Motion("drift", 3.0, 0.5, (10.0, -4.0), (0.0, 0.0), 0.0))
    moving.ellipse((10, 20, 30, 40), (255, 0, 0, 51))
    moving.end()
    part = parsed(moving.file((50, 100))).find(f"{SVG}g")
    shape = part.find(f"{SVG}ellipse")

    assert part.get("style") == "animation-duration:3s;animation-delay:0.5s;--x:10px;--y:-4px"
    assert (shape.get("cx"), shape.get("cy"), shape.get("rx"), shape.get("ry")) == ("20", "30", "10", "10")  # fmt: skip
    assert (shape.get("fill"), shape.get("fill-opacity")) == ("#ff0000", "0.2")


def test_a_fall_of_colour_beside_the_surface_is_left_out_and_one_used_twice_is_kept_once():
    moving = Moving((100, 200), (0, 0, 0), (255, 255, 255))
    for left in (0, 0, 500):
        corners = [(left, 0), (left + 50, 0), (left + 50, 60)]
        moving.polygon(corners, (9, 9, 9), (1, 1, 1))
    found = parsed(moving.file((50, 100)))

    assert len(found.findall(f"{SVG}path")) == 3
    assert len(list(found.iter(f"{SVG}linearGradient"))) == 2
