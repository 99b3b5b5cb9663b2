"""Real input further: cut short and gone on with, other layouts, other records, and what is not taken."""

import csv
import json
import subprocess
import sys

import pyarrow as pa
from pyarrow import parquet
from typer.testing import CliRunner

from lodestone.base.errors import InvalidError
from lodestone.cli.app import app
from lodestone.cli.towns import fill_demo
from tests.cli.test_cli import kuairand_folder, lodestone, table
from tests.worlds.postgres import cluster
from tests.worlds.world import opened, run

JUDGED = ["--train-until", "2022-04-26", "--test-from", "2022-04-27", "--test-until", "2022-04-27"]


def weights(home):
    """Return the weights in force of the community `kuairand`, None for the built-in ones."""
    code = (
        "import sys; from lodestone import bootstrap; from lodestone.bootstrap.installation import records_at;"
        "print(records_at(bootstrap.settings_of(sys.argv[1], {}).records_url).meta('kuairand', 'rates_model') is not None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "True"


def exported(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_weights_are_learned_later_when_the_first_run_did_not_come_to_it(tmp_path):
    folder, home = kuairand_folder(tmp_path / "kuairand"), tmp_path / "home"

    table(home, "import", "kuairand", str(folder), "--no-learn")
    before = weights(home)
    again = table(home, "import", "kuairand", str(folder))

    assert (before, weights(home)) == (False, True)
    assert (again["events"], again["skipped_rows"]) == (0, 61)


def test_every_file_that_is_not_taken_is_named_and_the_larger_layouts_go_too(tmp_path):
    folder = kuairand_folder(tmp_path / "kuairand")
    data = folder / "data"
    (data / "video_features_statistic_pure.csv").write_text("video_id,counts\n1,2\n")
    (data / "kuairand_video_categories.csv").write_text("x\n")
    for path in sorted(data.glob("*_pure.csv")):  # as KuaiRand-27K calls its files
        path.rename(path.with_name(path.name.replace("_pure", "_27k")))
    log = data / "log_standard_4_22_to_5_08_27k.csv"
    head, *rows = log.read_text().splitlines()
    log.rename(data / "log_standard_4_22_to_5_08_27k_part1.csv").write_text(
        "\n".join([head, *rows[:30]]) + "\n"
    )
    (data / "log_random_4_22_to_5_08_27k.csv").write_text("\n".join([head, *rows[30:]]) + "\n")
    videos = data / "video_features_basic_27k.csv"
    videos.write_text(videos.read_text().replace("3,2,AD,2022-04-11", "3,2,AD,"))

    done = CliRunner().invoke(
        app, ["import", "kuairand", str(folder), "--no-learn", "--json", "--home", str(tmp_path / "h")]
    )  # fmt: skip
    told = json.loads(done.stdout)

    assert (told["people"], told["items"], told["refused"]) == (3, 4, 2)
    ignored = [
        line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("ignored")
    ]
    assert ignored == [
        "ignored kuairand_video_categories.csv", "ignored video_features_statistic_27k.csv",
    ]  # fmt: skip
    assert "refused log_random_4_22_to_5_08_27k.csv:33: " in done.stderr


def test_a_log_swapped_under_the_same_name_is_refused_and_one_that_grew_goes_on(tmp_path):
    folder, home = kuairand_folder(tmp_path / "kuairand"), tmp_path / "home"
    log = next((folder / "data").glob("log_standard*.csv"))
    head, *rows = log.read_text().splitlines(keepends=True)
    rows = [row for row in rows if row.count(",") == head.count(",") and "nonsense" not in row]
    whole = [head, *sorted(rows, key=lambda row: int(row.split(",")[4]))]
    ask = ["import", "kuairand", str(folder), "--no-learn", "--json", "--home", str(home)]

    log.write_text("".join(whole[:31]))
    first = json.loads(CliRunner().invoke(app, ask).stdout)
    log.write_text("".join([*whole[:15], whole[16], *whole[16:31]]))
    swapped = CliRunner().invoke(app, ask)
    log.write_text("".join(whole[:20]))
    shorter = CliRunner().invoke(app, ask)
    log.write_text("".join(whole))
    grown = json.loads(CliRunner().invoke(app, ask).stdout)

    for refused in (swapped, shorter):
        assert isinstance(refused.exception, InvalidError)
        assert (refused.exception.code, refused.exception.details[0].field) == (
            "kuairand_swapped", log.name,
        )  # fmt: skip
        assert "put that one back" in refused.exception.message
    assert grown["skipped_rows"] == 30
    assert first["events"] > 0 < grown["events"]


def test_judging_days_without_impressions_says_which_there_are(tmp_path):
    home = tmp_path / "home"
    table(home, "import", "kuairand", str(kuairand_folder(tmp_path / "k")), "--no-learn")
    days = [
        "--train-until",
        "2022-04-27",
        "--test-from",
        "2022-04-28",
        "--test-until",
        "2022-04-29",
    ]

    done = CliRunner().invoke(app, ["evaluate", *days, "--home", str(home)])

    assert isinstance(done.exception, InvalidError)
    assert done.exception.message == (
        "there are no impressions in 2022-04-28 to 2022-04-29; the log has some from 2022-04-25 to 2022-04-27"
    )


def test_a_table_of_another_week_under_the_same_name_is_another_one(tmp_path):
    home, path = tmp_path / "home", tmp_path / "people.csv"
    lodestone("community", "create", "c", home=home)
    path.write_text('id,name\nann,"Ann\nof the hill"\nbob\n')
    first = table(home, "import", "table", str(path))
    with path.open("a") as file:
        file.write("cid,Cid\n")
    grown = table(home, "import", "table", str(path))
    path.write_text("id,consent_personalisation,consent_position\ndan,false,true\neve,maybe,\n")
    done = CliRunner().invoke(app, ["import", "table", str(path), "--json", "--home", str(home)])
    lodestone("export", str(tmp_path / "out"), home=home)
    people = exported(tmp_path / "out" / "people.ndjson")

    assert (first["people"], grown["people"], grown["skipped_rows"]) == (2, 1, 2)
    assert json.loads(done.stdout)["people"] == 1
    assert (
        "refused people.csv:3: consent_personalisation: 'maybe' is neither true nor false"
        in done.stderr
    )
    assert {one["id"] for one in people} == {"ann", "bob", "cid", "dan"}
    consent = next(one["consent"] for one in people if one["id"] == "dan")
    assert consent == {"personalisation": False, "position": True, "shown_at_home": False}


def test_a_refused_row_is_named_by_the_line_it_begins_on(tmp_path):
    path = tmp_path / "people.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "name"], ["a", "two\nlines"], ["", "nobody"]])
    lodestone("community", "create", "c", home=tmp_path / "home")

    done = CliRunner().invoke(app, ["import", "table", str(path), "--home", str(tmp_path / "home")])

    assert "refused people.csv:4: id: every line needs one" in done.stderr


def test_parquet_comes_in_like_csv(tmp_path):
    items = {"id": ["i1", "i2"], "kind": ["text", None], "author_id": ["a", "a"], "tags": [["tea", "hill"], None]}  # fmt: skip
    parquet.write_table(pa.table(items), tmp_path / "items.parquet")
    home = tmp_path / "home"
    lodestone("community", "create", "c", home=home)

    done = CliRunner().invoke(
        app, ["import", "table", str(tmp_path / "items.parquet"), "--json", "--home", str(home)]
    )
    lodestone("export", str(tmp_path / "out"), home=home)
    found = exported(tmp_path / "out" / "items.ndjson")

    assert (json.loads(done.stdout)["items"], json.loads(done.stdout)["refused"]) == (1, 1)
    assert "refused items.parquet:2: kind: " in done.stderr
    assert [(one["id"], one["tags"]) for one in found] == [("i1", ["tea", "hill"])]


def test_an_installation_with_its_records_in_postgresql_does_all_of_it(tmp_path, monkeypatch):
    folder, home = kuairand_folder(tmp_path / "kuairand"), tmp_path / "home"
    embedded = tmp_path / "embedded"
    table(embedded, "import", "kuairand", str(folder))
    told = table(embedded, "evaluate", *JUDGED)

    with cluster() as url:
        monkeypatch.setenv("LODESTONE_RECORDS_URL", url)
        first = table(home, "import", "kuairand", str(folder))
        judged = table(home, "evaluate", *JUDGED)
        doctor = table(home, "doctor")
        verify = table(home, "verify")
        status, _ = lodestone("backup", str(tmp_path / "copy"), home=home)
        monkeypatch.delenv("LODESTONE_RECORDS_URL")

    back, _ = lodestone("restore", str(tmp_path / "copy"), home=tmp_path / "elsewhere")
    again = table(tmp_path / "elsewhere", "import", "kuairand", str(folder))

    assert (first["people"], first["items"], first["refused"]) == (3, 4, 2)
    assert judged == told
    assert all(check["ok"] for check in doctor["checks"])
    assert verify["findings"] == []
    assert (status, back) == (0, 0)
    assert (again["events"], again["skipped_rows"]) == (0, 61)


def test_a_demo_that_has_lived_gets_a_new_key_and_no_second_day(tmp_path):
    async def scenario():
        async with opened(tmp_path, community=False) as world:
            await world.put("/v1/communities/demo", {"time_zone": "Asia/Shanghai"}, status=201)
            await fill_demo(world.app)
            key = world.app.home.key("demo")
            headers = {"Authorization": f"Bearer {key}"}
            people = await world.ask("GET", "/v1/people", headers=headers, status=200)

        assert people["data"] == []

    run(scenario())


def test_a_town_cannot_touch_a_home_that_a_demo_lives_in(tmp_path):
    for mark in ("demo.town", "demo.key"):
        home = tmp_path / mark
        home.mkdir()
        (home / mark).write_text("1\n")
        before = sorted(home.iterdir())
        for more in ([], ["--days", "1"]):
            status, told = lodestone("town", *more, "--people", "60", home=home)
            assert (status, told) == ("demo_home", "")
        assert sorted(home.iterdir()) == before
