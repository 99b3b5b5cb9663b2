"""`evaluate topn`: a scratch engine is taught with a part of the log and asked; the home is only copied."""

import json

import msgspec
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from lodestone import bootstrap
from lodestone.base.errors import InvalidError
from lodestone.bootstrap import WallClock
from lodestone.cli.app import app
from lodestone.insight import topn
from lodestone.insight.evaluation import World, learn, rows_of
from lodestone.models.rates import Rates, default_model
from tests.cli.test_cli import lodestone, table
from tests.worlds.world import opened, run

GROUPS, MEMBERS, ITEMS = 3, 8, 8


def ask(home, *arguments) -> Result:
    return CliRunner().invoke(app, ["evaluate", "topn", *arguments, "--home", str(home)])


def circles(folder, *, kind="like", people=GROUPS * MEMBERS):
    """Write people of three circles; each likes seven of the eight posts of their circle, one after the other."""
    folder.mkdir()
    (folder / "people.csv").write_text("id\n" + "".join(f"p{n}\n" for n in range(people)))
    posts = "".join(f"i{n},text,a{n}\n" for n in range(GROUPS * ITEMS))
    (folder / "items.csv").write_text("id,kind,author_id\n" + posts.replace(",a", ",p"))
    rows = ["id,type,time,person_id,item_id\n"]
    for person in range(people):
        for place in range(ITEMS - 1):
            item = person % GROUPS * ITEMS + (person // GROUPS + place) % ITEMS
            rows.append(
                f"e{person}-{place},{kind},2026-03-01T12:{place:02}:00Z,p{person},i{item}\n"
            )
    (folder / "events.csv").write_text("".join(rows))
    return [str(folder / f"{name}.csv") for name in ("people", "items", "events")]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a community of positives alone."""
    base = tmp_path_factory.mktemp("topn")
    lodestone("community", "create", "c", home=base / "home")
    table(base / "home", "import", "table", *circles(base / "tables"))
    return base / "home"


def past(home, copy):
    """Return a home's facts and its chain's root, and the names of its files."""
    lodestone("backup", str(copy), home=home)
    facts = bootstrap.history_of(copy, "c").world.facts
    manifest = json.loads((copy / "manifest.json").read_text())
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    return facts.tolist(), manifest["communities"], files


def test_it_prints_every_figure_beside_its_peers_and_says_how_it_was_asked(home):
    done = ask(home, "--community", "c", "--holdout", "0.3", "--k", "3", "--json")

    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["people"], told["asked"], told["candidates"], told["wanted"]) == (24, 24, 24, 48)
    assert (told["community"], told["holdout"], told["k"], told["split_by"]) == (
        "c",
        0.3,
        3,
        "positives",
    )
    assert set(told["baselines"]) == {"popularity", "item_knn", "ease", "ials"}
    assert told["absent"] == {}
    for score in (told["engine"], *told["baselines"].values()):
        for name in ("hit_rate", "recall", "ndcg", "repeated", "filled"):
            assert 0 <= score[name]["low"] <= score[name]["value"] <= score[name]["high"] <= 1
        assert 0 < score["coverage"] <= 1
    # Whoever looks at people alike finds the rest of a circle at once; what was taught is left out.
    assert told["baselines"]["item_knn"]["recall"]["value"] == 1.0
    assert told["baselines"]["item_knn"]["repeated"]["value"] == 0.0
    assert told["engine"]["filled"]["value"] == 1.0
    assert "deciding" in done.stderr


def test_twice_the_same_question_has_the_same_answer_and_a_table_says_it_too(home):
    first, again = (ask(home, "--json").stdout for _ in range(2))
    shown = ask(home)

    assert json.loads(first) == json.loads(again)
    assert "this engine" in shown.stdout
    assert "popularity" in shown.stdout


def test_a_sample_is_drawn_by_the_seed(home):
    told = [
        json.loads(ask(home, "--sample", "12", "--seed", seed, "--json").stdout) for seed in "112"
    ]

    assert [one["asked"] for one in told] == [12, 12, 12]
    assert told[0] == told[1] != told[2]


def test_the_home_is_only_copied(home, tmp_path):
    before = past(home, tmp_path / "before")

    done = ask(home, "--json")

    assert done.exit_code == 0
    assert past(home, tmp_path / "after") == before


def test_the_scratch_engine_does_not_know_what_is_hidden(home, tmp_path):
    lodestone("backup", str(tmp_path / "copy"), home=home)
    history = bootstrap.history_of(tmp_path / "copy", "c")
    facts, who = history.world.facts, history.world.person_row
    split = topn.holdout_of(
        facts, who, history.available, people=len(history.person_ids), share=0.3
    )
    people = np.flatnonzero(split.wanted.sizes)

    async def decided(hidden, name):
        return await bootstrap.decide_on_scratch(
            tmp_path / name, "c", history, hidden, people, 5, lambda *_: None
        )

    lodestone("backup", str(tmp_path / "whole"), home=home)
    asked = run(decided(split.hidden, "copy"))
    whole = run(decided(np.zeros_like(split.hidden), "whole"))
    scratch = bootstrap.history_of(scratch_copy(tmp_path / "copy"), "c").world.facts

    assert not np.isin(scratch["key"], facts["key"][split.hidden]).any()
    assert np.isin(facts["key"][~split.hidden], scratch["key"]).all()
    assert asked.lists.shape == whole.lists.shape == (24, 5)
    assert (asked.lists >= 0).all()


def test_learned_weights_are_learned_again_without_what_is_hidden(tmp_path):
    files = circles(tmp_path / "tables")
    events = tmp_path / "tables" / "events.csv"
    likes = events.read_text().splitlines()[1:]
    shown = [line.replace("e", "s", 1).replace(",like,", ",impression,") for line in likes]
    days = [
        line.replace("2026-03-01", f"2026-03-0{1 + index % 3}")
        for index, line in enumerate([*likes, *shown])
    ]
    events.write_text("\n".join(["id,type,time,person_id,item_id", *days]) + "\n")
    home = tmp_path / "home"
    lodestone("community", "create", "c", home=home)
    table(home, "import", "table", *files)

    async def give_weights():
        async with opened(home, clock=WallClock()) as world:
            await world.put("/v1/predictor", msgspec.to_builtins(default_model()), status=200)

    builtin = json.loads(ask(home, "--json").stdout)["predictor"]
    run(give_weights())
    told = json.loads(ask(home, "--json").stdout)
    lodestone("backup", str(tmp_path / "copy"), home=home)
    history = bootstrap.history_of(tmp_path / "copy", "c")
    world, people = history.world, len(history.person_ids)
    hidden = topn.holdout_of(
        world.facts, world.person_row, history.available, people=people, share=0.2
    ).hidden
    left = World(world.fresh, world.facts[~hidden], world.person_row[~hidden])
    rows = rows_of(left.facts, left.person_row)
    model = learn(left, rows, int(rows.day.max()), lambda *_: None)

    assert f"{Rates(default_model()).version}+alike-1" == builtin
    assert f"{Rates(model).version}+alike-1" == told["predictor"] != builtin


def scratch_copy(copy):
    """Lay a scratch engine's log where a back-up has it."""
    log = next((copy / "scratch").rglob("log.db"))
    name = next(copy.glob("*.log.db"))
    name.write_bytes(log.read_bytes())
    return copy


@pytest.mark.parametrize(
    ("arguments", "code", "cure"),
    [
        (["--holdout", "1"], "option_invalid", "--holdout must lie between 0 and 1"),
        (["--holdout", "nan"], "option_invalid", "--holdout"),
        (["--k", "51"], "option_invalid", "--k must be 1 to 50"),
        (["--sample", "3"], "option_invalid", "--sample must be at least 10"),
        (["--outcomes", "like,hide"], "option_invalid", "not 'hide'"),
        (["--outcomes", " , "], "option_invalid", "--outcomes takes some of"),
        (["--split-by", "halves"], "option_invalid", "positives, deeds"),
        (["--outcomes", "order,share"], "nothing_to_judge", "it holds: like 168. Import history, or name others with --outcomes"),
        (["--holdout", "0.1"], "people_too_few", "raise --holdout"),
        (["--community", "nobody"], "community_unknown", "nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_its_cure(home, arguments, code, cure):
    done = ask(home, *arguments)

    assert done.stdout == ""
    assert done.exception.code == code
    assert cure in done.exception.message


def test_a_community_of_nobody_is_refused(tmp_path):
    lodestone("community", "create", "empty", home=tmp_path)

    done = ask(tmp_path)

    assert isinstance(done.exception, InvalidError)
    assert done.exception.code == "nothing_to_judge"


def test_evaluate_itself_still_asks_for_its_days_and_names_what_is_missing(home):
    days = ["--train-until", "2026-02-01", "--test-from", "2026-02-02"]
    short = CliRunner().invoke(app, ["evaluate", *days, "--home", str(home)])
    misplaced = CliRunner().invoke(app, ["evaluate", "--json", "topn", "--home", str(home)])

    assert (short.exit_code, misplaced.exit_code) == (2, 2)
    assert "Missing option '--test-until'" in short.stderr
    assert "--json stands before topn" in misplaced.stderr


def test_both_ways_have_help_with_an_example():
    for command in (["evaluate"], ["evaluate", "topn"]):
        shown = CliRunner().invoke(app, [*command, "--help"])
        assert shown.exit_code == 0
        assert f"Example: lodestone {' '.join(command)} --" in shown.stdout
