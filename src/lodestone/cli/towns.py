"""The demo community: a county town that lives its first day through the public API."""

import typer

from lodestone import bootstrap


def add(app: typer.Typer) -> None:
    """Add the command."""
    del app


async def fill_demo(app: bootstrap.App) -> None:
    """Fill the demo when there is none."""
    del app
