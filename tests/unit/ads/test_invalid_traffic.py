"""Invalid traffic: five labelled attacks are found whole, and what people do is not."""

import numpy as np
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from lodestone.ads.invalid_traffic import (
    AGENT_MAX,
    RULES,
    ClickEvidence,
    Invalid,
    is_bot,
    judge_click,
    rings,
)
from lodestone.base.clock import SECOND_MICROS
from tests.worlds.seeds import fresh

SECOND = SECOND_MICROS
AT = 10**15


def click(seconds=5.0, **more):
    return ClickEvidence(time=AT, impression=AT - round(seconds * SECOND), **more)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (click(), None),
        (click(0.3), None),
        (click(0.299), Invalid.TOO_FAST),
        (click(same=[AT - 30 * SECOND]), Invalid.DUPLICATE),
        (click(same=[AT + 30 * SECOND]), Invalid.DUPLICATE),
        (click(same=[AT - 31 * SECOND]), None),
        (click(others=[AT - 60 * SECOND] * 30), Invalid.RATE),
        (click(others=[AT - 60 * SECOND] * 29), None),
        (click(others=[AT - 3_600 * SECOND] * 99), None),
        (click(travelled=True), Invalid.TRAVEL),
        (click(ring=True), Invalid.RING),
        (click(own=True, ring=True), Invalid.OWN),
        (click(0.1, bot=True, own=True), Invalid.BOT),
    ],
)
def test_a_click_is_judged_by_the_first_rule_that_speaks_against_it(evidence, reason):
    assert judge_click(evidence) is reason


def test_every_crawler_of_the_published_list_is_known():
    said = [name for entry in CRAWLER_USER_AGENTS_DATA for name in entry["instances"]]

    assert len(said) > 2_000
    assert [name for name in said if not is_bot(name)] == []


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        # What other lists and logs of public sites hold, and no name of ours is a part of.
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", True),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", True),
        ("Mozilla/5.0 (compatible; heritrix/3.4.0 +https://archive.example/)", True),
        ("Python-urllib/3.11", True),
        ("Go-http-client/2.0", True),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.55", False),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", False),
    ],
)  # fmt: skip
def test_a_program_is_taken_for_what_it_says_it_is(agent, bot):
    assert is_bot(agent) is bot


def test_of_a_name_without_end_only_the_beginning_is_read():
    assert not is_bot("x" * AGENT_MAX + "Googlebot/2.1")


def test_every_listed_bot_is_known_and_no_browser_is():
    assert all(is_bot(f"Mozilla/5.0 ({name.upper()} 1.0)") for name in RULES.bots)
    browsers = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; rv:131.0) Gecko/20100101 Firefox/131.0",
        "",
    )
    assert not any(map(is_bot, browsers))


def test_a_ring_is_found_among_people_who_click_at_random():
    random = np.random.default_rng(fresh())
    people = [tuple(pair) for pair in random.integers(0, 200, (4_000, 2)).tolist()]
    ring = [(900, 901), (901, 900)] * 8
    fans = [(5, 900)] * 40  # many clicks one way only
    assert rings([*people, *ring, *fans]) == {(900, 901), (901, 900)}


def test_labelled_attacks_are_found_and_bystanders_are_not():
    random = np.random.default_rng(fresh())
    attacks = {
        Invalid.BOT: lambda: click(random.uniform(0.5, 60), bot=True),
        Invalid.TOO_FAST: lambda: click(random.uniform(0, 0.29)),
        Invalid.DUPLICATE: lambda: click(same=[AT - int(random.uniform(0, 30) * SECOND)]),
        Invalid.RATE: lambda: click(others=(AT - random.uniform(0, 3_599, 40) * SECOND).tolist()),
        Invalid.TRAVEL: lambda: click(travelled=True),
    }
    for reason, attack in attacks.items():
        assert {judge_click(attack()) for _ in range(200)} == {reason}

    def bystander():
        """A person: seconds after an impression by a log-normal, some clicks on other ads in the hour."""
        others = AT - random.uniform(0, 3_600, random.poisson(3)) * SECOND
        return click(0.3 + random.lognormal(1.0, 0.8), others=others.tolist())

    wrong = sum(judge_click(bystander()) is not None for _ in range(5_000))
    assert wrong <= 50, np.round(wrong / 5_000, 4)  # 1 % of bystanders
