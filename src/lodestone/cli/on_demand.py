"""Commands that are imported when they are called: most of them need a part of the packages that all of them need."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Source(NamedTuple):
    """Where a command is written."""

    module: str
    """In `lodestone.cli`; its `add` puts the command on an application."""
    help: str
    """The first sentence of the command's own help, so that a list of commands need not import them."""


SOURCES: Final[dict[str, Source]] = {
    "serve": Source("serving", "Serve every community of the home until interrupted."),
    "refresh": Source(
        "item_lists",
        "Make item lists (people alike) of everything in the log, and decide by them from then on.",
    ),
    "replay": Source("receipts", "Decide again from a receipt's own contents and compare."),
    "explain": Source(
        "receipts",
        "Say why a slot holds what it holds: what its value would lose without each term, and which deeds speak for it.",
    ),
    "verify": Source(
        "receipts",
        "Walk receipts and facts from the first; name what is tampered, missing, reordered or cut off.",
    ),
    "settle": Source(
        "money", "Release expired holds and close a day's books; again changes nothing."
    ),
    "audit": Source(
        "money",
        "Prove that the book is what its transfers say; name every difference, and end with 1 on one.",
    ),
    "payouts": Source("money", "Pay out, once, what every party earned through a closed day."),
    "payments": Source(
        "money",
        "Ask a provider for every refund it owes buyers, and how charges stand; again does no harm.",
    ),
    "audit-log": Source(
        "audit_log",
        "Say who changed what: key or person, when, by which route, and what it was before and after.",
    ),
    "backup": Source(
        "backups", "Copy records, logs and media aside, whole, while everything goes on."
    ),
    "restore": Source(
        "backups",
        "Bring a back-up into a home; what was erased and revoked since is erased and revoked again.",
    ),
    "export": Source(
        "exports",
        "Write people, items, domains, relations and events as tables, or all that is held about one person.",
    ),
    "doctor": Source("doctor", "Print every setting with its origin, and look at what they name."),
    "kernels": Source(
        "kernels", "Compile every kernel that serving uses, into the cache beside its source."
    ),
    "import": Source("imports", "Bring people, items and events in."),
    "evaluate": Source(
        "evaluate", "Judge the predictor on the log, or what is recommended (`topn`)."
    ),
    "ads": Source("ads", "Replay published logs of ad auctions."),
    "community": Source("keys", "Create, list and disable communities."),
    "key": Source("keys", "Create, list and revoke a community's keys."),
    "policy": Source("policies", "Show, set, try and take back the policy."),
    "town": Source("towns", "Let a county town live, and compare policies on it."),
}


class Commands(MutableMapping[str, Any]):
    """The commands by name, each imported when it is first asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(SOURCES)

    def __len__(self) -> int:
        return len(SOURCES)

    def __contains__(self, name: object) -> bool:
        return name in SOURCES


class OnDemandGroup(TyperGroup):
    """The group of all commands; lists them by what `SOURCES` says and imports only the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  as Typer calls it
        """Return the names, in the order of the help."""
        return list(SOURCES)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  as Typer calls it
        """Write a line for each command."""
        room = formatter.width - 6 - max(map(len, SOURCES))
        rows = [
            (name, TyperCommand(name, help=source.help).get_short_help_str(room))
            for name, source in SOURCES.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _load(name: str) -> Any:
    module = import_module(f"lodestone.cli.{SOURCES[name].module}")
    holder = typer.Typer(rich_markup_mode=None, add_completion=False)
    module.add(holder)
    return get_group(holder).commands[name]
