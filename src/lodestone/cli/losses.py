"""Say what a home has lost before asking it anything; nothing is changed."""

from typing import Any

import typer

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError
from lodestone.cli.output import FINDING, data, line
from lodestone.cli.reach import settings_of
from lodestone.services.access.settings import Settings


def checks(settings: Settings) -> list[dict[str, Any]]:
    """Return what a look at the home's files found, as `doctor` shows it."""
    try:
        surveyed = bootstrap.surveyed(settings)
    except LodestoneError as error:
        return [check("installation", error.message, ok=False)]
    bad = [check(loss.code.replace("_", " "), loss.message, ok=False) for loss in surveyed.losses]
    notes = [check("note", note, ok=True) for note in surveyed.notes]
    if bad or surveyed.named is None:
        return [*bad, *notes]
    names = ", ".join(community.id for community in surveyed.named.communities) or "none yet"
    shown = [check("communities", names, ok=True)]
    try:
        for chain in bootstrap.chains(settings, surveyed.named):
            said = f"{chain.receipts} receipts, {chain.facts} facts, {chain.findings} findings"
            shown.append(check(f"chain of {chain.community}", said, ok=not chain.findings))
    except LodestoneError as error:
        shown.append(check("chain", error.message, ok=False))
    return [*shown, *notes]


def check(what: str, said: str, *, ok: bool) -> dict[str, Any]:
    """Make one line of `doctor`."""
    return {"what": what, "said": said, "ok": ok}


def require_whole(home: str | None, *, as_json: bool) -> None:
    """End with a finding where the home has lost something."""
    surveyed = bootstrap.surveyed(settings_of(home))
    if not surveyed.losses:
        return
    if as_json:
        losses = [
            {"problem": loss.code, "file": loss.file, "said": loss.said, "cure": loss.cure}
            for loss in surveyed.losses
        ]
        data({"losses": losses})
    else:
        for loss in surveyed.losses:
            line(f"{loss.code}: {loss.message}")
    raise typer.Exit(FINDING)
