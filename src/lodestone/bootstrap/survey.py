"""Look whether a home has what it must have, before it is opened or beside a running server, changing nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, LossError, Problem
from lodestone.base.wire import time_text
from lodestone.bootstrap.homes import quiet
from lodestone.media import MediaFolder
from lodestone.services.access.settings import Settings
from lodestone.services.ingest.validate import LATE_MICROS
from lodestone.stores.files import folders
from lodestone.stores.files.home import Home
from lodestone.stores.files.survey import (
    ACCEPT,
    Loss,
    folder_now,
    last_time,
    orphans,
    reading,
    survey_log,
    vouches,
)
from lodestone.stores.files.survey_records import Named, look
from lodestone.stores.log.reader import ClosedLog
from lodestone.stores.records.types import key_digest

_EARLIEST: Final = Instant(1_704_067_200_000_000)
"""The year 2024: no clock that is right shows less."""
_KEYS: Final = {
    "operator": "the next start makes another operator's key",
    "logins": "the next start makes another, and everybody logs in anew",
}


@dataclass(slots=True)
class Surveyed:
    """What a look at a home found."""

    losses: list[Loss] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is missing and is no loss."""
    named: Named | None = None

    def require_whole(self) -> None:
        """Refuse to go on without what was lost. A log that cannot be read is for its own community to fail by.

        Raises:
            LossError: `home_lost`; names every file and what to do.
        """
        lost = [loss for loss in self.losses if loss.code != "log_unavailable"]
        if lost:
            raise lost_error(lost)


def lost_error(losses: list[Loss]) -> LossError:
    """Say what is lost and what can be done."""
    said = "; ".join(f"{loss.file}: {loss.said}" for loss in losses)
    cures = list(dict.fromkeys(loss.cure for loss in losses))
    problems = tuple(Problem(loss.file, loss.message) for loss in losses)
    return LossError("home_lost", f"{said}. What can be done: {'; '.join(cures)}", problems)


def survey(settings: Settings, *, alone: bool) -> Surveyed:
    """Compare records, logs, media and keys of a home.

    Args:
        settings: Of the home.
        alone: No server runs in it; nothing is left beside the databases then.

    Raises:
        UnavailableError: The records do not answer.
        InvalidError: The records' address is none.
    """
    home = Home(Path(settings.home))
    named = look(settings.records_url, alone=alone)
    if isinstance(named, Loss):
        return Surveyed([named])
    result = Surveyed(named=named)
    result.losses += _records(home, named)
    for community in named.communities:
        result.losses += survey_log(home.communities, community, alone=alone)
    result.losses += _media(MediaFolder(Path(settings.media_url)), named)
    if named.communities:
        result.notes += _keys(home, named)
    return result


def require_sane_clock(settings: Settings, named: Named, now: Instant) -> None:
    """Refuse to serve by a clock that has been set back.

    Raises:
        ConflictError: `clock_wrong`: it shows a year before this software, or a time well before what a log holds.
    """
    shown, home = time_text(now), Home(Path(settings.home))
    cure = "set this machine's clock, and start again"
    if now < _EARLIEST:
        raise ConflictError("clock_wrong", f"this machine's clock shows {shown}; {cure}")
    for community in named.communities:
        log = folder_now(home.communities, community.id) / folders.LOG
        last = None if community.driven else last_time(log, alone=True)
        if last is not None and last - now > LATE_MICROS:
            message = f"this machine's clock shows {shown}, but community {community.id!r} has facts of {time_text(Instant(last))}; {cure}"
            raise ConflictError("clock_wrong", message)


def _records(home: Home, named: Named) -> Iterator[Loss]:
    folders = orphans(home.communities, [community.id for community in named.communities])
    strange = strange_key(home, named)
    if not named.there and (folders or strange):
        owners = ", ".join(repr(owner) for _, owner in folders) or "this home"
        yield Loss("records_missing", named.place, f"the records are missing or empty, of {owners}")
    elif strange and not any(
        vouches(home.communities, community) for community in named.communities
    ):
        said = "the records do not know this home's operator's key: they are another installation's, or older"
        yield Loss("records_other", named.place, said)
    if named.there:
        for folder, owner in folders:
            said = f"holds the log of community {owner!r}, which the records do not name"
            yield Loss("records_without", str(folder), said)


def strange_key(home: Home, named: Named) -> bool:
    """Say whether the operator's key of a home is one that the records do not know. Raises ConflictError."""
    key = home.key("operator")
    return key is not None and key_digest(key) not in named.operator_keys


def _keys(home: Home, named: Named) -> Iterator[str]:
    for name, consequence in _KEYS.items():
        if home.key(name) is None:
            yield f"{home.path / f'{name}.key'} is missing or damaged; {consequence}"
    if strange_key(home, named):
        yield f"{home.path / 'operator.key'} is none that the records know; {_KEYS['operator']}"


def _media(media: MediaFolder, named: Named) -> Iterator[Loss]:
    known = media.known_identity()
    if named.media and known not in named.media:
        state = "missing, emptied or unreadable" if known is None else "another installation's"
        said = f"the media folder is {state}, but media have been stored"
        yield Loss("media_missing", str(media.path), said, ACCEPT)


def surveyed(settings: Settings) -> Surveyed:
    """Look at a home from outside, whether a server runs in it or not. Raises as `survey`."""
    with quiet(Path(settings.home)) as alone:
        return survey(settings, alone=alone)


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk over one community's log found."""

    community: str
    receipts: int
    facts: int
    findings: int


def chains(settings: Settings, named: Named) -> Iterator[Chain]:
    """Walk every log of a home by reading alone. Raises CorruptError, UnavailableError."""
    home = Home(Path(settings.home))
    with quiet(home.path) as alone:
        for community in named.communities:
            log = folder_now(home.communities, community.id) / folders.LOG
            if log.is_file():
                with reading(log, alone=alone) as connection:
                    closed = ClosedLog(log, connection, community.secret)
                    findings = closed.verify()
                    yield Chain(community.id, closed.receipt_next(), closed.end(), len(findings))
