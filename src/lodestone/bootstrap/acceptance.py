"""Go on without what was lost, and write down that it was lost. Nothing is deleted: what cannot be used is set aside."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from lodestone.base.calendar import DayOf
from lodestone.base.clock import Instant
from lodestone.bootstrap.survey import lost_error, require_sane_clock, survey
from lodestone.media import MediaFolder
from lodestone.services.access.settings import Settings
from lodestone.services.catalogue.media import KeptMedia
from lodestone.services.operations.losses import CODES, lost_fact, note_lost
from lodestone.stores.files import folders, snapshots
from lodestone.stores.files.home import Home
from lodestone.stores.files.survey import Loss, reading
from lodestone.stores.files.survey_records import MEDIA
from lodestone.stores.log import mark
from lodestone.stores.log.file import load_tip
from lodestone.stores.log.mark import ISSUE_MARGIN, Mark, MarkFile, owner_of
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord, key_digest

_ASIDE: Final = "lost"
_UNUSABLE: Final = frozenset(
    {"log_missing", "log_emptied", "log_damaged", "log_other", "records_older"}
)
"""Where nothing goes on with the log's files: SQLite throws a write-ahead log away that lies beside no database."""
_UNKNOWN_ISSUED: Final = 1 << 32
"""Where numbering goes on when nobody knows how far it had come."""
_LOG: Final = structlog.get_logger("lodestone")


def what_is_lost(settings: Settings, home: Home, now: Instant, *, accept: bool) -> dict[str, Loss]:
    """Survey a home that is about to be opened.

    Args:
        settings: Of the home.
        home: Locked by the caller.
        now: What the clock shows that communities will run by.
        accept: Go on without what is lost.

    Returns:
        Losses to be written down, by community.

    Raises:
        LossError: Something is lost, and `accept` is false or does not help.
        ConflictError: `clock_wrong`.
    """
    result = survey(settings, alone=True)
    for note in result.notes:
        _LOG.warning("missing", what=note)
    if not accept:
        result.require_whole()
    if result.named is not None:
        require_sane_clock(settings, result.named, now)
    return set_aside(home, result.losses)


def take_over(home: Home, records: Records, media: MediaFolder, *, accept: bool) -> None:
    """Bring the records to expect the media there are, and after a loss no keys and media that are gone."""
    known = media.known_identity()
    # The survey has refused an operator's key that these records should know: one that is left is damaged.
    for name in ("operator", "demo", "merchant") if accept else ("operator",):
        key = home.key(name)
        if key is not None and records.find_key(key_digest(key)) is None:
            home.drop_key(name)
    for record in records.communities():
        stored = records.meta(record.id, MEDIA)
        if accept and stored is not None and stored.decode() != known:
            records.set_meta(record.id, MEDIA, None)
        KeptMedia(records, record.id, media).expect_what_is_there()


def set_aside(home: Home, losses: Iterable[Loss]) -> dict[str, Loss]:
    """Make room for going on, before anything is opened; return the first loss of each community's log.

    Raises:
        LossError: Something is damaged that only a back-up brings back.
    """
    losses = [loss for loss in losses if loss.code != "log_unavailable"]
    fatal = [loss for loss in losses if not loss.acceptable]
    if fatal:
        raise lost_error(fatal)
    accepted: dict[str, Loss] = {}
    for loss in losses:
        _LOG.warning("loss accepted", what=loss.code, file=loss.file, said=loss.said)
        if loss.code in CODES and loss.community is not None:
            folder = home.folder(loss.community)
            if loss.code in _UNUSABLE:
                _move_all(folder.glob(f"{folders.LOG}*"), folder / _ASIDE)
            snapshots.drop_all(folder)
            accepted.setdefault(loss.community, loss)
        elif loss.code == "records_without":
            _move(Path(loss.file), home.path / _ASIDE)
        elif loss.code == "records_missing":
            records = Path(loss.file)
            if home.holds(loss.file):
                _move_all(records.parent.glob(f"{records.name}*"), home.path / _ASIDE)
            _move_all(home.communities.glob("*"), home.path / _ASIDE)
    return accepted


def _move_all(paths: Iterable[Path], aside: Path) -> None:
    for path in sorted(paths):
        _move(path, aside)


def _move(path: Path, aside: Path) -> None:
    aside.mkdir(mode=0o700, exist_ok=True)
    number = 1 + len(list(aside.iterdir()))
    path.rename(aside / f"{number}-{path.name}")


def carry_over(home: Home, aside: Home, records: Records) -> None:
    """Let restored logs number their receipts above all that were given out since the back-up.

    Args:
        home: As it stands.
        aside: What is being restored.
        records: As restored.
    """
    for record in records.communities():
        mine, folder = owner_of(record.secret), aside.community(record.id)
        before, log = mark.read(home.folder(record.id)), folder / folders.LOG
        known = before is not None and before.owner == mine
        last = max(before.tip.sequence_next, before.issued) if before and known else 0
        if log.exists():
            with reading(log, alone=True) as connection:
                last = max(last, load_tip(connection).sequence_next)
        mark.write(folder, Mark(mine, issued=last + ISSUE_MARGIN))
        records.set_meta(record.id, MEDIA, None)  # the media folder is the home's own


async def write_down(
    record: CommunityRecord, records: Records, log: SqliteLog, loss: Loss, now: Instant
) -> None:
    """Append the fact of a loss, and let the records tell the log of everything that they hold."""
    known = (
        (-1, -1) if loss.mark is None else (loss.mark.tip.offset_next, loss.mark.tip.sequence_next)
    )
    day = DayOf(record.given.time_zone).of(now)
    offset = await log.append(lost_fact(loss.code, known, log.receipt_next(), now, day))

    def tell() -> None:
        note_lost(records, record.id, offset)
        records.announce_again(record.id, above=0 if loss.mark is None else loss.mark.changes)

    await records.threads.long(tell)


def keep_mark(
    record: CommunityRecord, records: Records, log: SqliteLog, folder: Path, loss: Loss | None
) -> None:
    """Let a log note its end outside from now on; with a loss, number on above all that was ever given out."""
    stored = records.meta(record.id, mark.MARK)
    mine = owner_of(record.secret)
    before = [mark.read(folder), None if stored is None else mark.unpack(stored)]
    known = [mark_read for mark_read in before if mark_read is not None and mark_read.owner == mine]
    issued = max((mark_read.issued for mark_read in known), default=0)
    if loss is not None:
        issued = max(
            [issued, log.receipt_next(), *(mark_read.tip.sequence_next for mark_read in known)]
        )
        issued += ISSUE_MARGIN if known else _UNKNOWN_ISSUED
    file = MarkFile(
        folder,
        Mark(
            mine,
            log.tip,
            issued,
            changes=max((mark_read.changes for mark_read in known), default=0),
            pulse=max((mark_read.pulse for mark_read in known), default=0),
            writes=max((mark_read.writes for mark_read in known), default=0),
        ),
    )
    log.keep_mark(file)
    pulse(record.id, records, log)


def pulse(community: str, records: Records, log: SqliteLog) -> None:
    """Mark the records, then note that they were marked: records that lack the mark are older than they were."""
    file = log.mark
    if file is not None:
        beat = replace(file.mark, pulse=file.mark.pulse + 1)
        changes = records.put_mark(community, beat.pack())
        file.records(changes, beat.pulse)
        file.sync()
