"""Verify the chain of receipts and facts, and what lies beside it."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from lodestone.base.errors import CorruptError
from lodestone.content import Community
from lodestone.services.catalogue.media import KeptMedia, MediaFiles
from lodestone.services.operations.losses import AcceptedOut, accepted
from lodestone.services.support.ids import receipt_id
from lodestone.stores.log.port import Finding, Log
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Broken, Unread

_NAMED_MAX: Final = 10
Looked = TypeVar("Looked")


class FindingOut(msgspec.Struct, frozen=True):
    """One thing that is wrong with the log: what, and where."""

    problem: str
    kind: str
    number: int
    receipt_id: str | None
    said: str | None = None
    """Of a file: which one, and what to do."""


class VerifyOut(msgspec.Struct, frozen=True):
    """What a walk over the whole chain found, and the root to keep elsewhere."""

    receipts: int
    facts: int
    root: str
    findings: list[FindingOut]
    accepted: list[AcceptedOut] = []
    """Losses that the operator went on without; they are no findings."""


async def verify(
    community: Community, log: Log, records: Records, root: str | None, media: MediaFiles
) -> VerifyOut:
    """Walk the chain from its beginning and look at records and media, beside the serving thread.

    What is damaged is a finding like any other: its kind is `file`, and it says which and what to do.

    Raises:
        InvalidError: `root` is no root.
    """
    return await records.threads.long(_verify, community, log, records, root, media)


def _verify(
    community: Community, log: Log, records: Records, root: str | None, media: MediaFiles
) -> VerifyOut:
    damage: list[str] = []

    def sound(look: Callable[[], Looked], otherwise: Looked) -> Looked:
        try:
            return look()
        except CorruptError as error:
            damage.append(error.message)
        except msgspec.DecodeError as error:
            damage.append(f"A stored record cannot be read ({error}); restore a back-up.")
        return otherwise

    chain: list[Finding] = sound(lambda: log.verify(root=root), [])
    lost: list[AcceptedOut] = sound(lambda: accepted(records, log, community.id), [])
    gone: list[str] = sound(KeptMedia(records, community.id, media).missing, [])
    receipts = sound(log.receipt_count, log.receipt_next())
    sound(records.check, None)
    unread: list[str] = sound(lambda: _unread(records, community.id), [])
    findings = [
        FindingOut(
            finding.problem, finding.kind, finding.sequence,
            receipt_id(community.secret, finding.sequence) if finding.kind == "receipt" else None,
        )
        for finding in chain
    ]  # fmt: skip
    findings += [FindingOut("damaged", "file", 0, None, said) for said in dict.fromkeys(damage)]
    if unread:
        named = ", ".join(unread[:_NAMED_MAX])
        said = f"{len(unread)} records do not open: {named}; restore a back-up"
        findings.append(FindingOut("damaged", "records", len(unread), None, said))
    if gone:
        named = ", ".join(gone[:_NAMED_MAX])
        said = f"{len(gone)} media files are missing or empty: {named}; put them back, or restore a back-up"
        findings.append(FindingOut("missing", "media", len(gone), None, said))
    return VerifyOut(
        receipts=receipts, facts=log.end(), root=sound(log.root, ""), findings=findings,
        accepted=lost,
    )  # fmt: skip


def _unread(records: Records, community: str) -> list[str]:
    """Name the records that do not open; the community serves as if they were not there."""
    names: list[str] = []

    def broken(what: str) -> Broken:
        return lambda number, _owner, _error: names.append(f"{what} {number}")

    for _ in records.person_rows(community, broken("person")):
        pass
    for _ in records.item_rows(community, broken("item")):
        pass
    for _ in records.domain_rows(community, broken("domain")):
        pass
    changes = records.pending_changes(community)
    return names + [f"change {change.id}" for change in changes if isinstance(change.row, Unread)]
