"""A book so plain that it can be seen to be right: a list of what was posted, everything else worked out from it.

It keeps no balance and no state of a hold. The fast path is compared with it, outcome by outcome and micro by micro.
"""

from dataclasses import dataclass, field, replace

from lodestone.ledger.accounts import Limit
from lodestone.ledger.transfers import NONE, Outcome, Transfer, TransferKind

MOST = 2**62
SECOND = 1_000_000
RELEASES = (TransferKind.VOID, TransferKind.EXPIRE)
RESOLVES = (TransferKind.POST, *RELEASES)


@dataclass
class Entry:
    transfer: Transfer
    time: int
    day: int
    late_for: int | None


@dataclass
class Oracle:
    accounts: dict = field(default_factory=dict)
    """Id to (currency, limit)."""
    entries: list = field(default_factory=list)
    closed_through: int = -(2**31)

    def post(self, transfers, now, today):
        outcomes, chain = [], []
        for transfer in transfers:
            chain.append(transfer)
            if not transfer.linked:
                outcomes += self.together(chain, now, today)
                chain = []
        if chain:
            outcomes += [Outcome.CHAIN_REFUSED] * (len(chain) - 1) + [Outcome.CHAIN_OPEN]
        return outcomes

    def together(self, chain, now, today):
        before, outcomes = list(self.entries), []
        for transfer in chain:
            outcome = self.judge(transfer, now, today)
            outcomes.append(outcome)
            if outcome == Outcome.POSTED:
                self.book(transfer, now, today)
        if len(chain) == 1 or set(outcomes) in ({Outcome.POSTED}, {Outcome.EXISTS}):
            return outcomes
        self.entries = before
        culprit = next(i for i, one in enumerate(outcomes) if one != Outcome.POSTED)
        return [one if i == culprit else Outcome.CHAIN_REFUSED for i, one in enumerate(outcomes)]

    def book(self, transfer, now, today):
        if transfer.kind in RESOLVES:
            hold = self.find(transfer.hold).transfer
            transfer = replace(transfer, debit=hold.debit, credit=hold.credit)
        about = today if transfer.day is None else transfer.day
        late = about <= self.closed_through
        self.entries.append(Entry(transfer, now, today if late else about, about if late else None))

    def find(self, name):
        return next((entry for entry in self.entries if entry.transfer.id == name), None)

    def resolution(self, hold):
        return next((e.transfer.kind for e in self.entries if e.transfer.hold == hold), None)

    def sums(self, account):
        """Work out (debits pending, debits posted, credits pending, credits posted)."""
        found = [0, 0, 0, 0]
        for entry in self.entries:
            one = entry.transfer
            for offset, side in ((0, one.debit), (2, one.credit)):
                if side != account:
                    continue
                if one.kind == TransferKind.HOLD:
                    if self.resolution(one.id) is None:
                        found[offset] += one.amount
                else:
                    found[offset + 1] += one.amount
        return tuple(found)

    def judge(self, t, now, today):
        if len(t.id) != 16 or t.id == bytes(16):
            return Outcome.ID_INVALID
        earlier = self.find(t.id)
        if earlier is not None:
            return self.differs(earlier, t)
        resolves, releases = t.kind in RESOLVES, t.kind in RELEASES
        rules = [
            (Outcome.CODE_OUT_OF_RANGE, t.code < 1 or t.code > 32_767),
            (Outcome.AMOUNT_OUT_OF_RANGE, t.amount != 0 if releases else t.amount < 1 or t.amount > MOST),
            (Outcome.TIMEOUT_OUT_OF_RANGE, t.timeout_seconds < 0 or t.timeout_seconds > (34_560_000 if t.kind == TransferKind.HOLD else 0)),
            (Outcome.EXTERNAL_TOO_LONG, len(t.external) > 160),
            (Outcome.HOLD_NOT_NAMED, resolves == (t.hold == NONE)),
            (Outcome.ACCOUNTS_ARE_THE_SAME, t.debit == t.credit and (not resolves or t.debit != b"")),
            (Outcome.DAY_AHEAD, t.day is not None and t.day > today),
            (Outcome.DAY_CLOSED, today <= self.closed_through),
        ]  # fmt: skip
        for outcome, broken in rules:
            if broken:
                return outcome
        return self.resolving(t, now) if resolves else self.moving(t)

    def resolving(self, t, now):
        entry = self.find(t.hold)
        if entry is None or entry.transfer.kind != TransferKind.HOLD:
            return Outcome.HOLD_UNKNOWN
        hold, done = entry.transfer, self.resolution(t.hold)
        over = hold.timeout_seconds > 0 and now >= entry.time + hold.timeout_seconds * SECOND
        rules = [
            (Outcome.HOLD_OF_OTHER_ACCOUNTS, t.debit not in (b"", hold.debit) or t.credit not in (b"", hold.credit)),
            (Outcome.HOLD_POSTED, done == TransferKind.POST),
            (Outcome.HOLD_VOIDED, done == TransferKind.VOID),
            (Outcome.HOLD_EXPIRED, done == TransferKind.EXPIRE or (over and t.kind != TransferKind.EXPIRE)),
            (Outcome.HOLD_NOT_EXPIRED, not over and t.kind == TransferKind.EXPIRE),
            (Outcome.HOLD_EXCEEDED, t.amount > hold.amount),
            *self.correcting(t),
        ]  # fmt: skip
        return next((outcome for outcome, broken in rules if broken), Outcome.POSTED)

    def correcting(self, t):
        if t.corrects == NONE:
            return []
        wrong = self.find(t.corrects)
        if wrong is None or wrong.transfer.kind not in (TransferKind.MOVE, TransferKind.POST):
            return [(Outcome.CORRECTED_UNKNOWN, True)]
        before = sum(
            e.transfer.amount
            for e in self.entries
            if e.transfer.corrects == t.corrects and e.transfer.kind != TransferKind.HOLD
        )
        return [(Outcome.CORRECTED_EXCEEDED, before + t.amount > wrong.transfer.amount)]  # fmt: skip

    def moving(self, t):
        if t.debit not in self.accounts:
            return Outcome.DEBIT_ACCOUNT_UNKNOWN
        if t.credit not in self.accounts:
            return Outcome.CREDIT_ACCOUNT_UNKNOWN
        (currency, limit), (other, other_limit) = self.accounts[t.debit], self.accounts[t.credit]
        debits_pending, debits, _, credits_ = self.sums(t.debit)
        _, into_debits, into_pending, into = self.sums(t.credit)
        out, into = debits_pending + debits + t.amount, into_pending + into + t.amount
        rules = [
            (Outcome.CURRENCIES_DIFFER, currency != other),
            *self.correcting(t),
            (Outcome.OVERFLOWS, out > MOST or into > MOST),
            (Outcome.EXCEEDS_CREDITS, limit == Limit.DEBITS_NOT_OVER_CREDITS and out > credits_),
            (Outcome.EXCEEDS_DEBITS, other_limit == Limit.CREDITS_NOT_OVER_DEBITS and into > into_debits),
        ]  # fmt: skip
        return next((outcome for outcome, broken in rules if broken), Outcome.POSTED)

    def differs(self, earlier, t):
        stands = earlier.transfer
        free = ("",) if stands.kind not in RESOLVES else ("", b"")
        fields = {
            "KIND": "kind", "CODE": "code", "DEBIT": "debit", "CREDIT": "credit", "AMOUNT": "amount",
            "HOLD": "hold", "TIMEOUT": "timeout_seconds", "CORRECTED": "corrects",
            "EXTERNAL": "external", "LINK": "linked",
        }  # fmt: skip
        for name, what in fields.items():
            asked = getattr(t, what)
            if what in ("debit", "credit") and asked in free:
                continue
            if asked != getattr(stands, what):
                return Outcome[f"EXISTS_WITH_DIFFERENT_{name}"]
        about = earlier.day if earlier.late_for is None else earlier.late_for
        if t.day is not None and t.day != about:
            return Outcome.EXISTS_WITH_DIFFERENT_DAY
        return Outcome.EXISTS
