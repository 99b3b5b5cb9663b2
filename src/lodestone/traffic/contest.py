"""The stages of a decision over `Candidates`: sift, price, enter the pool, close.

Plain twins of `contest_kernel`; each function there has the same name and signature. They say in whole-array steps what
the kernels do candidate by candidate, by the rules of `filters`, `prices` and `pool`.
"""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import DomainKind, Kind
from lodestone.traffic import filters, pool, prices
from lodestone.traffic.candidates import Candidates, Entries, Mine, Page, Pricing, Tally
from lodestone.traffic.decision import Codes, DropReason
from lodestone.traffic.filters import Marks, Records

_PRIVATE, _FOLLOW, _SHOWN = int(DomainKind.PRIVATE), int(Kind.FOLLOW), int(DropReason.SHOWN)
_SIFTED = ("row", "source", "reason", "kind", "domain", "local", "place", "payer", "bid", "payment")


def sift(
    viewer: Records, items: Records, marks: Marks, mine: Mine, every: Candidates, passed: Candidates
) -> int:  # fmt: skip
    """Judge every candidate and copy those without a drop reason; return how many those are.

    Args:
        viewer: One `VIEWER` record.
        items: Shape (items,) of `ITEM`.
        marks: What is marked for this request.
        mine: What is the viewer's own.
        every: All candidates; reason, kind, domain, local and place are written.
        passed: Room for as many; its first are written, up to those columns and what is known of payment.
    """
    filters.judge(
        viewer, items, every.row, *marks, *mine, every.reason, every.kind, every.domain, every.local
    )  # fmt: skip
    every.place[:] = np.arange(every.row.size)
    fits = every.reason == _SHOWN
    count = int(np.count_nonzero(fits))
    for name in _SIFTED:
        getattr(passed, name)[:count] = getattr(every, name)[fits]
    return count


def price(
    candidates: Candidates, items: Records, authors: Records, author_rank: NDArray[np.int16], here: int,
    pricing: Pricing,
) -> None:  # fmt: skip
    """Write value, consumption and net score of every candidate.

    Whoever is followed already cannot be followed again: in the private domain that chance is set to nothing.
    A payer's bid counts less what its budget costs: 1 less the budget's price of it.

    Args:
        candidates: Those that passed the filters, with their chances.
        items: Shape (items,) of `ITEM`; this and the next three as `pool.consumed` takes them.
        authors: Shape (authors,) of `AUTHOR`.
        author_rank: Shape (authors known to the last sweep,).
        here: 1 where the neighbourhood's share counts.
        pricing: Worths and prices.
    """
    c = candidates
    c.chances[c.kind == _PRIVATE, _FOLLOW] = 0
    prices.values_from_codes(c.chances, pricing.worths, c.value)
    pool.consumed(items, authors, author_rank, c.row, c.local, here, c.promises, c.rank)
    offered, pays = c.value.copy(), c.payer >= 0
    offered[pays] += c.bid[pays] * (1.0 - pricing.budget[c.payer[pays]])
    prices.net_scores(
        offered, c.promises, c.rank, pricing.price, pricing.sign, pricing.gini, c.net
    )  # fmt: skip


def others(count: int, pinned: Ints) -> Ints:
    """Return which of so many candidates are not pinned, ascending."""
    rest: Ints = np.delete(np.arange(count), pinned)
    return rest


def enter(
    candidates: Candidates, items: Records, pinned: Ints, drawn: int, entries: Entries, told: Ints
) -> None:  # fmt: skip
    """Choose the pool and copy what it holds; see `prices.select_pool`, `pool.take` and `pool.number`.

    Args:
        candidates: Those that passed the filters, priced.
        items: Shape (items,) of `ITEM`.
        pinned: Shape (pinned,). Which of them stand first, and contend for no slot.
        drawn: Which of the others chance drew, counted without the pinned; -1 for none.
        entries: Room for as many as there will be, written.
        told: Shape (2,), written: where the drawn candidate stands among those that contend, -1 for none; 1 where it
            would be there by its own net score.
    """
    c, e, first = candidates, entries, pinned.size
    rest = others(c.row.size, pinned)
    net = c.net[rest]
    forced = np.array([drawn] if drawn >= 0 else [], np.int64)
    contends = np.empty(e.candidate.size - first, np.int64)
    prices.select_pool(net, forced, contends.size, contends)
    e.candidate[:first], e.candidate[first:] = pinned, rest[contends]
    authors = np.empty(e.candidate.size, np.int32)
    pool.take(
        np.arange(c.row.size), e.candidate, c.row, items, c.kind, c.domain, c.source, c.chances, c.promises, c.rank,
        c.net, e.item, e.chances, e.promises, e.rank, authors, e.topic, e.domain_kind, e.domain, e.source, e.net,
    )  # fmt: skip
    pool.number(authors, e.author)
    pool.number(authors[first:], e.contender[: contends.size])
    told[:] = -1, 1
    if drawn >= 0:
        better = np.count_nonzero(net > net[drawn])
        tied = np.count_nonzero(net[:drawn] == net[drawn])
        told[:] = np.flatnonzero(contends == drawn)[0], better + tied < contends.size


def close(
    candidates: Candidates, reason: Codes, pinned: Ints, entries: Entries, page: Page, tally: Tally
) -> None:  # fmt: skip
    """Write why each was not shown, and add the page to what the pricer will look at.

    Args:
        candidates: Those that passed the filters.
        reason: Shape (all candidates,), written at the places of those that contended; see `pool.reasons`.
        pinned: Shape (pinned,). See `enter`.
        entries: The pool.
        page: The slate.
        tally: Added to, see `pool.account`.
    """
    e, first = entries, pinned.size
    rest = others(candidates.row.size, pinned)
    found = np.empty(rest.size, np.uint8)
    pool.reasons(
        candidates.net[rest], np.searchsorted(rest, e.candidate[first:]), e.contender[: e.candidate.size - first],
        e.topic[first:], page.shown[first:] - first, max(page.explored - first, -1), page.author_max, page.gap,
        found,
    )  # fmt: skip
    reason[candidates.place[rest]] = found
    pool.account(candidates.value, e.candidate, page.shown, e.promises, e.rank, *tally)
