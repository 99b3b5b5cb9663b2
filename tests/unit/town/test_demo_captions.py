"""What the demo's posts say: both languages, the month and the hour it is, and no ending worn out."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.town.demo import matters
from lodestone.town.demo.captions import Captions
from lodestone.town.demo.matters import DAY, ENDINGS, MATTERS, NIGHT, OPENINGS, SEASONS, TIMES
from lodestone.town.demo.names import DOMAINS, romanised
from lodestone.town.demo.shelves import OFFERED, SHOP_KINDS
from lodestone.town.people.topics import CHANNELS, GIVEN, PROFESSIONS, QUARTERS, SURNAMES
from lodestone.town.scenes.lights import light_of

HAN = re.compile(r"[\u4e00-\u9fff]")
HOURLY = re.compile(
    r"天刚亮|一大早|早饭|上午|中午|午后|下午|傍晚|天刚黑|晚饭以后|夜里|今晚|半夜|天没亮"
)
TAGS = list(MATTERS)


def at(month, hour, day=14):
    return Instant(int((datetime(2026, month, day, hour, 20, tzinfo=UTC) - timedelta(hours=8)).timestamp() * 1e6))  # fmt: skip


def written(count, *, seed=1):
    """Write captions as a town of three weeks would, in November."""
    captions = Captions(Streams(seed))
    for number in range(count):
        when = at(11, (7 * number) % 18 + 6, 1 + number * 21 // count)
        yield captions.write(number, MATTERS[TAGS[number % len(TAGS)]], when, ("老城", "Old Town"))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_ending_is_on_more_than_one_in_a_hundred_posts_and_no_two_posts_are_alike(seed):
    texts = list(written(1500, seed=seed))
    endings = Counter(caption.zh.rstrip("。").rsplit("。", 1)[-1] for caption in texts)

    assert max(endings.values()) <= 15
    assert len({caption.zh for caption in texts}) >= 1485
    assert len({caption.en for caption in texts}) >= 1485


def test_neighbouring_posts_do_not_end_alike():
    endings = [
        caption.said and caption.zh.rstrip("。").rsplit("。", 1)[-1] for caption in written(600)
    ]

    assert all(len(set(endings[n : n + 4])) == 4 for n in range(len(endings) - 4))


def test_every_word_stands_in_both_languages():
    lines = [*OPENINGS, *TIMES, *SEASONS, *ENDINGS, *matters.EARLIER_DAY, *matters.EARLIER_NIGHT]
    lines += [line for matter in MATTERS.values() for line in matter.details]
    lines += [subject.words for matter in MATTERS.values() for subject in matter.subjects]
    lines += [line for some in OFFERED.values() for line in some]
    lines += [kind.name for kind in SHOP_KINDS]
    lines += [good.subject.words for kind in SHOP_KINDS for good in kind.goods]

    assert len(lines) > 750
    for line in lines:
        assert HAN.search(line.zh), line
        assert line.en, line
        assert not HAN.search(line.en), line
        assert not re.search(r"[。，！.!]$", line.zh + line.en[-1:]), line


def test_every_name_and_place_has_an_english_one():
    for surname in SURNAMES:
        for given in GIVEN:
            assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", romanised(surname + given))
    chinese = [name for name, *_ in QUARTERS]
    for name in (*chinese, *CHANNELS.values(), *PROFESSIONS.values()):
        assert DOMAINS[name].isascii()


@pytest.mark.parametrize("month", [1, 3, 4, 7, 9, 11])
def test_words_and_light_are_those_of_month_and_hour(month):
    captions = Captions(Streams(3))
    for number in range(24 * len(TAGS)):
        hour, tag = number % 24, TAGS[number // 24]
        caption = captions.write(number, MATTERS[tag], at(month, hour), None)
        seen = (
            hour if hour in caption.subject.hours else 21 if caption.subject.hours == NIGHT else 14
        )

        assert month in caption.subject.words.when.months
        assert all(phrase.when.fits(month, hour) for phrase in caption.said), caption.zh
        assert caption.light == light_of(month, seen)
        earlier = set(caption.said) & {*matters.EARLIER_DAY, *matters.EARLIER_NIGHT}
        assert bool(earlier) == (seen != hour), caption.zh


def test_words_of_an_hour_are_said_only_where_they_are_bound_to_it():
    free = [*OPENINGS, *ENDINGS, *(line for matter in MATTERS.values() for line in matter.details)]
    loose = [line.zh for line in free if HOURLY.search(line.zh) and len(line.when.hours) == 24]

    # What somebody does on some evening is no hour of the post.
    assert set(loose) == {
        "爷爷看了一下午",
        "走一圈要一个下午",
        "中午管一顿大锅饭",
        "一上午办了四十件",
    }
    assert all(len(line.when.hours) < 24 for line in TIMES)
    assert set().union(*(line.when.hours for line in TIMES)) == set(range(24))
    assert set().union(*(line.when.months for line in SEASONS)) == set(range(1, 13))


def test_a_scene_of_the_night_that_is_posted_by_day_says_that_it_was_last_night():
    texts = [
        Captions(Streams(9)).write(number, MATTERS["夜市"], at(11, 10), None)
        for number in range(20)
    ]

    assert all(caption.light.night for caption in texts)
    assert all(
        "昨" in caption.zh and re.search("[Ll]ast night|yesterday", caption.en) for caption in texts
    )
    assert {6, 12, 18} <= DAY
