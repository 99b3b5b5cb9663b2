"""The shape of what a section of the window says: its answer first, then charts, then what is missing yet."""

from dataclasses import dataclass

from lodestone.console.charts import Chart, Table
from lodestone.console.sankey import Sankey


@dataclass(frozen=True, slots=True)
class Empty:
    """What will appear in a place, and the one action that makes it appear."""

    text: str
    action: str
    href: str


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the window: the question's name, the answer in a sentence, what shows it."""

    id: str
    kicker: str
    answer: str
    detail: str = ""
    charts: tuple[Chart, ...] = ()
    empties: tuple[Empty, ...] = ()
    stays: "tuple[StayCard, ...]" = ()
    flows: tuple[Sankey, ...] = ()
    walks: "WalkCard | None" = None


@dataclass(frozen=True, slots=True)
class Stay:
    """How many stayed so many days, pooled over the days of which it is known."""

    label: str
    text: str
    at: float | None
    """Share, in per cent; None while it is not known."""
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class StayCard:
    """One retained series: its finding, who stayed how long, and the cohorts over time once there are some."""

    id: str
    title: str
    stays: tuple[Stay, ...]
    chart: Chart | None
    table: Table


@dataclass(frozen=True, slots=True)
class Walk:
    """One path: the stages in the order in which they were reached, by look and word, and how many took it."""

    stages: tuple[tuple[str, str], ...]
    text: str
    at: float
    """Share of all, in per cent."""
    hours: str


@dataclass(frozen=True, slots=True)
class WalkCard:
    """Whole paths of those who came: the finding, the paths, and every cohort's in a table."""

    title: str
    walks: tuple[Walk, ...]
    foot: str
    table: Table
