"""Payees in SQL. See `port`."""

from typing import Any

from lodestone.stores.payees.port import Payee
from lodestone.stores.payees.schema import PAYEES
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.work import Work


class SqlPayees(RecordsBase):
    """See `PayeeRecords`."""

    def put_payee(self, community: str, payee: Payee) -> bool:
        """See `PayeeRecords.put_payee`."""
        with self._writing(community) as work:
            before = _drop(work, payee.party, payee.provider)
            row = {
                "party": payee.party,
                "provider": payee.provider,
                "account": payee.account,
                "trouble": payee.trouble,
            }
            work.insert(PAYEES, [row])
            _audit(work, before, payee)
            return before is None

    def drop_payee(self, community: str, party: str, provider: str) -> bool:
        """See `PayeeRecords.drop_payee`."""
        with self._writing(community) as work:
            before = _drop(work, party, provider)
            if before is not None:
                _audit(work, before, None)
            return before is not None

    def payees(self, community: str, party: str | None = None) -> list[Payee]:
        """See `PayeeRecords.payees`."""
        with self._reading(community) as scope:
            query = scope.select(PAYEES).order_by(PAYEES.c.party, PAYEES.c.provider)
            if party is not None:
                query = query.where(PAYEES.c.party == party)
            return [_payee(row) for row in scope.fetch(query)]

    def note_trouble(self, community: str, provider: str, account: str, trouble: str) -> None:
        """See `PayeeRecords.note_trouble`."""
        with self._writing(community) as work:
            theirs = (PAYEES.c.provider == provider) & (PAYEES.c.account == account)
            work.run(work.update(PAYEES).where(theirs).values(trouble=trouble))


def _drop(work: Work, party: str, provider: str) -> Payee | None:
    here = (PAYEES.c.party == party) & (PAYEES.c.provider == provider)
    row = work.first(work.select(PAYEES).where(here))
    if row is None:
        return None
    work.run(work.delete(PAYEES).where(here))
    return _payee(row)


def _audit(work: Work, before: Payee | None, after: Payee | None) -> None:
    """Note that an account was given, changed or taken away; which one it is the log need not hold."""
    payee = before if after is None else after
    assert payee is not None
    name = f"{payee.provider} {payee.party}"
    if before is not None and after is not None and before.account != after.account:
        work.audit("payee", name, {"account": "before"}, {"account": "changed"})
    elif before is None or after is None:
        gone, there = (
            (None, {"account": "given"}) if before is None else ({"account": "given"}, None)
        )
        work.audit("payee", name, gone, there)


def _payee(row: Any) -> Payee:
    return Payee(row.party, row.provider, row.account, row.trouble)
