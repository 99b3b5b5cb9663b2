"""`evaluate`: judge the predictor on the published log."""

import typer


def add(app: typer.Typer) -> None:
    """Add the command."""
    del app
