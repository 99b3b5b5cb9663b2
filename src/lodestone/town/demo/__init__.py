"""The demo: a living town of the last weeks, dressed for people to look at.

`live_demo` lets it live up to now; what it says and shows is in `dressing.py` and the tables of `words`.
"""

from lodestone.town.demo.filling import DEMO_DAYS, DEMO_PEOPLE, DemoPlan, live_demo

__all__ = ("DEMO_DAYS", "DEMO_PEOPLE", "DemoPlan", "live_demo")
