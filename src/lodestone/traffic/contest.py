"""The stages of a decision over `Candidates`: sift, price, enter the pool, close.

Plain twins of `contest_kernel`; each function there has the same name and signature. They say in whole-array steps what
the kernels do candidate by candidate, by the rules of `filters`, `prices` and `pool`.
Structs come as plain tuples, see there.
"""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.traffic import filters, pool, prices
from lodestone.traffic.candidates import Candidates, Entries, Page, Pricing, Struct
from lodestone.traffic.decision import Codes, DropReason
from lodestone.traffic.filters import Records

_PRIVATE, _FOLLOW, _SHOWN = int(DomainKind.PRIVATE), int(FactKind.FOLLOW), int(DropReason.SHOWN)
_SIFTED = ("row", "source", "reason", "kind", "domain", "local", "place", "payer", "bid", "payment")


def sift(
    viewer: Records, items: Records, marks: Struct, mine: Struct, every: Struct, passed: Struct
) -> int:
    """Judge every candidate and copy those without a drop reason; return how many those are.

    Args:
        viewer: Shape (1,) of `VIEWER`.
        items: Shape (items,) of `ITEM`.
        marks: `Marks` of this request.
        mine: The viewer's domains and places, and what moderators hid, as `filters.judge` takes them.
        every: All `Candidates`; reason, kind, domain, local and place are written.
        passed: Room for as many; its first are written, up to those columns and what is known of payment.
    """
    c, room = Candidates._make(every).first(every[0].size), Candidates._make(passed)
    item_marks, author_marks, epoch = marks
    domains, places, hidden = mine
    filters.judge(
        viewer[0],
        items,
        c.row,
        item_marks,
        author_marks,
        epoch,
        domains,
        places,
        hidden,
        c.reason,
        c.kind,
        c.domain,
        c.local,
    )
    c.place[:] = np.arange(c.row.size)
    fits = c.reason == _SHOWN
    count = int(np.count_nonzero(fits))
    for name in _SIFTED:
        getattr(room, name)[:count] = getattr(c, name)[fits]
    return count


def price(
    candidates: Struct,
    items: Records,
    authors: Records,
    author_rank: NDArray[np.int16],
    here: int,
    pricing: Struct,
) -> None:
    """Write value, consumption and net score of every candidate.

    Whoever is followed already cannot be followed again: in the private domain that chance is set to nothing.
    A payer's bid counts less what its budget costs: 1 less the budget's price of it.

    Args:
        candidates: `Candidates`, those that passed the filters, with their chances.
        items: Shape (items,) of `ITEM`; this and the next three as `pool.consumed` takes them.
        authors: Shape (authors,) of `AUTHOR`.
        author_rank: Shape (authors known to the last sweep,).
        here: 1 where the neighbourhood's share counts.
        pricing: `Pricing`.
    """
    c, p = Candidates._make(candidates), Pricing._make(pricing)
    c.chances[c.kind == _PRIVATE, _FOLLOW] = 0
    prices.values_from_codes(c.chances, p.worths, c.value)
    pool.consumed(items, authors, author_rank, c.row, c.local, here, c.promises, c.rank)
    offered, pays = c.value.copy(), c.payer >= 0
    offered[pays] += c.bid[pays] * (1.0 - p.budget[c.payer[pays]])
    prices.net_scores(offered, c.promises, c.rank, p.price, p.sign, p.gini, c.net)


def others(count: int, pinned: Ints) -> Ints:
    """Return which of so many candidates are not pinned, ascending."""
    rest: Ints = np.delete(np.arange(count), pinned)
    return rest


def enter(
    candidates: Struct, items: Records, pinned: Ints, drawn: int, entries: Struct, drawn_place: Ints
) -> None:
    """Choose the pool and copy what it holds; see `prices.select_pool`, `pool.take` and `pool.number`.

    Args:
        candidates: `Candidates`, those that passed the filters, priced.
        items: Shape (items,) of `ITEM`.
        pinned: Shape (pinned,). Which of them stand first, and contend for no slot.
        drawn: Which of the others chance drew, counted without the pinned; -1 for none.
        entries: `Entries`, room for as many as there will be, written.
        drawn_place: Shape (2,), written: where the drawn candidate stands among those that contend, -1 for none; 1 where it
            would be there by its own net score.
    """
    c, e, first = Candidates._make(candidates), Entries._make(entries), pinned.size
    rest = others(c.row.size, pinned)
    net = c.net[rest]
    forced = np.array([drawn] if drawn >= 0 else [], np.int64)
    contends = np.empty(e.candidate.size - first, np.int64)
    prices.select_pool(net, forced, contends.size, contends)
    e.candidate[:first], e.candidate[first:] = pinned, rest[contends]
    authors = np.empty(e.candidate.size, np.int32)
    pool.take(
        np.arange(c.row.size),
        e.candidate,
        c.row,
        items,
        c.kind,
        c.domain,
        c.source,
        c.chances,
        c.promises,
        c.rank,
        c.net,
        e.item,
        e.chances,
        e.promises,
        e.rank,
        authors,
        e.topic,
        e.domain_kind,
        e.domain,
        e.source,
        e.net,
    )
    pool.number(authors, e.author)
    pool.number(authors[first:], e.contender[: contends.size])
    drawn_place[:] = -1, 1
    if drawn >= 0:
        better = np.count_nonzero(net > net[drawn])
        tied = np.count_nonzero(net[:drawn] == net[drawn])
        drawn_place[:] = np.flatnonzero(contends == drawn)[0], better + tied < contends.size


def close(
    candidates: Struct, reason: Codes, pinned: Ints, entries: Struct, page: Struct, tally: Struct
) -> None:
    """Write why each was not shown, and add the page to what the pricer will look at.

    Args:
        candidates: `Candidates`, those that passed the filters.
        reason: Shape (all candidates,), written at the places of those that contended; see `pool.reasons`.
        pinned: Shape (pinned,). See `enter`.
        entries: `Entries`, the pool.
        page: `Page`, the slate.
        tally: `Tally`, added to, see `pool.account`.
    """
    c, e, first = Candidates._make(candidates), Entries._make(entries), pinned.size
    slate, rest = Page._make(page), others(c.row.size, pinned)
    reasons = np.empty(rest.size, np.uint8)
    pool.reasons(
        c.net[rest],
        np.searchsorted(rest, e.candidate[first:]),
        e.contender[: e.candidate.size - first],
        e.topic[first:],
        slate.shown[first:] - first,
        max(slate.explored - first, -1),
        slate.author_max,
        slate.gap,
        reasons,
    )
    reason[c.place[rest]] = reasons
    pool.account(c.value, e.candidate, slate.shown, e.promises, e.rank, *tally)
