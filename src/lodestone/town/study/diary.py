"""The town's own diary: every look with what it was truly worth, kept by day for the judgement afterwards."""

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.town.people.behaviour import OUTCOMES, Done
from lodestone.town.people.rhythm import Visits
from lodestone.town.truth import Truth, parts_of, truth_of

DOMAINS: Final = ("public", "middle", "private")
WATCH_UNIT: Final = 60.0


@dataclass(slots=True)
class Looks:
    """Places looked at, in columns; shape (looks,) unless said."""

    person: Ints
    post: Ints
    slot: Ints
    surface: Ints
    domain: Ints
    """An index into `DOMAINS`."""
    explored: Bools
    joy: Floats
    pleasure: Floats
    expected: Floats
    """True expected value, micros, under the worths the town judges by."""
    value: Floats
    """Value of what was then done, micros."""
    done: Bools
    """Shape (looks, 13): which outcomes came; `watch` where any second was counted."""
    paid: Bools
    """Whether it was an ad."""


def none_looked() -> Looks:
    """Return columns without a row."""
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    truth = np.zeros(0, bool)
    return Looks(
        whole,
        whole,
        whole,
        whole,
        whole,
        truth,
        real,
        real,
        real,
        real,
        np.zeros((0, len(OUTCOMES)), bool),
        truth,
    )


def joined_looks(parts: list[Looks]) -> Looks:
    """Put looks one after another."""
    every = [none_looked(), *parts]
    return Looks(
        *(np.concatenate([getattr(one, each.name) for one in every]) for each in fields(Looks))
    )


def outcomes_of(done: Done, moves: Bools) -> tuple[Bools, Floats]:
    """Return which outcomes came, shape (looks, 13), and how much of each: 1, or a share of a minute watched."""
    names = ("click", *OUTCOMES[2:])
    came = np.stack([moves & done.click, *(getattr(done, name) for name in names)], axis=1)
    amount = came.astype(np.float64)
    amount[:, 0] = np.where(came[:, 0], np.minimum(done.seconds, WATCH_UNIT) / WATCH_UNIT, 0.0)
    return came, amount


@dataclass(slots=True)
class Day:
    """What is kept of one day, drawn in the morning and written as it goes on."""

    visits: Visits
    looks: list[Looks] = field(default_factory=list)
    feeds: int = 0
    events: int = 0
    refused: int = 0
    sampled: list[dict[str, Any]] = field(default_factory=list)
    """Decisions that were judged as they were taken, see `judge_page`."""


class Shelf:
    """The town's folder: its state after the last step, and a page for every day.

    Args:
        folder: Belongs to one life of one town.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, truth: Truth, day: Day, **parts: bytes) -> None:
        """Write everything that going on needs; a crash leaves the state before or this one, whole."""
        columns = dict(parts_of(truth))
        held = joined_looks(day.looks)
        for each in fields(Looks):
            columns[f"looks.{each.name}"] = getattr(held, each.name)
        for each in fields(Visits):
            columns[f"visits.{each.name}"] = getattr(day.visits, each.name)
        columns["counts"] = np.array([day.feeds, day.events, day.refused], np.int64)
        columns["sampled"] = _text(day.sampled)
        columns |= {name: np.frombuffer(part, np.uint8) for name, part in parts.items()}
        self._write("state.npz", columns)

    def state(self) -> tuple[Truth, Day] | None:
        """Read where the life stands, None before its beginning."""
        columns = self._read("state.npz")
        if columns is None:
            return None
        feeds, events, refused = columns["counts"].tolist()
        looks = _looks_of(columns, "looks.")
        visits = Visits(*(columns[f"visits.{each.name}"] for each in fields(Visits)))
        day = Day(visits, [looks], feeds, events, refused, _value(columns["sampled"]))
        return truth_of(columns), day

    def truth(self) -> Truth | None:
        """Read where the life's town stands, None before its beginning."""
        kept = self.state()
        return None if kept is None else kept[0]

    def trade(self) -> bytes:
        """Read where the life's trade stands; call it where there is a state."""
        return self.part("trade")

    def part(self, name: str) -> bytes:
        """Read where an activity stands, nothing of a life that has not had it; call it where there is a state."""
        columns = self._read("state.npz")
        assert columns is not None
        return columns[name].tobytes() if name in columns else b""

    def keep_day(self, number: int, day: Day, told: dict[str, Any]) -> None:
        """Write a day's page: its looks, and what the engine said of itself that night."""
        held = joined_looks(day.looks)
        columns = {each.name: getattr(held, each.name) for each in fields(Looks)}
        page = {
            "feeds": day.feeds,
            "events": day.events,
            "refused": day.refused,
            "sampled": day.sampled,
            **told,
        }
        self._write(f"day-{number:03}.npz", {**columns, "page": _text(page)})

    def day(self, number: int) -> tuple[Looks, dict[str, Any]] | None:
        """Read a day's page, None where there is none yet."""
        columns = self._read(f"day-{number:03}.npz")
        if columns is None:
            return None
        return _looks_of(columns), _value(columns["page"])

    def write_text(self, name: str, text: str) -> Path:
        """Write a file beside the pages; return where."""
        path = self.folder / name
        half = self.folder / f"{name}.half"
        half.write_text(text, "utf-8")
        half.replace(path)
        return path

    def read_text(self, name: str) -> str | None:
        """Read a file beside the pages, None where there is none."""
        path = self.folder / name
        return path.read_text("utf-8") if path.is_file() else None

    def _write(self, name: str, columns: dict[str, NDArray[Any]]) -> None:
        half = self.folder / f"{name}.half"
        with half.open("wb") as file:
            np.savez(file, allow_pickle=False, **columns)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / name)

    def _read(self, name: str) -> dict[str, NDArray[Any]] | None:
        path = self.folder / name
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as held:
            return {key: held[key] for key in held.files}


def _looks_of(columns: dict[str, NDArray[Any]], start: str = "") -> Looks:
    """Read looks; those of a life from before there were ads are all unpaid."""
    unpaid = np.zeros(columns[f"{start}person"].size, bool)
    return Looks(*(columns.get(f"{start}{each.name}", unpaid) for each in fields(Looks)))


def _text(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(msgspec.json.encode(value), np.uint8)


def _value(data: NDArray[Any]) -> Any:
    return msgspec.json.decode(data.tobytes())
