"""What a command is about: its id as an argument or by an option, as one likes."""

from typing import Annotated

import typer

ReceiptArgument = Annotated[
    str | None, typer.Argument(metavar="RECEIPT", help="A receipt's id.", show_default=False)
]
ReceiptOption = Annotated[
    str | None,
    typer.Option("--receipt", metavar="RECEIPT", help="The same as an option.", show_default=False),
]
CommunityArgument = Annotated[
    str | None, typer.Argument(metavar="ID", help="The community's id.", show_default=False)
]
CommunityOption = Annotated[
    str | None,
    typer.Option("--community", metavar="ID", help="The same as an option.", show_default=False),
]
KeyArgument = Annotated[
    str | None,
    typer.Argument(metavar="KEY", help="The key's id, from `key list`.", show_default=False),
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", help="The same as an option.", show_default=False),
]
DayArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="DAY", help="A day of the community's, such as 2026-03-01.", show_default=False
    ),
]
DayOption = Annotated[
    str | None,
    typer.Option("--day", metavar="DAY", help="The same as an option.", show_default=False),
]
VersionArgument = Annotated[
    str | None,
    typer.Argument(metavar="VERSION", help="The version to return to.", show_default=False),
]
VersionOption = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help="The same as an option.", show_default=False),
]


def id_of(argument: str | None, option: str | None, flag: str) -> str:
    """Return the id that was given, as an argument or by its option.

    Raises:
        typer.BadParameter: Neither was given, or two that differ.

    >>> id_of("kaili", None, "--community"), id_of(None, "kaili", "--community")
    ('kaili', 'kaili')
    """
    if argument is None and option is None:
        raise typer.BadParameter(f"say which: as an argument, or with {flag}")
    if argument is not None and option is not None and argument != option:
        raise typer.BadParameter(f"{argument} and {flag} {option} differ; say it once")
    return argument if argument is not None else str(option)


def version_of(argument: str | None, option: str | None) -> int:
    """Return a policy's version. Raises typer.BadParameter."""
    text = id_of(argument, option, "--version")
    if not text.isdecimal():
        raise typer.BadParameter(f"{text} is no version; `lodestone policy show` names the newest")
    return int(text)
