"""Prove that what creators have of ads is what the log divides: each stretch once, all of it, each transfer its lines."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from lodestone.ads.revenue_share import sums_by
from lodestone.ledger.chart import Code
from lodestone.services.ads.share_facts import ShareReader, Stretch
from lodestone.services.ads.shares import stretch_of
from lodestone.services.audit.ledger import Audited, Check, Difference

_SIGNS: Final = {Code.AD_SHARE: 1, Code.AD_SHARE_BACK: -1}


def _shares(audited: Audited) -> Iterator[Difference]:
    """Every stretch begins where the one before ended, and each creator's transfers are the sum of their parts of it."""
    if audited.log is None:
        return
    posted = _posted(audited)
    reader = ShareReader(audited.money.community, audited.records, audited.log)
    stretches, upto = sorted(posted), 0
    for at, stretch in enumerate(stretches):
        name = f"shares log {stretch.first}-{stretch.upto}"
        if stretch.first != upto:
            yield _difference(name, f"from {upto}", f"from {stretch.first}")
        upto = stretch.upto
        parts = reader.read(stretch, stretches[:at])
        owners, sums = sums_by(parts.parts.owner, parts.net)
        expected = dict(zip(owners.tolist(), sums.tolist(), strict=True))
        # The last may be on its way still: whoever has nothing yet is given it by the next round.
        broken_off = at == len(stretches) - 1
        actual = posted[stretch]
        for owner in sorted(expected.keys() | actual.keys()):
            should, does = expected.get(owner, 0), actual.get(owner, 0)
            if should != does and not (broken_off and owner not in actual):
                yield _difference(f"{name} person {owner}", str(should), str(does))


def _posted(audited: Audited) -> dict[Stretch, dict[int, int]]:
    """Return what each creator was given or lost by stretch, as the ledger has it."""
    people = {
        account.id: int(account.party.partition(":")[2])
        for account in audited.snapshot.accounts()
        if account.party.startswith("person:")
    }
    posted: dict[Stretch, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for booked in audited.snapshot.transfers():
        transfer = booked.transfer
        stretch = stretch_of(transfer.external)
        if stretch is not None and transfer.code in _SIGNS:
            sign = _SIGNS[Code(transfer.code)]
            owner = people[transfer.credit if sign > 0 else transfer.debit]
            posted[stretch][owner] += sign * transfer.amount
    return posted


def _difference(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="shares", subject=subject, expected=expected, found=actual)


SHARES: Final = Check("shares", _shares)
