"""Events kept until the engine has taken them: through its outage and, on disk, through the app's own end."""

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lodestone.client.shapes import Event, Refused, Verdicts, identified

BATCH_EVENTS: Final = 10_000
BATCH_BYTES: Final = 8 * 1024 * 1024
_TABLES: Final = """
create table if not exists event (seq integer primary key autoincrement, id text not null unique, body blob not null);
create table if not exists told (name text primary key, number integer not null);
insert or ignore into told values ('lost', 0);
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest events of an outbox, ready to be sent."""

    ids: tuple[str, ...]
    body: bytes
    """What `POST /v1/events` takes."""
    last: int
    """They and all before them go when this batch is settled."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """What became of the events that a flush sent; those refused are out of the outbox too."""

    accepted: int = 0
    duplicates: int = 0
    refused: tuple[tuple[str, Refused], ...] = ()
    """The event's id, and why."""

    def __add__(self, other: "Flushed") -> "Flushed":
        return Flushed(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.refused + other.refused,
        )


class Outbox:
    """A bounded queue of events that `Client.flush` and `AsyncClient.flush` empty.

    `add` never waits for the engine. What a flush could not send stays, in order. Full, it lets the oldest
    go: they are the first to become too late for the engine, which takes events seven days back.
    Each that is let go is counted in `lost` and told. An event's id does not change between tries, so
    one that was taken although its answer was lost counts once.

    On disk it holds through a kill of the app; after a power cut the last moments may be missing. One process
    has one file.

    Args:
        path: A file to keep the events in; in memory when None.
        capacity: The most events held.
        on_lost: Is told how many were let go, each time.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        capacity: int = 100_000,
        on_lost: Callable[[int], None] | None = None,
    ) -> None:
        assert capacity >= 1, "an outbox holds at least one event"
        self._capacity = capacity
        self._on_lost = on_lost
        self._lock = threading.Lock()
        name = ":memory:" if path is None else str(path)
        self._kept = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        self._kept.execute("pragma journal_mode = wal")
        self._kept.execute("pragma synchronous = normal")
        self._kept.executescript(_TABLES)
        self._count = int(self._one("select count(*) from event"))
        self._under_way = False

    def __len__(self) -> int:
        return self._count

    @property
    def lost(self) -> int:
        """How many events were let go unsent because the outbox was full."""
        with self._lock:
            return int(self._one("select number from told where name = 'lost'"))

    def add(self, event: Event | Mapping[str, Any]) -> str:
        """Keep an event until it is sent; return its id. One that is held already is held once.

        Raises:
            TypeError: It is not made of what JSON knows.
            ValueError: It says no `type` or no `time`.
        """
        event_id, body = identified(event)
        if not isinstance(event, Event) and not (event.get("type") and event.get("time")):
            message = "an event has a `type` and a `time`"
            raise ValueError(message)
        with self._lock:
            done = self._kept.execute(
                "insert or ignore into event (id, body) values (?, ?)", (event_id, body)
            )
            self._count += done.rowcount
            over = self._count - self._capacity
            if over > 0:
                self._let_go(over)
        if over > 0 and self._on_lost is not None:
            self._on_lost(over)
        return event_id

    def _let_go(self, count: int) -> None:
        """Drop the oldest; both writes or none."""
        self._kept.execute("begin")
        self._kept.execute(
            "delete from event where seq in (select seq from event order by seq limit ?)", (count,)
        )
        self._note_lost(count)
        self._kept.execute("commit")
        self._count -= count

    def _note_lost(self, count: int) -> None:
        self._kept.execute("update told set number = number + ? where name = 'lost'", (count,))

    def batch(self) -> Batch | None:
        """Take the oldest events to be sent, at most 10,000 and 8 MiB of them.

        None when there are none, and while an earlier batch is neither settled nor given back.
        """
        with self._lock:
            if self._under_way:
                return None
            rows = self._kept.execute(
                "select seq, id, body from event order by seq limit ?", (BATCH_EVENTS,)
            ).fetchall()
            self._under_way = bool(rows)
        if not rows:
            return None
        rows = rows[: _within(rows)]
        body = b'{"events":[' + b",".join(row[2] for row in rows) + b"]}"
        return Batch(tuple(row[1] for row in rows), body, rows[-1][0])

    def give_back(self) -> None:
        """Keep the batch that was taken: it could not be sent."""
        with self._lock:
            self._under_way = False

    def settle(self, batch: Batch, verdicts: Verdicts) -> Flushed:
        """Let a batch go that the engine has answered for, whatever it said of each event."""
        with self._lock:
            self._kept.execute("begin")
            gone = self._kept.execute("delete from event where seq <= ?", (batch.last,)).rowcount
            # Those let go for want of room while they were under way have arrived after all.
            self._note_lost(gone - len(batch.ids))
            self._kept.execute("commit")
            self._count -= gone
            self._under_way = False
        refused = tuple((batch.ids[refusal.index or 0], refusal) for refusal in verdicts.refused)
        return Flushed(verdicts.accepted, verdicts.duplicates, refused)

    def close(self) -> None:
        """Close the file; what it holds is there when it is opened again."""
        self._kept.close()

    def _one(self, query: str) -> Any:
        return self._kept.execute(query).fetchone()[0]


def _within(rows: Sequence[tuple[int, str, bytes]]) -> int:
    """Return how many events, at least one, stay within a batch's bytes."""
    size = 0
    for count, (_, _, body) in enumerate(rows):
        size += len(body) + 1
        if size > BATCH_BYTES and count:
            return count
    return len(rows)
