"""`ads replay ipinyou`: a published log of auctions, from a shell."""

import json

import pytest
from typer.testing import CliRunner

from lodestone.base.errors import InvalidError
from lodestone.cli.app import app
from tests.worlds.bids import write_log


def ask(folder, *arguments):
    return CliRunner().invoke(app, ["ads", "replay", "ipinyou", str(folder), *arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("ads")
    write_log(path, episodes=3, auctions=200)
    return path


def test_the_figures_are_printed_as_json(folder):
    result = ask(folder, "--advertiser", "22", "--budget-share", "0.125", "--json")

    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["advertiser"], answer["impressions"]) == ("22", 600)
    assert list(answer["bidders"]) == ["paced", "linear", "constant", "hindsight"]
    for score in answer["bidders"].values():
        assert {"clicks", "spend_micros", "wins", "cpc_micros"} <= set(score)
        assert score["spend_micros"] <= answer["budget_micros"]
        whole = round(score["spend_micros"] / score["clicks"]) if score["clicks"] else None
        assert score["cpc_micros"] == whole
    assert "auctions" in result.stderr


def test_the_table_fits_eighty_columns(folder):
    result = ask(folder, "--advertiser", "11")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("600 auctions of 11 in 3 episodes")
    shown = [row.split()[0] for row in lines[2:10]]
    assert shown[:4] == ["paced", "linear", "constant", "hindsight"]
    assert "spend a click" in lines[1]


def test_an_unknown_advertiser_is_answered_with_those_there_are(folder):
    with pytest.raises(InvalidError, match=r"'33' has no auction in .*; advertisers there: 11, 22"):
        raise ask(folder, "--advertiser", "33").exception


@pytest.mark.parametrize("share", ["0", "-1", "nan", "inf", "1001"])
def test_a_share_that_is_none_is_refused(folder, share):
    with pytest.raises(InvalidError, match="--budget-share must be above 0"):
        raise ask(folder, "--advertiser", "11", f"--budget-share={share}").exception
