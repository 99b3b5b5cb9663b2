"""The commands, by what they are about, and how they end."""

import os
import sys
from collections.abc import Iterable
from importlib.metadata import version as version_of
from typing import Annotated, Final

import typer

from lodestone.base.errors import InvalidError, LodestoneError
from lodestone.cli.on_demand import OnDemandGroup
from lodestone.cli.output import WRONG_USE, line, note, trouble
from lodestone.stores.files.modes import make_private

_TROUBLE: Final = 3

app = typer.Typer(
    name="lodestone",
    cls=OnDemandGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A self-hosted value-traffic engine for content communities.",
    epilog="Exit status: 0 done, 1 a finding, 2 wrong use or refused, 3 trouble. --debug shows a traceback.",
)


def _say_version(asked: bool) -> None:
    if asked:
        line(f"lodestone {version_of('lodestone')}")
        raise typer.Exit


@app.callback()
def lodestone(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version."),
    ] = False,
) -> None:
    """A self-hosted value-traffic engine for content communities."""
    assert not version  # the callback has ended the program


def main() -> None:
    """Run one command; no traceback reaches a person unless they ask for one."""
    make_private()
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        _require_text(arguments)
        app(args=arguments, prog_name="lodestone", standalone_mode=True)
    except LodestoneError as error:
        if debug:
            raise
        trouble(error)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        note("stopped")
        sys.exit(130)
    except OSError as error:
        if debug:
            raise
        where = "" if error.filename is None else f"{error.filename}: "
        note(f"error: {where}{error.strerror or error}; see to that file or its disk and try again")
        sys.exit(WRONG_USE)
    except Exception as error:
        if debug:
            raise
        note(f"error: {type(error).__name__}: {error}")
        note("This is a fault of ours; run it again with --debug to see where.")
        sys.exit(_TROUBLE)


def _require_text(arguments: Iterable[str]) -> None:
    """Refuse a word that is not UTF-8: no answer, no log and no request could name it. Raises InvalidError."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            message = f"{os.fsencode(argument)!r} is not UTF-8; use another name"
            raise InvalidError("argument_invalid", message) from error
