"""The command line, as a newcomer types it."""

import json
import os
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lodestone.base.errors import LodestoneError
from lodestone.cli.app import app
from lodestone.services.access import SCOPES
from tests.worlds.world import opened, run

HEAD = "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab"
START = 1_650_816_000_000  # 25 April 2022, Beijing's midnight and a bit


def lodestone(*arguments, home):
    """Run one command in this process; return (exit status, standard output)."""
    found = CliRunner().invoke(app, [*arguments, "--home", str(home)], catch_exceptions=True)
    if isinstance(found.exception, LodestoneError):
        return found.exception.code, found.stdout
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.stdout


def table(home, *arguments, status=0):
    ended, out = lodestone(*arguments, "--json", home=home)
    assert ended == status, out
    return json.loads(out)


def test_the_version_is_that_of_the_package():
    asked = CliRunner().invoke(app, ["--version"])
    assert (asked.exit_code, asked.stdout) == (0, f"lodestone {version('lodestone')}\n")


def test_a_newcomer_makes_a_community_a_key_and_a_policy(tmp_path):
    made = table(tmp_path, "community", "create", "kaili", "--time-zone", "Asia/Shanghai")
    key = table(tmp_path, "key", "create", "--name", "app", "--scope", "feeds")
    keys = table(tmp_path, "key", "list")
    status, _ = lodestone("policy", "set", "growth", home=tmp_path)
    policy = table(tmp_path, "policy", "show")
    back, _ = lodestone("policy", "rollback", "1", home=tmp_path)
    verify = table(tmp_path, "verify")
    doctor = table(tmp_path, "doctor")
    gone, _ = lodestone("key", "revoke", key["id"], home=tmp_path)

    assert made["key"].startswith("lsk_")
    assert [one["name"] for one in keys] == ["first", "app"]
    assert key["scopes"] == ["feeds"]
    assert (status, back, gone) == (0, 0, 0)
    assert policy["name"] == "growth"
    assert verify["findings"] == []
    assert all(check["ok"] for check in doctor["checks"])


@pytest.mark.parametrize(
    ("arguments", "scopes"),
    [
        ([], ["feeds", "events"]),
        (["--scope", "read", "--scope", "policy"], ["read", "policy"]),
        (["--all-scopes"], list(SCOPES)),
    ],
)
def test_a_key_may_do_the_least_unless_more_is_named(tmp_path, arguments, scopes):
    table(tmp_path, "community", "create", "kaili")
    assert table(tmp_path, "key", "create", *arguments)["scopes"] == scopes


def test_a_key_takes_named_scopes_or_all_of_them_not_both(tmp_path):
    table(tmp_path, "community", "create", "kaili")
    asked = ["key", "create", "--scope", "read", "--all-scopes"]
    status, _ = lodestone(*asked, home=tmp_path)
    assert status == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["policy", "set", "generous"], "preset_unknown"),
        (["replay", "rcp_0"], "receipt_unknown"),
        (["explain", "rcp_0"], "receipt_unknown"),
        (["verify", "--root", "zz"], "root_malformed"),
        (["community", "disable", "none"], "community_unknown"),
        (["restore", "."], "backup_unknown"),
        (["evaluate", "--train-until", "x", "--test-from", "y", "--test-until", "z"], "span_invalid"),
        (["nothing"], 2),
    ],
)  # fmt: skip
def test_wrong_use_is_named_and_changes_nothing(tmp_path, arguments, code):
    lodestone("community", "create", "kaili", home=tmp_path)

    status, _ = lodestone(*arguments, home=tmp_path)

    assert status == code


def test_a_slot_of_a_receipt_is_explained_by_the_size_of_its_terms(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1, interests={"tea": 1.0})
            await world.items(12)
            seen = (await world.feed("p0", slots=3))["slots"]
            await world.events(
                *(world.event(kind, seen[0], person="p0") for kind in ("impression", "like"))
            )
            return await world.feed("p0", slots=3)

    feed = run(scenario())
    why = table(tmp_path, "explain", feed["receipt_id"], "--slot", "2")
    ended, out = lodestone("explain", feed["receipt_id"], "--slot", "2", home=tmp_path)
    none, _ = lodestone("explain", feed["receipt_id"], "--slot", "9", home=tmp_path)
    first, *lines = out.splitlines()

    assert (ended, none) == (0, "slot_unknown")
    assert first.startswith(
        f"{feed['slots'][1]['item_id']} in slot 2, from new: a thousand showings are worth "
    )
    assert [line.split()[1].rstrip(":") for line in lines] == [
        *(term["term"] for term in why["terms"]), *("promise" for _ in why["steps"]),
    ]  # fmt: skip
    worth = [abs(float(line.split()[0].replace(",", ""))) for line in lines[: len(why["terms"])]]
    assert len(worth) > 3
    assert worth == sorted(worth, reverse=True)


def test_every_command_has_help_with_an_example():
    runner = CliRunner()
    groups = {
        "": ["serve", "evaluate", "replay", "explain", "verify", "town", "backup", "restore", "export", "doctor"],
        "import": ["kuairand", "table"], "community": ["create", "list", "disable"],
        "key": ["create", "list", "revoke"], "policy": ["show", "set", "dry-run", "rollback"],
    }  # fmt: skip
    for group, commands in groups.items():
        for command in commands:
            found = runner.invoke(app, [*([group] if group else []), command, "--help"])
            assert found.exit_code == 0
            assert "Example: lodestone" in found.stdout, command


def test_no_traceback_reaches_a_person(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / "lodestone.toml").write_text("colour = 1\n")
    command = [sys.executable, "-m", "lodestone", "community", "list", "--home", str(tmp_path)]

    plain = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    debug = subprocess.run([*command, "--debug"], env=environment, capture_output=True, text=True, check=False)  # fmt: skip

    assert plain.returncode == 2
    assert "Traceback" not in plain.stderr
    assert "unknown 'colour'" in plain.stderr
    assert "Traceback" in debug.stderr


def kuairand_folder(folder):
    """Write a KuaiRand of three people, four videos and two days, with a copy and a broken row."""
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "user_features_pure.csv").write_text("user_id,register_days\n1,5\n2,6\n3,7\n")
    (data / "video_features_basic_pure.csv").write_text(
        "video_id,author_id,video_type,upload_dt,upload_type,video_duration,tag\n"
        "1,1,NORMAL,2022-04-10,X,9000,3\n2,1,NORMAL,2022-04-11,X,9000,\n"
        "3,2,AD,2022-04-11,X,,5\n4,9,NORMAL,2022-04-11,X,1,5\n"
    )
    rows = []
    for n in range(60):
        day, click = 20220425 + n // 20, (n * 7) % 3 == 0
        time = START + (n // 20) * 86_400_000 + (n % 20) * 1000
        rows.append(f"{n % 3 + 1},{n % 4 + 1},{day},0,{time},{click:d},{n % 5 == 0:d},{n == 7:d},0,0,0,{click:d},{n * 500},9000,0,0,0,0,{n % 2}")  # fmt: skip
    rows += [rows[10], "1,1,20220425,0,nonsense,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "1,2,3"]
    (data / "log_standard_4_22_to_5_08_pure.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    return folder


def test_an_import_takes_each_row_once_goes_on_and_names_what_it_refuses(tmp_path):
    folder, home = kuairand_folder(tmp_path / "kuairand"), tmp_path / "home"

    first = table(home, "import", "kuairand", str(folder))
    again = table(home, "import", "kuairand", str(folder))
    more = (folder / "data" / "log_standard_4_22_to_5_08_pure.csv").read_text().splitlines()[:3]
    later = [line.replace(str(START), str(START - 86_400_000)).replace("20220425", "20220424") for line in more[1:]]  # fmt: skip
    (folder / "data" / "log_standard_4_08_to_4_21_pure.csv").write_text(
        "\n".join([HEAD, *later]) + "\n"
    )
    beside = table(home, "import", "kuairand", str(folder))
    judged = table(home, "evaluate", "--train-until", "2022-04-26", "--test-from", "2022-04-27", "--test-until", "2022-04-27")  # fmt: skip

    assert (first["people"], first["items"], first["refused"]) == (3, 4, 2)
    assert first["events"] > 61 + 20 + 12
    assert (again["events"], again["skipped_rows"]) == (0, 61)
    assert 2 <= beside["events"] <= 8
    assert beside["skipped_rows"] == 61
    assert (judged["train"]["rows"], judged["test"]["rows"], judged["test"]["people"]) == (
        43,
        20,
        3,
    )
    assert judged["outcomes"]["click"]["positives"] == 6


def test_plain_tables_come_in_by_their_names(tmp_path):
    (tmp_path / "people.csv").write_text("id,home_latitude,home_longitude,interests,minor\nann,26.4,108.1,tea:2|rice:1,false\nbob,,,,maybe\n")  # fmt: skip
    (tmp_path / "items.csv").write_text(
        "id,kind,author_id,tags\ni1,text,ann,tea|hill\ni2,novel,ann,\n"
    )
    (tmp_path / "events.csv").write_text("id,type,time,person_id,item_id\ne1,like,2026-03-01T12:00:00Z,ann,i1\ne2,like,2026-03-01T12:00:00Z,nobody,i1\n")  # fmt: skip
    (tmp_path / "strange.csv").write_text("id\n")
    home, files = (
        tmp_path / "home",
        [str(tmp_path / f"{n}.csv") for n in ("events", "items", "people")],
    )
    lodestone("community", "create", "c", "--clock", "driven", home=home)

    first = table(home, "import", "table", *files, status=2)
    again = table(home, "import", "table", *files)
    wrong, _ = lodestone("import", "table", str(tmp_path / "strange.csv"), home=home)

    assert (first["people"], first["items"], first["events"], first["refused"]) == (1, 1, 1, 3)
    assert again["skipped_rows"] == 6
    assert wrong == "table_unknown"


DATA = Path(
    os.environ.get("LODESTONE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)


@pytest.mark.skipif(
    not (DATA / "KuaiRand-Pure").is_dir(), reason="KuaiRand-Pure is not in LODESTONE_DATA"
)
def test_the_day_one_predictor_beats_the_items_rate_on_kuairand(tmp_path):
    table(tmp_path, "import", "kuairand", str(DATA / "KuaiRand-Pure"), "--no-learn")

    found = table(tmp_path, "evaluate", "--train-until", "2022-04-30", "--test-from", "2022-05-01", "--test-until", "2022-05-04")  # fmt: skip

    assert (found["train"]["rows"], found["test"]["rows"]) == (94_784, 76_887)
    assert found["outcomes"]["click"]["gauc"] >= 0.617
    assert found["outcomes"]["long_view"]["gauc"] >= 0.629
    for outcome in ("click", "long_view", "like"):
        assert 0.9 <= found["outcomes"][outcome]["predicted_over_actual"] <= 1.1
    popular = found["baselines"]["popularity"]
    assert popular["click"]["gauc"] == pytest.approx(0.607, abs=0.002)
    assert popular["long_view"]["gauc"] == pytest.approx(0.619, abs=0.002)
    assert found["baselines"]["random"]["click"]["gauc"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_closes_everything(tmp_path, sent):
    lodestone("community", "create", "kaili", home=tmp_path)
    for snapshot in tmp_path.rglob("*.snapshot"):
        snapshot.unlink()
    command = [sys.executable, "-m", "lodestone", "serve", "--port", "0", "--home", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        for told in server.stderr:
            if "stop with" in told:
                break
        port = json.loads((tmp_path / "server.json").read_text())["port"]
        second, _ = lodestone("serve", "--port", str(port), home=tmp_path)
        server.send_signal(sent)
        status = server.wait(60)

    assert (status, second) == (0, "home_in_use")
    assert not (tmp_path / "server.json").exists()
    assert len(list(tmp_path.rglob("*.snapshot"))) == 1


def test_a_port_in_use_is_said_before_anything_is_filled(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _ = lodestone("serve", "--demo", "--port", str(port), home=tmp_path / "home")

    assert status == "port_in_use"
    assert not (tmp_path / "home").exists()


def test_the_doctor_names_what_does_not_stand_and_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("LODESTONE_RECORDS_URL", "postgresql+psycopg://app:s3cret@127.0.0.1:1/x")
    monkeypatch.setenv("LODESTONE_HOST", "no.such.host.invalid")
    status, out = lodestone("doctor", "--json", home=tmp_path / "home")
    told = json.loads(out)

    assert status == 1
    assert [check["what"] for check in told["checks"] if not check["ok"]] == ["address", "records"]
    assert told["settings"]["home"]["from"] == "--home"
    assert "s3cret" not in out
    assert not (tmp_path / "home").exists()
