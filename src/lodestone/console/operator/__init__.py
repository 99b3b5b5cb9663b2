"""The operator's window: whether traffic has value, whether people stay, whether promises are kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, cast
from zoneinfo import ZoneInfo

from lodestone.console.operator.figures import FigureReader, Filter, gather
from lodestone.console.operator.pages import operator_routes
from lodestone.console.operator.sections import sections_of
from lodestone.console.site import Console
from lodestone.console.speech import Speech
from lodestone.insight.reports import Reports
from lodestone.services.community.community import Engine
from lodestone.services.policy.trials import Trials

WARMED_FACTS: Final = 200_000
"""Of a longer log the figures are read when somebody asks for them: they would take more than a few seconds."""


def operator_state(timer: Callable[[], float]) -> Mapping[str, object]:
    """Make what the window's handlers find in the state of an application: routes are the same for every one.

    Args:
        timer: Seconds that only grow.
    """
    return {
        "figures": FigureReader(gather, timer),
        "trials": Trials(timer),
        "key_form_words": OrderedDict[str, None](),
    }


async def read_figures_ahead(pages: Console, engine: Engine, reports: Reports) -> None:
    """Read and say what the window first shows of a community, so that nobody waits for it after a start.

    Args:
        pages: All pages of the installation, the window among them.
        engine: The community's.
        reports: Its reports.
    """
    if int(engine.log.end()) > WARMED_FACTS:
        return
    reader = cast(FigureReader, pages.state["figures"])
    figures = await reader.read(engine, reports, Filter())
    community = engine.community
    for language in pages.catalogue.languages:
        words = pages.catalogue.choose(language, None, "")
        speech = Speech(words, ZoneInfo(community.zone), community.currency)
        await asyncio.to_thread(sections_of, figures, speech)


__all__ = ("FigureReader", "gather", "operator_routes", "operator_state", "read_figures_ahead")
