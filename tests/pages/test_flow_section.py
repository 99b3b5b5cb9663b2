"""The flow of the operator's window in a real browser: its figures are the API's, in both languages, at any width."""

from datetime import timedelta

import pytest

from lodestone.console.charts import number, whole
from tests.pages.served import live, served
from tests.pages.test_operator import PHONE, Opened, rows, serious

pytestmark = pytest.mark.browser
DAYS = "days=7"


def moving(found, days):
    """Let people join and leave a channel, follow and take it back, buy and share, beside what they usually do."""
    live(found, days)
    for n in range(3):
        body = {"kind": "video", "author_id": f"a{n}", "tags": ["tea"], "channels": ["tea"]}
        found.ask("PUT", f"/v1/items/t{n}", body)
    for n in range(6):
        found.ask("PUT", f"/v1/domains/tea/members/p{n}")
    for n in range(2):
        found.ask("DELETE", f"/v1/domains/tea/members/p{n}")
    found.ask("PUT", "/v1/domains/tea/members/p0")
    for n in range(6):
        done = "order" if n == 4 else "follow"
        found.look(f"p{n}", "share", done, surface="channel", domain_id="tea")
    for n in range(8, 12):
        author = found.look(f"p{n}", "follow")["slots"][0]["author_id"]
        if n < 10:
            found.ask("DELETE", f"/v1/people/p{n}/follows/{author}")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with served(tmp_path_factory.mktemp("home"), living=moving) as found:
        yield found


@pytest.fixture
def opened(chromium, town):
    def at(**context):
        made = Opened(chromium, town, **context)
        contexts.append(made)
        return made

    contexts = []
    yield at
    for made in contexts:
        made.context.close()


def span(town):
    today = town.now().date()
    return f"from={today - timedelta(days=6)}&to={today}"


def test_the_flow_and_the_paths_are_those_of_the_api(opened, town):
    one = opened()
    page = one.log_in(f"/operator?{DAYS}")

    report = town.ask("GET", f"/v1/reports/flow?{span(town)}")
    shown = rows(page, "#flow-between-domains")
    expected = [
        [
            row["source"], row["target"], whole(row["crossings"]), whole(row["people"]),
            f"¥{number(row['value_micros'] / 1e6)}",
        ]
        for row in reversed(report["borders"])
    ]  # fmt: skip
    assert [[row[1], row[2], *row[4:]] for row in shown] == expected
    moves = {row["move"] for row in report["borders"]}
    assert moves == {"enter", "return", "leave", "share"}
    assert {row["by"] for row in report["borders"]} >= {
        "follow",
        "join",
        "order",
        "leave",
        "unfollow",
        "share",
    }

    today = [row for row in report["borders"] if row["partial"]]
    assert [row[0].endswith(", so far") for row in shown].count(True) == len(today) > 0
    came = [row for row in report["borders"] if row["move"] in ("enter", "return")]
    times = sum(row["crossings"] for row in came)
    value = number(sum(row["value_micros"] for row in came) / 1e6)
    assert page.inner_text("#flow-answer") == (
        f"People came into a middle or private domain {whole(times)} times, worth ¥{value}."
    )

    paths = rows(page, "#flow-paths")
    assert [[row[2], row[3]] for row in paths] == [
        [whole(path["people"]), whole(path["count"])] for path in reversed(report["paths"])
    ]
    assert [row[1] for row in paths] == [
        " → ".join(path["stages"]) or "none" for path in reversed(report["paths"])
    ]
    assert one.quiet()


def test_the_domain_asked_for_narrows_the_flow_and_not_the_paths(opened, town):
    one = opened()
    page = one.log_in(f"/operator?{DAYS}&domain=middle")

    report = town.ask("GET", f"/v1/reports/flow?{span(town)}&domain=middle")
    whole_report = town.ask("GET", f"/v1/reports/flow?{span(town)}")
    assert 0 < len(report["borders"]) < len(whole_report["borders"])
    assert len(rows(page, "#flow-between-domains")) == len(report["borders"])
    assert len(rows(page, "#flow-paths")) == len(whole_report["paths"])


LOOKS = [
    ("desk-en", {}),
    ("desk-dark-zh", {"locale": "zh-CN", "color_scheme": "dark"}),
    ("phone-zh", {"locale": "zh-CN", "viewport": PHONE}),
    ("phone-dark-en", {"viewport": PHONE, "color_scheme": "dark"}),
]


@pytest.mark.parametrize(("name", "context"), LOOKS, ids=[name for name, _ in LOOKS])
def test_the_flow_is_read_by_everybody_at_any_width(opened, name, context):
    one = opened(**context)
    page = one.log_in(f"/operator?{DAYS}")
    section = page.locator("#flow")
    for details in section.locator("details").all():
        details.locator("summary").click()

    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    bands = section.locator("path.flow")
    assert bands.count() >= 4
    for box in (bands.nth(n).bounding_box() for n in range(bands.count())):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
    words = section.locator(".sankey text")
    boxes = [words.nth(n).bounding_box() for n in range(words.count())]
    for at, box in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = box["y"] + box["height"] <= other["y"] + 1 or other["y"] + other["height"] <= box["y"] + 1  # fmt: skip
            beside = box["x"] + box["width"] <= other["x"] or other["x"] + other["width"] <= box["x"]  # fmt: skip
            assert apart or beside
    assert one.quiet()
