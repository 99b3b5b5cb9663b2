"""The versions of a policy with who put each into force, when and why: the records, and beside them the audit log."""

from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.base.list_page import cut_one_more
from lodestone.stores.ports import Records
from lodestone.stores.records.audit_port import AuditFilter
from lodestone.traffic.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version and how it came about."""

    policy: Policy
    """Its `version` is the version's number."""
    created: Instant
    before: Policy | None
    """The version it replaced; None for the first."""
    key_id: str
    """The key that put it into force; empty where nobody acted, as for a community's first."""
    reason: str
    """What whoever put it into force said of it; empty where they said nothing."""


class PolicyHistory:
    """Reads the versions of one community's policy. Asks the records: call it in a thread."""

    def __init__(self, records: Records, community: str) -> None:
        self._records, self._id = records, community

    def page(self, limit: int, before: int | None) -> tuple[list[PolicyVersion], int | None]:
        """Return versions, the newest first, and the number before which the next page starts; None on the last.

        Args:
            limit: How many.
            before: Only those of a lower number; None for the newest.
        """
        stored = self._records.policies(self._id)
        rows = [record for record in stored if before is None or record.policy.version < before]
        page, last = cut_one_more(rows, limit)
        older = {record.policy.version: record.policy for record in stored}
        versions = []
        for record in page:
            number = record.policy.version
            key_id, reason = self._act(number)
            earlier = older.get(number - 1)
            versions.append(PolicyVersion(record.policy, record.created, earlier, key_id, reason))
        return versions, None if last is None else last.policy.version

    def keys(self) -> dict[str, str]:
        """Return the names of the community's keys, by id."""
        return {key.id: key.name for key in self._records.keys(self._id)}

    def _act(self, version: int) -> tuple[str, str]:
        """Return who put a version into force, and why."""
        wanted = AuditFilter(kind="policy", name=str(version))
        for act in self._records.audit_log(self._id, wanted, limit=1, before=None):
            reason = (act.after or {}).get("reason", "")
            return act.key_id, reason if isinstance(reason, str) else ""
        return "", ""
