"""The pages that people open: the viewer's feed, the operator's window, the merchant's desk.

A page is a Litestar handler that answers `console(state).page(request, template, told)`; `_ROUTES` below
lists the handlers of each page's own module. Bootstrap hands all of it to the application.
"""

from typing import Final

from lodestone.console import page_routes, shopping
from lodestone.console.demo import ROUTES as _DEMO
from lodestone.console.gate import Gate
from lodestone.console.merchant import merchant_routes
from lodestone.console.operator import FigureReader, gather, operator_routes
from lodestone.console.site import Console
from lodestone.console.viewer.pages import ROUTES as _VIEWER

_ROUTES: Final = (*_VIEWER, *page_routes.ROUTES, *shopping.ROUTES, *_DEMO)


def pages(*, demo: str | None, gate: Gate | None = None) -> Console:
    """Put the pages together.

    Args:
        demo: The community whose residents anyone on this machine may be; None outside a demo.
        gate: What logging in to the consoles needs; None leaves the consoles out.
    """
    routes = _ROUTES
    if gate is not None:
        routes = (*routes, *operator_routes(FigureReader(gather, gate.timer)), *merchant_routes())
    return Console(routes, demo=demo, gate=gate)


__all__ = ("Console", "Gate", "pages")
