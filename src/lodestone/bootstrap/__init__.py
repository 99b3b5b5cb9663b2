"""Bootstrap: the one place that knows clocks, chance, files and addresses, and chooses every concrete thing."""

from lodestone.bootstrap.copies import History, day_of, history_of, world_of
from lodestone.bootstrap.homes import listening, path_of, records_answer, settings_of
from lodestone.bootstrap.installation import App, WallClock, open_app
from lodestone.bootstrap.orders import open_orders, serve_orders
from lodestone.bootstrap.restoring import Leave, check_backup, restore
from lodestone.bootstrap.scratch import Decided, decide_on_scratch
from lodestone.bootstrap.server import run, serve
from lodestone.bootstrap.survey import Chain, Surveyed, chains, serving_at, surveyed
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
