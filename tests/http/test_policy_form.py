"""The policy as a form: refusals beside the field, two who edit at once, versions in words, and the way back."""

import re

import pytest

from tests.worlds.acts import Operator, fields_of
from tests.worlds.world import opened, run

REFUSED = [
    ("worth__like", "a lot", "Write an amount such as 0.02"),
    ("worth__like", "0,5", "Write an amount such as 0.02"),
    ("worth__like", "0.0000001", "at most six decimals"),
    ("worth__like", "1000001", "It must lie between −¥1 000 000 and ¥1 000 000."),
    ("exploration_share", "21", "It must lie between 0 and 20 %."),
    ("exploration_share", "", "Write a number such as 2.5"),
    ("ad_load", "51", "It must lie between 0 and 50 %."),
    ("author_max", "2.5", "Write a whole number"),
    ("author_max", "51", "It must lie between 1 and 50."),
    ("diversity", "1e3", "Write a number such as 2.5"),
    ("first_impressions_min", "60", "It must not be above the most."),
    ("seen_days", "366", "It must lie between 0 and 365 days."),
    ("watch__film", "0", "It must lie between 1 and 86 400 seconds."),
    ("out_of_reach", "burn", "Choose one of those."),
    ("promise__gini__target", "1.2", "It must lie between 0 and 1."),
    ("promise__local_share__target", "101", "It must lie between 0 and 100 %."),
    ("promise__gini__cap", "101", "It must lie between 0 and 100."),
    ("name", " ", "Write something here."),
    ("reason", "", "Say in one line why"),
    ("reason", "x" * 501, "Say in one line why"),
]
OWN = {"own__0__id": "rice", "own__0__equals": "rice", "own__0__field": "tag", "own__0__target": "30", "own__0__cap": "2"}  # fmt: skip
OWN_REFUSED = [
    ({"own__0__id": "gini"}, "own-0-id", "This is the name of a promise of ours"),
    ({"own__0__equals": ""}, "own-0-equals", "Write something here."),
    ({"own__0__field": "kind"}, "own-0-equals", "A kind is one of video"),
    ({"own__0__field": "mood"}, "own-0-field", "Choose one of those."),
    ({"own__0__direction": "sideways"}, "own-0-direction", "Choose one of those."),
    ({"own__0__target": "much"}, "own-0-target", "Write a number such as 2.5"),
]


def wrong(page, name):
    """Return what is said beside a field."""
    name = name.replace("__", "-")
    return re.search(rf'id="{re.escape(name)}-wrong">([^<]*)<', page).group(1)


def plain(text):
    return text.replace("\u202f", " ")


async def policy(world):
    return await world.ask("GET", "/v1/policy", status=200)


def test_what_does_not_fit_is_refused_beside_its_field_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            before, answers = await policy(world), []
            for name, value, _ in REFUSED:
                sent = {"reason": "a trial", name: value}
                answer = await operator.send("/operator/policy", do="publish", **sent)
                answers.append((answer.status_code, wrong(answer.text, name)))
            for changed, field, _ in OWN_REFUSED:
                sent = {**OWN, "reason": "a trial", **changed}
                answer = await operator.send("/operator/policy", do="publish", **sent)
                answers.append((answer.status_code, wrong(answer.text, field)))
            return before, await policy(world), answers

    before, after, answers = run(scenario)
    said = [case[-1] for case in [*REFUSED, *OWN_REFUSED]]
    assert [status for status, _ in answers] == [400] * len(said)
    assert [
        (part, plain(text))
        for part, (_, text) in zip(said, answers, strict=True)
        if part not in plain(text)
    ] == []
    assert after == before


def test_what_was_typed_stands_in_the_form_that_is_refused(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            sent = {"worth__like": "0.033", "author_max": "none", "reason": "fewer of one"}
            answer = await operator.send("/operator/policy", do="publish", **sent, **OWN)
            return answer.text

    page = run(scenario)
    for name, value in (("worth.like", "0.033"), ("author_max", "none"), ("reason", "fewer of one"), ("own.0.id", "rice")):  # fmt: skip
        assert re.search(rf'name="{re.escape(name)}"[^>]* value="{value}"', page), name


def test_money_is_whole_micros_however_it_is_typed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            sent = {
                "worth__like": "1,250.5 CNY", "worth__hide": "−0.08", "worth__order": "¥0.000001",
                "worth__share": "２", "worth__watch": "",
            }  # fmt: skip
            answer = await operator.send("/operator/policy", do="publish", reason="odd", **sent)
            return answer, await policy(world)

    answer, after = run(scenario)
    assert answer.headers["location"] == "/operator/policy/history?published=2"
    worths = after["policy"]["worths"]
    assert [worths[name] for name in ("like", "hide", "order", "share", "watch")] == [
        1_250_500_000, -80_000, 1, 2_000_000, 0,
    ]  # fmt: skip


def test_a_form_sent_unchanged_is_the_policy_to_the_last_digit(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            odd = {**(await policy(world))["policy"], "diversity": 0.1234567, "public_gate": 1 / 3}
            odd["promises"] = [
                *odd["promises"],
                {"id": "tea", "kind": "share", "target": 0.07, "field": "tag", "equals": "t\"e'a&"},
            ]
            await world.put("/v1/policy", {"policy": odd}, status=200)
            operator = await Operator(world).arrive()
            return await operator.send("/operator/policy", do="publish", reason="the same")

    answer = run(scenario)
    assert answer.status_code == 400
    assert "Nothing differs from what is in force" in answer.text


def test_two_who_edit_at_once_lose_nothing_and_the_second_is_told(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            first, second = await Operator(world).arrive(), await Operator(world).arrive()
            page = (await second.look("/operator/policy")).text
            await first.send(
                "/operator/policy", do="publish", reason="mine", worth__like="0.5", diversity="0.3"
            )
            fields = {"do": "publish", "reason": "yours", "worth.like": "0.7", "author_max": "3"}
            late = await second.browser.ask("POST", "/operator/policy", {**fields_of(page), **fields})  # fmt: skip
            between = await policy(world)
            fresh = {**fields_of(late.text), "do": "publish"}
            done = await second.browser.ask("POST", "/operator/policy", fresh)
            return late, between, done, await policy(world)

    late, between, done, after = run(scenario)
    assert late.status_code == 409
    assert "Somebody published version 2 meanwhile" in late.text
    assert "A like: ¥0.5 instead of ¥0.01." in plain(late.text)
    assert (between["version"], between["policy"]["author_max"]) == (2, 2)
    assert done.status_code == 303
    published = after["policy"]
    assert (published["version"], published["author_max"], published["diversity"]) == (3, 3, 0.3)
    assert published["worths"]["like"] == 700_000


def test_a_policy_made_from_another_version_than_the_one_in_force_is_a_conflict(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            body = {"preset": "growth", "based_on": 1, "reason": "more"}
            await world.put("/v1/policy", body, status=200)
            again = await world.put("/v1/policy", body, status=409)
            back = {"version": 1, "based_on": 1, "reason": "less"}
            refused = await world.ask("POST", "/v1/policy/rollback", back, status=409)
            log = await world.ask("GET", "/v1/audit-log?kind=policy", status=200)
            return (
                again,
                refused,
                log["data"][0]["after"]["reason"],
                (await policy(world))["version"],
            )

    again, refused, reason, version = run(scenario)
    assert again["error"]["code"] == refused["error"]["code"] == "policy_changed"
    assert (reason, version) == ("more", 2)


def test_the_history_says_what_who_and_why_and_leads_back(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            made = await world.ask("GET", "/v1/communities/c/keys", headers={"Authorization": f"Bearer {world.app.operator_key}"})  # fmt: skip
            operator = await Operator(world, world.key).arrive()
            sent = {"promise__gini__target": "0.5", "promise__local_share__on": None}
            await operator.send("/operator/policy", do="publish", reason="evener", **sent)
            history = (await operator.look("/operator/policy/history")).text
            ask = (await operator.look("/operator/policy/versions/1")).text
            silent = await operator.send("/operator/policy/rollback", "/operator/policy/versions/1")
            between = (await policy(world))["version"]
            path = "/operator/policy/versions/1"
            back = await operator.send("/operator/policy/rollback", path, reason="not evener")
            return made, history, ask, silent, between, back, await policy(world)

    made, history, ask, silent, between, back, after = run(scenario)
    newest = plain(history.partition("<h2>Version 2")[2].partition("<h2>Version 1")[0])
    assert "evener" in newest
    assert f"· {made['data'][0]['name']}</p>" in newest
    assert "An even spread: at most 0.5 instead of at most 0.6." in newest
    assert "Room for neighbours: not promised instead of at least 20 %" in newest
    assert "An even spread: at most 0.6 instead of at most 0.5." in plain(ask)
    assert (silent.status_code, between) == (400, 2)
    assert back.headers["location"] == "/operator/policy/history?published=3"
    gini = next(promise for promise in after["policy"]["promises"] if promise["id"] == "gini")
    assert (after["version"], gini["target"]) == (3, 0.6)


@pytest.mark.parametrize("path", ["/operator/policy", "/operator/policy/rollback"])
def test_a_form_of_another_site_moves_no_policy(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            fields = {"do": "publish", "reason": "evil", "version": "1", "token": "x"}
            forged = (await operator.browser.ask("POST", path, fields)).status_code
            elsewhere = {"Sec-Fetch-Site": "cross-site"}
            strange = await operator.browser.ask("POST", path, fields, **elsewhere)
            nobody = await Operator(world).browser.ask("POST", path, fields)
            return forged, strange.status_code, nobody.status_code, await policy(world)

    forged, strange, nobody, after = run(scenario)
    assert (forged, strange, nobody, after["version"]) == (403, 403, 303, 1)
