"""Bootstrap: the one place that knows clocks, chance, files and addresses, and chooses every concrete thing.

A name is imported when it is first asked for: what only speaks to a running server needs none of what serves.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lodestone.bootstrap.copies import History, day_of, history_of, world_of
    from lodestone.bootstrap.homes import (
        listening,
        path_of,
        records_answer,
        serving_at,
        settings_of,
    )
    from lodestone.bootstrap.installation import App, WallClock, open_app
    from lodestone.bootstrap.orders import open_orders, serve_orders
    from lodestone.bootstrap.restoring import Leave, check_backup, restore
    from lodestone.bootstrap.scratch import Decided, decide_on_scratch
    from lodestone.bootstrap.server import run, serve
    from lodestone.bootstrap.survey import Chain, Surveyed, chains, surveyed
    from lodestone.stores.files.modes import make_private

__all__ = (
    "App",
    "Chain",
    "Decided",
    "History",
    "Leave",
    "Surveyed",
    "WallClock",
    "chains",
    "check_backup",
    "day_of",
    "decide_on_scratch",
    "history_of",
    "listening",
    "make_private",
    "open_app",
    "open_orders",
    "path_of",
    "records_answer",
    "restore",
    "run",
    "serve",
    "serve_orders",
    "serving_at",
    "settings_of",
    "surveyed",
    "world_of",
)

_MODULES: Final = {
    "App": "lodestone.bootstrap.installation",
    "Chain": "lodestone.bootstrap.survey",
    "Decided": "lodestone.bootstrap.scratch",
    "History": "lodestone.bootstrap.copies",
    "Leave": "lodestone.bootstrap.restoring",
    "Surveyed": "lodestone.bootstrap.survey",
    "WallClock": "lodestone.bootstrap.installation",
    "chains": "lodestone.bootstrap.survey",
    "check_backup": "lodestone.bootstrap.restoring",
    "day_of": "lodestone.bootstrap.copies",
    "decide_on_scratch": "lodestone.bootstrap.scratch",
    "history_of": "lodestone.bootstrap.copies",
    "listening": "lodestone.bootstrap.homes",
    "make_private": "lodestone.stores.files.modes",
    "open_app": "lodestone.bootstrap.installation",
    "open_orders": "lodestone.bootstrap.orders",
    "path_of": "lodestone.bootstrap.homes",
    "records_answer": "lodestone.bootstrap.homes",
    "restore": "lodestone.bootstrap.restoring",
    "run": "lodestone.bootstrap.server",
    "serve": "lodestone.bootstrap.server",
    "serve_orders": "lodestone.bootstrap.orders",
    "serving_at": "lodestone.bootstrap.homes",
    "settings_of": "lodestone.bootstrap.homes",
    "surveyed": "lodestone.bootstrap.survey",
    "world_of": "lodestone.bootstrap.copies",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value
