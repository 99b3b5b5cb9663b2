"""The pages that people open: the viewer's feed, the operator's window, the desks of merchants and advertisers.

A page is a Litestar handler that answers `console(state).page(request, template, told)`; `_ROUTES` below
lists the handlers of each page's own module. Bootstrap hands all of it to the application.
"""

from typing import Final

from lodestone.console import (
    commenting,
    installing,
    own_reviews,
    page_routes,
    people_routes,
    shopping,
)
from lodestone.console.advertiser import advertiser_routes
from lodestone.console.creator import creator_routes
from lodestone.console.demo import ROUTES as _DEMO
from lodestone.console.filling import PAGE as FILLING
from lodestone.console.filling import ROUTES as _FILLING
from lodestone.console.gate import Gate
from lodestone.console.merchant import merchant_routes
from lodestone.console.operator import operator_routes, operator_state, read_figures_ahead
from lodestone.console.operator.health import health_routes
from lodestone.console.operator.keys import key_routes
from lodestone.console.operator.policy import policy_routes
from lodestone.console.operator.table_routes import table_routes
from lodestone.console.operator.webhooks import webhook_routes
from lodestone.console.progress import Progress
from lodestone.console.reference import ReferencePages, reference_routes
from lodestone.console.site import Console, PageSettings
from lodestone.console.viewer.pages import ROUTES as _VIEWER

_ROUTES: Final = (
    *_VIEWER,
    *page_routes.ROUTES,
    *people_routes.ROUTES,
    *commenting.ROUTES,
    *own_reviews.ROUTES,
    *shopping.ROUTES,
    *installing.ROUTES,
    *_DEMO,
    *_FILLING,
)


def pages(
    *,
    demo: str | None,
    gate: Gate | None = None,
    previews: str | None = None,
    progress: Progress | None = None,
    root: str = "",
    tiles: tuple[str, str] | None = None,
) -> Console:
    """Put the pages together.

    Args:
        demo: The community whose residents anyone on this machine may be; None outside a demo.
        gate: What logging in to the consoles needs; None leaves the consoles out.
        previews: The community whose things links show a preview of; the demo's without.
        progress: How far the demo is while its town lives.
        root: The path under which a proxy shows the pages, such as `/lodestone`; empty for none.
        tiles: Where the map's tiles come from, and who made them; None for our own ground.
    """
    routes = (*_ROUTES, *reference_routes())
    state: dict[str, object] = {"reference_pages": ReferencePages()}
    if gate is not None:
        state |= operator_state(gate.timer)
        routes = (
            *routes,
            *operator_routes(),
            *policy_routes(),
            *table_routes(),
            *key_routes(),
            *webhook_routes(),
            *health_routes(),
            *merchant_routes(),
            *advertiser_routes(),
            *creator_routes(),
        )
    filling = progress or Progress(float)
    settings = PageSettings(demo, previews or demo, root, tiles)
    return Console(routes, settings=settings, gate=gate, progress=filling, state=state)


__all__ = ("FILLING", "Console", "Gate", "Progress", "pages", "read_figures_ahead")
