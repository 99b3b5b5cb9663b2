"""KuaiRand's published files, as they are distributed: people, videos, and every log file there is.

The files' own names are kept (`log_…csv`, `user_features…csv`, `video_features_basic…csv`); columns are found by
name. Log rows are sent in order of time over all files, so that the community's clock goes forward with them; an
event's id is a hash of its row's bytes, the row's occurrence and the outcome, so that the same row brings the same
events whenever it comes. Authors are `author-…`: 104 of their numbers are also people's.
"""

import csv
import hashlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from lodestone.base.clock import DAY_SECONDS, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import time_text
from lodestone.cli.batch_import import (
    Marks,
    Sent,
    Tally,
    carry_bulk,
    carry_events,
    drive,
    mark,
    marks,
)
from lodestone.cli.output import note
from lodestone.cli.reach import Reach

SOURCE: Final = "kuairand"
LEARNED: Final = "(weights)"
"""Under this name an import remembers from how many rows the weights in force were learned."""
_ROWS: Final = 2_000
_OUTCOMES: Final = {
    "is_click": "click",
    "long_view": "long_view",
    "is_like": "like",
    "is_follow": "follow",
    "is_comment": "comment",
    "is_forward": "share",
    "is_hate": "hide",
    "is_profile_enter": "profile_visit",
}
_NEEDED: Final = ("user_id", "video_id", "date", "time_ms", "play_time_ms", "tab", *_OUTCOMES)
_Digest: Final = partial(hashlib.blake2b, digest_size=16)
_EARLY: Final = "2016-01-01T00:00:00Z"
Advance = Callable[[str, int, int], None]


@dataclass(slots=True)
class LogFile:
    """Where the rows of one log file lie, in the order of their times."""

    path: Path
    columns: list[str]
    times: "array[int]" = field(default_factory=lambda: array("q"))
    places: "array[int]" = field(default_factory=lambda: array("q"))
    """Byte offset of each row."""
    lines: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class _Taken:
    """How far into a log file, in order of time, rows have been taken, and a digest of those."""

    log: LogFile
    rows: int
    digest: hashlib.blake2b = field(default_factory=_Digest)

    @classmethod
    def again(cls, log: LogFile, known: Marks) -> "_Taken":
        """Go on where an earlier run stopped.

        Raises:
            InvalidError: The rows are not those that it took.
        """
        taken, name = cls(log, known.rows.get(log.path.name, 0)), log.path.name
        with log.path.open("rb") as file:
            for place in log.places[: taken.rows]:
                file.seek(place)
                taken.add(file.readline().strip())
        before = known.digests.get(name, taken.told())
        if taken.rows > len(log.times) or before != taken.told():
            problem = Problem(
                name, f"is another file than the one of which {taken.rows:,} rows were taken"
            )
            cure = "put that one back, or give this one a name of its own"
            raise InvalidError("kuairand_swapped", f"{name} {problem.problem}; {cure}", (problem,))
        return taken

    def add(self, raw: bytes) -> None:
        """Note what one more row holds."""
        self.digest.update(raw + b"\n")

    def told(self) -> str:
        """Return the digest of the rows taken."""
        return self.digest.hexdigest()


async def import_kuairand(reach: Reach, folder: Path, advance: Advance, tally: Tally) -> None:
    """Bring a folder of KuaiRand into a community.

    Args:
        reach: The way to it; its clock is driven to the last fact, if it is driven.
        folder: As unpacked: the files, or a folder `data` holding them.
        advance: Is told (of what, done, in all).
        tally: Counts what became of it.

    Raises:
        InvalidError: A file is missing, lacks a column, or is another than the one whose rows were taken before.
    """
    data = folder / "data" if (folder / "data").is_dir() else folder
    logs = sorted(data.glob("log_*.csv"))
    people, videos = _one(data, "user_features"), sorted(data.glob("video_features_basic*.csv"))
    if not logs or not videos:
        raise InvalidError(
            "kuairand_missing", f"{data} needs log_*.csv and video_features_basic*.csv"
        )
    _name_ignored(data)
    opened = [_index(path, advance, tally) for path in logs]
    known = await marks(reach, SOURCE)
    taken = [_Taken.again(log, known) for log in opened]
    await _start_clock(reach, opened)
    for kind, path in (("people", people), *(("items", path) for path in videos)):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, _Digest).hexdigest()
        if known.digests.get(path.name) != digest:
            await _bring(reach, kind, path, advance, tally)
            known.rows[path.name], known.digests[path.name] = path.stat().st_size, digest
            await mark(reach, SOURCE, known)
    await _bring_logs(reach, taken, known, _authors(videos), advance, tally)


def _name_ignored(data: Path) -> None:
    """Say of every file that is not taken that it is not, and why."""
    taken = ("log_", "user_features", "video_features_basic")
    for path in sorted(data.iterdir()):
        if path.suffix != ".csv":
            continue
        if path.name.startswith("video_features_statistic"):
            note(
                f"ignored {path.name}: its counts span the days to be judged; ours are counted anew"
            )
        elif not path.name.startswith(taken):
            note(f"ignored {path.name}: holds neither people, videos nor what happened")


def _authors(videos: list[Path]) -> dict[str, str]:
    """Return whose each video is."""
    found = {}
    for path in videos:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                found[row["video_id"]] = f"author-{row['author_id']}"
    return found


def _one(data: Path, name: str) -> Path:
    found = sorted(data.glob(f"{name}*.csv"))
    if len(found) != 1:
        raise InvalidError("kuairand_missing", f"{data} needs one {name}*.csv, it has {len(found)}")
    return found[0]


def _index(path: Path, advance: Advance, tally: Tally) -> LogFile:
    """Find every row and its time; malformed ones are refused here, with file and line."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.readline()
        log = LogFile(path, head.decode().strip().split(","))
        missing = [name for name in _NEEDED if name not in log.columns]
        if missing:
            raise InvalidError("columns_missing", f"{path.name} has no column {missing[0]!r}")
        width, at = len(log.columns), log.columns.index("time_ms")
        place = len(head)
        for line, raw in enumerate(file, 2):
            cells = raw.strip().split(b",")
            if len(cells) == width and cells[at].isdigit():
                log.times.append(int(cells[at]))
                log.places.append(place)
                log.lines.append(line)
            elif cells != [b""]:
                tally.refuse(f"{path.name}:{line}", f"needs {width} cells and a number as time_ms")
            place += len(raw)
            if line % 50_000 == 0:
                advance(f"reading {path.name}", place, size)
    order = np.argsort(np.frombuffer(log.times, np.int64), kind="stable")
    for column in ("times", "places", "lines"):
        held = np.frombuffer(getattr(log, column), np.int64)[order]
        setattr(log, column, array("q", held.tobytes()))
    advance(f"reading {path.name}", size, size)
    return log


async def _start_clock(reach: Reach, logs: list[LogFile]) -> None:
    first = min((log.times[0] for log in logs if log.times), default=None)
    if first is not None:
        await drive(reach, first * 1000)


async def _bring(reach: Reach, kind: str, path: Path, advance: Advance, tally: Tally) -> None:
    read = _person if kind == "people" else _item
    size = path.stat().st_size
    done = 0

    def rows() -> Iterator[Sent]:
        nonlocal done
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, row in enumerate(csv.DictReader(file), 2):
                try:
                    yield Sent(f"{path.name}:{line}", read(row))
                except (KeyError, ValueError, TypeError) as error:
                    tally.refuse(f"{path.name}:{line}", f"cannot be read: {error}")
                done += sum(len(value or "") + 1 for value in row.values())
                if line % 1000 == 0:
                    advance(path.name, min(done, size), size)

    taken = await carry_bulk(reach, kind, rows(), tally)
    if kind == "people":
        tally.people += taken
    else:
        tally.items += taken
    advance(path.name, size, size)


def _person(row: dict[str, str]) -> dict[str, Any]:
    return {"id": str(int(row["user_id"])), "created_at": _EARLY}


def _item(row: dict[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(int(row["video_id"])),
        "kind": "video",
        "author_id": f"author-{int(row['author_id'])}",
        "created_at": _EARLY,
    }
    if row.get("upload_dt"):
        body["created_at"] = f"{date.fromisoformat(row['upload_dt'])}T00:00:00+08:00"
    if row.get("tag"):
        body["tags"] = [f"tag-{tag}" for tag in dict.fromkeys(row["tag"].split(","))][:16]
    if row.get("video_duration"):
        body["duration_seconds"] = float(row["video_duration"]) / 1000
    return body


async def _bring_logs(
    reach: Reach,
    taken: list[_Taken],
    known: Marks,
    authors: dict[str, str],
    advance: Advance,
    tally: Tally,
) -> None:
    whole = sum(len(one.log.times) for one in taken)
    tally.skipped_rows += sum(one.rows for one in taken)
    occurrences = _seen_before(taken)
    for batch in _merged(taken):
        sent = [event for row in batch for event in _events(row, authors, occurrences, tally)]
        await drive(reach, batch[-1].time * 1000)
        await carry_events(reach, sent, tally)
        known.rows.update({one.log.path.name: one.rows for one in taken})
        known.digests.update({one.log.path.name: one.told() for one in taken})
        await mark(reach, SOURCE, known)
        advance("events", sum(one.rows for one in taken), whole)


def _seen_before(taken: list[_Taken]) -> dict[bytes, int]:
    """Count the rows of the instant at which an earlier run stopped: what comes next may equal them."""
    found: dict[bytes, int] = {}
    for log, at in ((one.log, one.rows) for one in taken):
        with log.path.open("rb") as file:
            for before in range(at - 1, -1, -1):
                if at >= len(log.times) or log.times[before] != log.times[at]:
                    break
                file.seek(log.places[before])
                digest = _digest(file.readline().strip())
                found[digest] = found.get(digest, 0) + 1
    return found


def _digest(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a log file."""

    where: str
    time: int
    raw: bytes
    columns: list[str]


def _merged(taken: list[_Taken]) -> Iterator[list[_Row]]:
    """Yield batches of rows of all files in order of time, and note in `taken` what was read of each."""
    files = [one.log.path.open("rb") for one in taken]
    try:
        heads = [
            (one.log.times[one.rows], n)
            for n, one in enumerate(taken)
            if one.rows < len(one.log.times)
        ]
        batch: list[_Row] = []
        while heads:
            time, n = min(heads)
            heads.remove((time, n))
            one, log, at = taken[n], taken[n].log, taken[n].rows
            files[n].seek(log.places[at])
            raw = files[n].readline().strip()
            batch.append(_Row(f"{log.path.name}:{log.lines[at]}", time, raw, log.columns))
            one.add(raw)
            one.rows += 1
            if one.rows < len(log.times):
                heads.append((log.times[one.rows], n))
            if len(batch) == _ROWS or not heads:
                yield batch
                batch = []
    finally:
        for file in files:
            file.close()


def _events(
    row: _Row, authors: dict[str, str], occurrences: dict[bytes, int], tally: Tally
) -> Iterator[Sent]:
    """Yield what one row says: an impression, what was watched, and each outcome."""
    digest = _digest(row.raw)
    occurrence = occurrences[digest] = occurrences.get(digest, 0) + 1
    try:
        cells = dict(zip(row.columns, row.raw.decode().split(","), strict=True))
        day = cells["date"]
        seconds = min(float(DAY_SECONDS), int(cells["play_time_ms"]) / 1000)
        base = {
            "time": time_text(Instant(row.time * 1000)),
            "person_id": str(int(cells["user_id"])),
            "item_id": str(int(cells["video_id"])),
            "surface": f"tab-{int(cells['tab'])}",
            "day": date(int(day[:4]), int(day[4:6]), int(day[6:])).isoformat(),
        }
        found = [name for column, name in _OUTCOMES.items() if int(cells[column])]
        whom = {"author_id": authors[base["item_id"]]} if "follow" in found else {}
    except ValueError as error:
        tally.refuse(row.where, f"cannot be read: {error}")
        return
    except KeyError as error:
        tally.refuse(row.where, f"video {error} is in no file of videos")
        return
    name = f"kuairand-{digest.hex()}-{occurrence}"
    yield Sent(row.where, {"id": f"{name}-impression", "type": "impression", **base})
    if seconds > 0:
        watch = {"id": f"{name}-watch", "type": "watch", "watch_seconds": seconds, **base}
        yield Sent(row.where, watch)
    for kind in found:
        more = whom if kind == "follow" else {}
        yield Sent(row.where, {"id": f"{name}-{kind}", "type": kind, **base, **more})
