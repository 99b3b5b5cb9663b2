"""Every command alike: an example in its help, ids as arguments or options, tables within 80 columns."""

import pytest
import typer.main
from rich.cells import cell_len

from lodestone.cli.app import app
from lodestone.cli.output import figure, table
from tests.cli.test_cli import lodestone


def leaves(command, path=()):
    """Yield every command with its words."""
    if hasattr(command, "commands"):
        for name, child in command.commands.items():
            yield from leaves(child, (*path, name))
    else:
        yield " ".join(path), command


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_of_it(name):
    assert (COMMANDS[name].epilog or "").startswith(f"Example: lodestone {name}")


@pytest.mark.parametrize(
    "name", ["community create", "community disable", "key revoke", "replay", "explain", "settle", "payouts", "policy rollback"]
)  # fmt: skip
def test_an_id_is_an_argument_or_an_option_as_one_likes(name):
    kinds = [
        type(param)
        for param in COMMANDS[name].params
        if "same as an option" in (getattr(param, "help", "") or "")
    ]
    arguments = [param for param in COMMANDS[name].params if param.param_type_name == "argument"]

    assert len(arguments) == 1
    assert len(kinds) == 1
    assert not arguments[0].required


def test_both_ways_name_the_same_and_neither_or_two_are_refused(tmp_path):
    home = tmp_path
    first = lodestone("community", "create", "kaili", home=home)
    second = lodestone("community", "create", "--community", "duyun", home=home)
    shown = lodestone("community", "list", home=home)
    none = lodestone("community", "disable", home=home)
    two = lodestone("community", "disable", "kaili", "--community", "duyun", home=home)
    disabled = lodestone("community", "disable", "--community", "duyun", home=home)

    assert (first[0], second[0], disabled) == (0, 0, (0, "duyun: disabled\n"))
    assert "kaili" in shown[1]
    assert "duyun" in shown[1]
    assert (none[0], two[0]) == (2, 2)
    assert max(map(cell_len, shown[1].splitlines())) <= 80


WIDE = [
    "key_0123456789abcdef",
    "应用的密钥",
    "read write events feeds policy clock import sessions media orders desk review",
    "2026-03-04T12:00:00.000Z",
    "",
]


@pytest.mark.parametrize("rows", [[WIDE], [WIDE, WIDE], [["a", "b", "c", "d", "e"]], []])
def test_a_table_stays_within_80_columns_and_loses_nothing(capsys, rows):
    table(["id", "name", "scopes", "created", "revoked"], rows)

    said = capsys.readouterr().out
    assert all(cell_len(line) <= 80 for line in said.splitlines())
    together = "".join(said.split())
    assert all("".join(cell.split()) in together for row in rows for cell in row)


def test_no_number_is_written_with_a_power_of_ten():
    assert [figure(10.0**power) for power in (-9, -5, 0, 6, 15)] == [
        "0.000000001", "0.00001", "1", "1,000,000", "1,000,000,000,000,000",
    ]  # fmt: skip
