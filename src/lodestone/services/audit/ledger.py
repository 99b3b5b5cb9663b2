"""Prove that the book is what its transfers say, and name every difference.

`CHECKS` is the registry: a check takes what it may look at and yields the differences it finds. Whoever adds
facts that money follows from adds the check that compares them here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import msgspec

from lodestone.base.errors import CorruptError
from lodestone.ledger.accounts import Account, AccountId, within
from lodestone.ledger.chart import AccountKind
from lodestone.ledger.judge import HoldState
from lodestone.ledger.payout_life import FINAL
from lodestone.ledger.transfers import (
    MOVING,
    NONE,
    RESOLVING,
    Booked,
    Transfer,
    TransferId,
    TransferKind,
)
from lodestone.services.ledger.payout_results import hold_of, payout_name
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import account_text, day_text, transfer_text
from lodestone.stores.creators.port import WholeSnapshot
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records

_STATES: Final = {
    TransferKind.POST: HoldState.POSTED,
    TransferKind.VOID: HoldState.VOIDED,
    TransferKind.EXPIRE: HoldState.EXPIRED,
}
Net = dict[AccountKind, int]
"""Credits less debits, micros, by the kind of account."""
SUMS: Final = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it follows from the rest."""

    check: str
    subject: str
    """Which account, transfer, hold, day or party."""
    expected: str
    found: str


class AuditOut(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit looked at and what it found."""

    transfers: int
    accounts: int
    holds: int
    closed_days: int
    checks: list[str]
    differences: list[Difference]


@dataclass(slots=True)
class Walked:
    """What one walk over the transfers, in the order of the book, comes to."""

    accounts: dict[AccountId, Account]
    sums: dict[AccountId, list[int]] = field(default_factory=dict)
    """Four running sums by account, in the order of `SUMS`."""
    held: dict[TransferId, Booked] = field(default_factory=dict)
    resolved: dict[TransferId, Booked] = field(default_factory=dict)
    moved: dict[TransferId, int] = field(default_factory=dict)
    """Micros moved by transfers, to judge corrections by."""
    corrected: dict[TransferId, int] = field(default_factory=dict)
    nets: dict[str, Net] = field(default_factory=dict)
    """What was moved by what transfers name; what a shop owes counts as less of what it has earned."""
    found: list[Difference] = field(default_factory=list)
    """What was seen to be wrong on the way."""
    transfers: int = 0
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """What a check may look at: one moment of the ledger, its walk, the records, and the log."""

    money: Money
    records: Records
    snapshot: WholeSnapshot
    walked: Walked
    log: Log | None = None
    told_before: int = 0
    """Where the log ended before the ledger's moment: what comes after may know of more."""


@dataclass(frozen=True, slots=True)
class Check:
    """A named proof."""

    name: str
    find: Callable[[Audited], Iterator[Difference]]


def net_differences(check: str, name: str, expected: Net, actual: Net) -> Iterator[Difference]:
    """Yield where transfers moved something else for what they name than they should, by the kind of account."""
    for kind in sorted(expected.keys() | actual.keys()):
        should, does = expected.get(kind, 0), actual.get(kind, 0)
        if should != does:
            subject = f"{name} {AccountKind(kind).name.lower()}"
            yield Difference(check=check, subject=subject, expected=str(should), found=str(does))


def audit(
    money: Money, records: Records, checks: tuple["Check", ...], log: Log | None = None
) -> AuditOut:
    """Run every check against one moment of the ledger; call it off the event loop.

    Args:
        money: The community's ledger.
        records: Its records, for checks of facts that money follows from.
        checks: `CHECKS`, or more or fewer.
        log: Its log, for checks of what it has heard; they are left out without it.
    """
    try:
        records.check()
        return _audit(money, records, checks, log)
    except CorruptError as error:
        damage = _said("files", money.community, "whole files", error.message)
        return AuditOut(
            transfers=0, accounts=0, holds=0, closed_days=0, checks=["files"], differences=[damage]
        )


def _audit(
    money: Money, records: Records, checks: tuple["Check", ...], log: Log | None
) -> AuditOut:
    told_before = 0 if log is None else int(log.end())
    with records.whole_snapshot(money.community) as snapshot:
        accounts = {account.id: account for account in snapshot.accounts()}
        walked = walk(snapshot.transfers(), accounts)
        audited = Audited(money, records, snapshot, walked, log, told_before)
        differences = [difference for check in checks for difference in check.find(audited)]
        return AuditOut(
            transfers=walked.transfers,
            accounts=len(accounts),
            holds=len(walked.held),
            closed_days=len(snapshot.closed_days()),
            checks=[check.name for check in checks],
            differences=differences,
        )


def walk(transfers: Iterator[Booked], accounts: dict[AccountId, Account]) -> Walked:
    """Work everything out anew from transfers alone, checking each step."""
    walked = Walked(accounts, {name: [0, 0, 0, 0] for name in accounts})
    for booked in transfers:
        walked.transfers += 1
        walked.first = booked.day if walked.first is None else min(walked.first, booked.day)
        walked.last = booked.day if walked.last is None else max(walked.last, booked.day)
        walked.found.extend(_step(walked, booked))
        _net(walked, booked.transfer)
    return walked


def _step(walked: Walked, booked: Booked) -> Iterator[Difference]:
    asked = booked.transfer
    name = transfer_text(asked.id)
    missing = {asked.debit, asked.credit} - walked.accounts.keys()
    if missing:
        yield _said("transfers", name, "two accounts of the book", f"{len(missing)} unknown")
        return
    currencies = {walked.accounts[account].currency for account in (asked.debit, asked.credit)}
    if len(currencies) != 1:
        yield _said("transfers", name, "one currency", " and ".join(sorted(currencies)))
    if asked.kind in RESOLVING:
        yield from _resolve(walked, booked)
    elif asked.kind is TransferKind.HOLD:
        walked.held[asked.id] = booked
    _add(walked, booked)
    if asked.corrects != NONE:
        yield from _correct(walked, booked)
    for side in (asked.debit, asked.credit):
        account, sums = walked.accounts[side], walked.sums[side]
        if not within(account.limit, sums[0] + sums[1], sums[1], sums[2] + sums[3], sums[3]):
            subject = f"{account_text(side)} after {name}"
            yield _said("limits", subject, account.limit.name.lower(), _numbers(sums))


def _net(walked: Walked, asked: Transfer) -> None:
    if asked.kind not in MOVING or not asked.external:
        return
    net = walked.nets.setdefault(asked.external, {})
    for side, sign in ((asked.debit, -1), (asked.credit, 1)):
        account = walked.accounts.get(side)
        if account is None:
            continue  # which the check of transfers names
        kind = AccountKind(account.kind)
        if kind is AccountKind.MERCHANT_RECEIVABLE:
            kind = AccountKind.MERCHANT_PAYABLE
        net[kind] = net.get(kind, 0) + sign * asked.amount


def _resolve(walked: Walked, booked: Booked) -> Iterator[Difference]:
    asked = booked.transfer
    name, hold = transfer_text(asked.hold), walked.held.get(asked.hold)
    if hold is None:
        yield _said("holds", name, "a hold before its resolution", "none")
    elif asked.amount > hold.transfer.amount:
        yield _said("holds", name, f"at most {hold.transfer.amount}", f"{asked.amount} posted")
    if asked.hold in walked.resolved:
        yield _said("holds", name, "resolved once", "resolved twice")
    walked.resolved[asked.hold] = booked


def _add(walked: Walked, booked: Booked) -> None:
    asked = booked.transfer
    out, into = walked.sums[asked.debit], walked.sums[asked.credit]
    if asked.kind is TransferKind.HOLD:
        out[0] += asked.amount
        into[2] += asked.amount
        return
    out[1] += asked.amount
    into[3] += asked.amount
    hold = walked.held.get(asked.hold)
    if asked.kind in RESOLVING and hold is not None:
        out[0] -= hold.transfer.amount
        into[2] -= hold.transfer.amount
    if asked.kind in MOVING:
        walked.moved[asked.id] = asked.amount


def _correct(walked: Walked, booked: Booked) -> Iterator[Difference]:
    asked = booked.transfer
    name = transfer_text(asked.corrects)
    most = walked.moved.get(asked.corrects)
    if most is None:
        yield _said("corrections", name, "a transfer that moved money", "none")
        return
    if asked.kind in MOVING:
        total = walked.corrected.get(asked.corrects, 0) + asked.amount
        walked.corrected[asked.corrects] = total
        if total > most:
            yield _said("corrections", name, f"at most {most}", f"{total} corrected")


def _walked(audited: Audited) -> Iterator[Difference]:
    """Every transfer is lawful when it comes, and no account passes its limit at any step."""
    yield from audited.walked.found


def _balances(audited: Audited) -> Iterator[Difference]:
    """Every account stands as its transfers say, and debits equal credits."""
    for name, account in audited.walked.accounts.items():
        for what, expected in zip(SUMS, audited.walked.sums[name], strict=True):
            stored = int(getattr(account, what))
            if stored != expected:
                subject = f"{account_text(name)} {what}"
                yield _said("balances", subject, str(expected), str(stored))
    accounts = audited.walked.accounts.values()
    difference = sum(account.balance for account in accounts)
    if difference:
        yield _said("balances", "trial balance", "0", str(difference))


def _holds(audited: Audited) -> Iterator[Difference]:
    """Every hold has the state that its one resolution gave it."""
    holds = {hold.id: hold for hold in audited.snapshot.holds()}
    walked = audited.walked
    for name in holds.keys() | walked.held.keys():
        hold, made = holds.get(name), walked.held.get(name)
        if hold is None or made is None:
            there = "a transfer" if hold is None else "a state"
            yield _said("holds", transfer_text(name), "a transfer and a state", f"only {there}")
            continue
        by = walked.resolved.get(name)
        state = HoldState.OPEN if by is None else _STATES[by.transfer.kind]
        if (hold.amount, hold.state) != (made.transfer.amount, state):
            expected, actual = (
                f"{made.transfer.amount} {state.name}",
                f"{hold.amount} {hold.state.name}",
            )
            yield _said("holds", transfer_text(name), expected.lower(), actual.lower())


def _days(audited: Audited) -> Iterator[Difference]:
    """Every closed day is as it was closed, and none is missing between them."""
    closed = audited.snapshot.closed_days()
    for before, day in pairwise(closed):
        if day.day != before.day + 1:
            yield _said("days", day_text(day.day), day_text(before.day + 1), "a gap")
    for day in closed:
        now = audited.snapshot.day_sums(day.day)
        if now.digest != day.digest:
            expected = f"{day.transfers} transfers of {day.moved}"
            yield _said("days", day_text(day.day), expected, f"{now.transfers} of {now.moved}")


def _statements(audited: Audited) -> Iterator[Difference]:
    """Every party's statement adds up, and one period's closing is the next one's opening."""
    walked = audited.walked
    if walked.first is None or walked.last is None:
        return
    parties: dict[str, list[AccountId]] = {}
    for account in walked.accounts.values():
        parties.setdefault(account.party, []).append(account.id)
    middle = (walked.first + walked.last) // 2
    for party, names in sorted(parties.items()):
        early = audited.snapshot.statement(names, walked.first, middle)
        late = audited.snapshot.statement(names, middle + 1, walked.last)
        for name in names:
            changes = sum(
                line.change for line in (*early.lines, *late.lines) if line.account == name
            )
            sums = walked.sums[name]
            expected = early.opening[name] + changes
            actual = (early.opening[name], early.closing[name] - late.opening[name], expected)
            if actual != (0, 0, late.closing[name]) or expected != sums[3] - sums[1]:
                subject = f"{party} {account_text(name)}"
                yield _said("statements", subject, str(sums[3] - sums[1]), str(late.closing[name]))


def _payouts(audited: Audited) -> Iterator[Difference]:
    """Every payout has the transfer that ordered it, has ended just when its hold is resolved, and moved what it says."""
    walked = audited.walked
    for payout in audited.snapshot.payouts():
        name = payout_name(payout)
        if walked.moved.get(payout.id) != payout.amount:
            actual = walked.moved.get(payout.id, "no transfer")
            yield _said("payouts", name, str(payout.amount), str(actual))
        ended = payout.state in FINAL
        if ended is not (hold_of(payout) in walked.resolved):
            expected = "a resolved hold" if ended else "an open hold"
            yield _said("payouts", name, f"{expected}, being {payout.state}", "the other")
        left = walked.nets.get(name, {}).get(AccountKind.PROVIDER_CLEARING, 0)
        if left != payout.paid - payout.returned:
            yield _said("payouts", name, f"{payout.paid - payout.returned} gone", f"{left}")


CHECKS: Final = (
    Check("transfers", _walked),
    Check("balances", _balances),
    Check("holds", _holds),
    Check("days", _days),
    Check("statements", _statements),
    Check("payouts", _payouts),
)
"""Every check there is. Add those of another room's facts at the end."""


def _said(check: str, subject: str, expected: str, actual: str) -> Difference:
    return Difference(check=check, subject=subject, expected=expected, found=actual)


def _numbers(sums: list[int]) -> str:
    return ", ".join(f"{what} {value}" for what, value in zip(SUMS, sums, strict=True))
