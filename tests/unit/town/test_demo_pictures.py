"""Words and picture of the demo's posts cannot part: each subject names its drawing's parts, and they are in the file."""

import re
import xml.etree.ElementTree as ET

import pytest

from lodestone.town.demo.matters import DAY, MATTERS, NIGHT
from lodestone.town.demo.shelves import SHOP_KINDS
from lodestone.town.scenes.composing import SCENES, SHOWN, drawing
from lodestone.town.scenes.goods import GOODS
from lodestone.town.scenes.lights import Light, light_of

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {f"{SVG}{name}" for name in ("path", "ellipse", "rect", "circle")}
SUBJECTS = [(matter.tag, subject) for matter in MATTERS.values() for subject in matter.subjects]
SUBJECTS += [(kind.tag, good.subject) for kind in SHOP_KINDS for good in kind.goods]
ONLY_WHERE_SAID = {
    "cat", "ginger_cat", "dog", "yellow_dog", "egg", "meat", "water", "rice", "ripe", "stubble", "farmers", "pickers",
    "blossom", "seedlings", "straw", "bees", "flowers", "chillies", "greens", "oranges", *GOODS,
}  # fmt: skip
"""Parts that may be in a picture only because its words are about them."""
WORDS = {
    "鱼": {"fish"}, "粉": {"noodles", "soybean_flour"}, "猫": {"cat", "ginger_cat"}, "狗": {"dog", "yellow_dog"}, "桥": {"bridge"},
    "瀑布": {"falls"}, "芦笙": {"reed_pipes"}, "鼓楼": {"tower"}, "牛王": {"buffalo"}, "蜂箱": {"hives"}, "辣椒": {"chillies"},
    "梯田": {"fields"}, "茶园": {"tea_rows"}, "银冠": {"crown", "crowns"}, "银手镯": {"bangle"}, "货车": {"truck"}, "黑板": {"board"},
    "灯笼": {"lanterns"}, "轮胎": {"tyres"}, "木梳": {"comb"}, "板凳": {"stool"}, "背包": {"backpack"}, "围巾": {"scarf"},
    "听诊器": {"stethoscope"}, "章": {"stamp"}, "蛋": {"egg"}, "米": {"rice_sack", "noodles", "cakes", "fields", "rice"},
}  # fmt: skip
"""What a word asks for: one of these parts."""


def drawn(subject, light=None, variant=1):
    return drawing(subject.scene, subject.parts, light or light_of(5, 10), variant)


def parts(body):
    """Return the named parts of a drawing in which something is drawn."""
    groups = (group for group in ET.fromstring(body).iter(f"{SVG}g") if group.get("data-part"))
    return {
        group.get("data-part") for group in groups if any(s.tag in SHAPES for s in group.iter())
    }


@pytest.mark.parametrize(
    ("tag", "subject"), SUBJECTS, ids=lambda value: getattr(value, "words", value) and ""
)
def test_what_a_subject_says_is_in_its_picture_and_nothing_that_it_does_not_say(tag, subject):
    shown = parts(drawn(subject).still)

    assert subject.parts <= shown, (tag, subject.words.zh)
    assert (shown & ONLY_WHERE_SAID) <= subject.parts, (tag, subject.words.zh)


@pytest.mark.parametrize("word", WORDS)
def test_a_thing_named_in_chinese_is_among_the_parts_of_every_subject_that_names_it(word):
    naming = [subject for _, subject in SUBJECTS if word in subject.words.zh]

    assert naming
    for subject in naming:
        assert subject.parts & WORDS[word], subject.words.zh


def test_every_scene_that_subjects_name_is_there_and_every_kind_of_good_is_sold():
    named = {subject.scene for _, subject in SUBJECTS}
    sold = {part for _, subject in SUBJECTS if subject.scene == "goods" for part in subject.parts}

    assert named == set(SCENES)
    assert sold == set(GOODS)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_field_shows_what_grows_in_its_month(month):
    seen = {
        part
        for tag in ("梯田", "油菜花", "养蜂", "茶山")
        for subject in MATTERS[tag].of_month(month)
        for part in subject.parts
    }

    assert ("blossom" in seen) == (month in (3, 4))
    assert ("ripe" in seen) == (month in (9, 10))
    assert ("bees" in seen) == (3 <= month <= 10)
    assert all(len(matter.of_month(month)) >= 2 for matter in MATTERS.values())


@pytest.mark.parametrize("hour", range(24))
def test_the_light_of_a_picture_is_that_of_its_hour(hour):
    light, village = (
        light_of(11, hour),
        next(subject for _, subject in SUBJECTS if subject.scene == "village"),
    )
    shown = parts(drawn(village, light).still)

    assert light.night == (hour in NIGHT or hour < 6)
    assert ("moon" in shown, "stars" in shown, "sun" in shown) == (light.night, light.night, not light.night)  # fmt: skip


def test_each_season_and_each_part_of_the_day_has_colours_of_its_own():
    lights = [light_of(month, hour) for month in (1, 4, 7, 10) for hour in (6, 12, 17, 22)]

    assert len({light.palette for light in lights}) == 16
    assert Light("winter", "day") == light_of(12, 12)
    assert {6, 18} <= DAY


def test_a_still_is_its_clip_without_the_motion_sharp_at_any_size_and_asks_nobody():
    _, subject = SUBJECTS[0]
    made = drawn(subject)
    still, clip = made.still.decode(), made.clip.decode()

    assert "@keyframes" in clip
    assert "@keyframes" not in still
    assert re.sub(r'<g class="[^>]*>', "<g>", clip.split("</style>")[1]) == still.split(">", 1)[1]
    assert (f'width="{SHOWN[0]}"', SHOWN[0] >= 1080) == (still.split()[2], True)
    assert not re.search(r"<script|href|<image|https?://(?!www\.w3\.org)", still + clip)
    assert len(made.clip) < 90_000


def test_the_same_subject_in_the_same_light_is_drawn_the_same():
    _, subject = SUBJECTS[5]

    assert drawn(subject) == drawn(subject)
    assert drawn(subject, variant=2) != drawn(subject)
