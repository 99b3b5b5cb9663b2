"""Counters count: they never fall, nobody's fault sets off no alert, and Prometheus' own tool finds nothing to mend."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.worlds.world import opened, run

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "docs" / "prometheus" / "alerts.yml"
TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)


def promtool(*arguments, text=None):
    tool = shutil.which("promtool", path=f"{ROOT / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin")
    assert tool is not None, "promtool is missing: run scripts/system-packages"
    done = subprocess.run([tool, *arguments], input=text, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


async def scrape(world):
    return (await world.http.get("/metrics")).text


def figures(text, kinds=("counter", "histogram")):
    """Return every sample of metrics of these kinds."""
    named = {name for name, kind in TYPE.findall(text) if kind in kinds}
    rows = (line.rpartition(" ") for line in text.splitlines() if line[:1] != "#")
    return {
        name: float(value)
        for name, _, value in rows
        if re.sub(r"_(bucket|count|sum)$", "", name.partition("{")[0]) in named
        or name.partition("{")[0] in named
    }


async def lived(world):
    """Let a community decide, count and step its prices."""
    await world.people(2)
    await world.items(20)
    feed = await world.feed("p0")
    await world.events(world.event("impression", feed["slots"][0]))
    world.later(seconds=61)
    await world.engine.tick()


def test_no_counter_falls_when_a_community_closes_and_opens_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await lived(world)
            texts = [await scrape(world)]
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            await world.http.post("/v1/communities/c/disable", headers=operator)
            texts.append(await scrape(world))
            shown = (await world.http.get("/v1/communities/c", headers=operator)).json()
            given = {key: shown[key] for key in ("name", "time_zone", "currency", "clock")}
            again = await world.http.put(
                "/v1/communities/c", json={**given, "state": "active"}, headers=operator
            )
            assert again.status_code == 200, again.text
            texts.append(await scrape(world))
            return texts

    first, closed, again = run(scenario())
    before = figures(first)
    assert before["lodestone_facts_total"] > 20
    assert (before["lodestone_receipts_total"], before["lodestone_price_steps_total"]) == (1, 1)
    assert before["lodestone_log_commit_seconds_count"] >= 2
    for later in (closed, again):
        after = figures(later)
        assert {name: after.get(name) for name, n in before.items() if after.get(name, -1) < n} == {}  # fmt: skip
    assert figures(closed, ["gauge"])["lodestone_log_facts"] == 0
    assert figures(again)["lodestone_facts_total"] < 2 * before["lodestone_facts_total"]


def test_a_start_counts_from_zero_whatever_its_logs_hold(tmp_path):
    async def living():
        async with opened(tmp_path) as world:
            await lived(world)

    async def again():
        async with opened(tmp_path) as world:
            return await scrape(world)

    run(living())
    text = run(again())
    assert figures(text)["lodestone_receipts_total"] == 0
    assert figures(text, ["gauge"])["lodestone_log_receipts"] == 1


def test_a_route_that_is_not_offered_is_counted_as_such(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            assert (await world.http.get("/api/measurements/x")).status_code == 501
            return await scrape(world)

    text = run(scenario())
    assert re.search(r'^lodestone_requests_total\{.*status="not_offered"\} 1$', text, re.MULTILINE)
    assert 'status="501"' not in text


def test_prometheus_own_tool_finds_nothing_to_mend_in_the_metrics(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await lived(world)
            return await scrape(world)

    text = run(scenario())
    assert promtool("check", "metrics", text=text) == ""
    assert re.search(
        r'^lodestone_build_info\{python="3[^"]*",version="[0-9.]+"\} 1.0$', text, re.MULTILINE
    )
    named = set(re.findall(r"\b(lodestone_[a-z_]+)", ALERTS.read_text()))
    known = {name for name, _ in TYPE.findall(text)}
    assert {name for name in named if name.removesuffix("_bucket") not in known} == set()


@pytest.mark.parametrize("command", [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]], ids=["check", "test"])  # fmt: skip
def test_prometheus_own_tool_takes_the_alerts_and_shows_when_they_fire(command, monkeypatch):
    monkeypatch.chdir(ALERTS.parent)

    assert "SUCCESS" in promtool(*command)


def test_every_alert_is_tested_and_documented():
    alerts = set(re.findall(r"alert: (\w+)", ALERTS.read_text()))
    page = (ROOT / "docs" / "operations.md").read_text()
    tested = re.findall(r"alertname: (\w+)", (ALERTS.parent / "alerts_test.yml").read_text())

    assert alerts == set(tested)
    assert {name for name in alerts if f"`{name}`" not in page} == set()
