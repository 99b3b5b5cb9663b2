"""`serve`: open the doors."""

from typing import Annotated

import typer

from lodestone import bootstrap
from lodestone.cli.output import Home, note
from lodestone.cli.reach import settings_of
from lodestone.cli.towns import DEMO, fill_demo
from lodestone.services.access.settings import Settings


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog="Example: lodestone serve --demo")(serve)


def serve(
    demo: Annotated[bool, typer.Option(help="Fill a demo community when there is none.")] = False,
    host: Annotated[str | None, typer.Option(help="Where to listen.", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(help="0 takes a free one.", show_default=False)
    ] = None,
    orders_only: Annotated[
        bool, typer.Option(help="Take orders and redemptions alone, beside a server on PostgreSQL.")
    ] = False,
    accept_loss: Annotated[
        bool,
        typer.Option(help="Go on without what the home has lost; what it was goes into the log."),
    ] = False,
    home: Home = None,
) -> None:
    """Serve every community of the home until interrupted."""
    settings = settings_of(home)
    settings = bootstrap.listening(settings, host, port)
    if orders_only:
        address = f"http://{settings.host}"
        bootstrap.run(
            bootstrap.serve_orders(
                settings, ready=lambda at: note(f"taking orders at {address}:{at}/v1/orders")
            )
        )
        return
    note(f"opening {settings.home}")
    prepare = fill_demo if demo else None
    bootstrap.run(
        bootstrap.serve(
            settings,
            prepare=prepare,
            ready=lambda app, at: _ready(app, settings, at),
            demo=DEMO if demo else None,
            accept_loss=accept_loss,
        )
    )


def _ready(app: bootstrap.App, settings: Settings, port: int) -> None:
    base = f"http://{settings.host}:{port}"
    names = [engine.community.id for engine in app.engines.all()]
    note(
        f"serving {', '.join(names) if names else 'no community yet; `lodestone community create` makes one'}"
    )
    note(f"  {base}/              the page people see")
    note(f"  {base}/operator      the operator's window")
    note(f"  {base}/merchant      the merchant's desk")
    note(f"  {base}/docs          every route")
    note(f"  {base}/v1            the API")
    note(f"  {base}/metrics       for Prometheus")
    key = app.home.key("demo")
    if key is not None and "demo" in names:
        note(f"  key of demo: {key} (kept in {app.home.path / 'demo.key'})")
    desk = app.home.key("merchant")
    if desk is not None and "demo" in names:
        note(
            f"  key of the merchant's desk, at every shop of the demo: {desk} (kept in {app.home.path / 'merchant.key'})"
        )
    note(f"  operator's key: {app.home.path / 'operator.key'}")
    note("stop with Ctrl-C")
