"""The shape of what a section of the window says: its answer first, then charts, then what is missing yet."""

from dataclasses import dataclass

from lodestone.console.charts import Chart


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
