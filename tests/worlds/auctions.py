"""Auctions in whole numbers, drawn at random or by hypothesis; pages by brute force; mechanisms, and false bids against them."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from lodestone.traffic.auction import exact, exact_kernel, greedy, greedy_kernel, quantise
from lodestone.traffic.auction.inputs import UNLIMITED, WEIGHT_ONE
from lodestone.traffic.auction.settle import critical_due
from lodestone.traffic.slots import attention_of


class Auction(NamedTuple):
    organic: np.ndarray
    ads: tuple[np.ndarray, ...]
    """Bid, user value, price, payer, author, reserve."""
    weight: np.ndarray
    gap: int
    first: int
    by_author: bool
    organic_author: np.ndarray
    author_gap: int = 0
    author_max: int = UNLIMITED

    @property
    def best_rules(self):
        return self.weight, self.gap, self.first, self.by_author, 1_000_000

    @property
    def greedy_rules(self):
        rules = self.weight, self.gap, self.first, self.by_author
        return *rules, self.organic_author, self.author_gap, self.author_max

    def bidding(self, bids):
        """Return the auction with other bids, those below their reserve as ads that nobody can want."""
        low = bids < self.ads[5]
        columns = list(self.ads)
        columns[0] = np.where(low, 0, bids)
        columns[5] = np.where(low, 0, self.ads[5])
        columns[1] = np.where(low, -(10**9), self.ads[1])
        return self._replace(ads=tuple(columns))


def weights_of(attention, extension, ads_max):
    """Return what each slot is looked at below each number of ads, shape (ads_max + 1, slots)."""
    weight = np.empty((ads_max + 1, attention.size), np.int64)
    quantise.weigh(attention, extension, weight)
    return weight


def ints(values):
    return np.array(values, np.int64)


@st.composite
def auctions(draw, *, slots=5, ads=4, spaced=False, worth=60):
    """Draw small numbers, so that ties are common."""
    slots, count = draw(st.integers(1, slots)), draw(st.integers(0, ads))
    posts = draw(st.integers(0, slots + 1))

    def column(low, high, size=count):
        return ints(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)))

    reserve = column(0, 8)
    bid = reserve + column(0, worth)
    return Auction(
        organic=column(-10, worth, posts),
        ads=(bid, column(-20, 20), column(0, 15), column(0, 2), column(-1, 2), reserve),
        weight=weights_of(
            attention_of(slots, draw(st.sampled_from([0.0, 0.06, 0.5]))),
            draw(st.sampled_from([0.0, 0.1, 0.4])),
            draw(st.integers(0, min(3, slots))),
        ),
        gap=draw(st.integers(0, 2)),
        first=draw(st.integers(0, 2)),
        by_author=draw(st.booleans()),
        organic_author=column(0, 2, posts),
        author_gap=draw(st.integers(0, 2)) if spaced else 0,
        author_max=draw(st.integers(1, 3)) if spaced else UNLIMITED,
    )


def some_auction(chance, *, slots=10, ads=8, payers=None, spaced=False, reserves=True):
    """Draw one of a realistic size: sixteenths of a micro, bids of the size of organic nets."""
    slots, count = int(chance.integers(2, slots + 1)), int(chance.integers(2, ads + 1))
    reserve = chance.integers(0, 60_000, count) * int(reserves)
    bid = reserve + chance.lognormal(11.5, 0.8, count).astype(np.int64)
    posts = int(chance.integers(0, slots + 2))
    return Auction(
        organic=-np.sort(-chance.integers(-20_000, 120_000, posts)),
        ads=(
            bid,
            chance.integers(-40_000, 30_000, count),
            chance.integers(0, 30_000, count),
            np.arange(count) if payers is None else chance.integers(0, payers, count),
            chance.integers(-1, 4, count),
            reserve,
        ),
        weight=weights_of(
            attention_of(slots, float(chance.choice([0.0, 0.06, 0.4]))),
            float(chance.choice([0.0, 0.1, 0.3])),
            min(slots, int(chance.integers(1, 4))),
        ),
        gap=int(chance.integers(0, 3)),
        first=int(chance.integers(0, 3)),
        by_author=bool(chance.integers(0, 2)),
        organic_author=chance.integers(0, 4, posts),
        author_gap=int(chance.integers(0, 3)) if spaced else 0,
        author_max=int(chance.integers(1, 4)) if spaced else UNLIMITED,
    )  # fmt: skip


def pages(auction):
    """Yield every page allowed, as `slate` is written, but for what spacing of authors says."""
    slots, posts = auction.weight.shape[1], auction.organic.size
    _, _, _, payer, author, _ = auction.ads

    def go(page, since):
        ads = [x for x in page if x >= 0]
        if len(page) == slots:
            yield page
            return
        if len(page) - len(ads) < posts:
            yield from go([*page, -1], since + 1)
        else:
            yield page + [-2] * (slots - len(page))
        allowed = len(ads) < auction.weight.shape[0] - 1 and since >= auction.gap
        if not allowed or len(page) < auction.first:
            return
        for x in range(payer.size):
            if any(payer[x] == payer[y] for y in ads):
                continue
            if auction.by_author and any(0 <= author[x] == author[y] for y in ads):
                continue
            yield from go([*page, x], 0)

    yield from go([], auction.gap)


def worth_of(auction, page, bids=None):
    """Return what a page is worth by definition."""
    bid, user, price, *_ = auction.ads
    bid = bid if bids is None else bids
    total, k = 0, 0
    for s, x in enumerate(page):
        p = int(auction.weight[k, s])
        if x == -1:
            total += p * int(auction.organic[s - k])
        elif x >= 0:
            total += p * int(bid[x] + user[x]) - WEIGHT_ONE * int(price[x])
            k += 1
    return total


def best_page(auction, module=exact_kernel):
    """Return the page, and the summary without the count of tables."""
    bid, user, price, payer, author, _ = auction.ads
    slate, summary = np.empty(auction.weight.shape[1], np.int64), np.empty(4, np.int64)
    module.best(
        auction.organic, (bid + user, price, payer, author), auction.best_rules, slate, summary
    )
    return slate.tolist(), [int(summary[n]) for n in (0, 1, 3)]


def charged(auction, module=exact_kernel):
    """Return the page, a row of figures for each ad shown, and the summary without the count of tables."""
    slate, summary = np.empty(auction.weight.shape[1], np.int64), np.empty(4, np.int64)
    figures = np.empty((auction.weight.shape[0], exact.FIGURES), np.int64)
    count = module.charge(auction.organic, auction.ads, auction.best_rules, slate, figures, summary)
    return slate.tolist(), figures[:count].tolist(), [int(summary[n]) for n in (0, 1, 3)]


def filled(auction, module=greedy_kernel):
    """Return the greedy page and a row of figures for each ad shown."""
    slate = np.empty(auction.weight.shape[1], np.int64)
    figures = np.empty((auction.weight.shape[0], greedy.FIGURES), np.int64)
    count = module.fill(auction.organic, auction.ads, auction.greedy_rules, slate, figures)
    return slate.tolist(), figures[:count].tolist()


def steps_of(auction, x, module):
    """Return the steps of an ad's attention, lists of bid and weight."""
    rules = auction.best_rules if module in (exact, exact_kernel) else auction.greedy_rules
    out = np.empty((auction.weight.size + 1, 2), np.int64)
    return out[: module.breakpoints(auction.organic, auction.ads, rules, x, out)].tolist()


def vcg(auction):
    """Return weight and due by ad shown."""
    return {x: (p, due) for x, _, p, due, *_ in charged(auction)[1]}


def critical(auction):
    return {
        x: (p, critical_due(ints(steps_of(auction, x, greedy_kernel))))
        for x, _, p, *_ in filled(auction)[1]
    }


def gsp(auction):
    return {
        x: (p, p * steps_of(auction, x, greedy_kernel)[-1][0]) for x, _, p, *_ in filled(auction)[1]
    }


def first_price(auction):
    return {x: (p, p * int(auction.ads[0][x])) for x, _, p, *_ in charged(auction)[1]}


def vcg_formula_on_a_greedy_page(auction):
    """Charge what the formula says for a page that is not the best one: what must not be done."""
    page, rows = filled(auction)
    worth, dues = worth_of(auction, page), {}
    for x, _, p, *_ in rows:
        bids = auction.ads[0].copy()
        bids[x] = auction.ads[5][x]
        without = auction._replace(ads=(bids, *auction.ads[1:]))
        dues[x] = p, worth_of(without, filled(without)[0]) - (worth - p * int(auction.ads[0][x]))
    return dues


def utility(outcome, mine, values):
    """Return what a payer has of an outcome whose ads have these true values."""
    return sum(int(values[x]) * outcome[x][0] - outcome[x][1] for x in mine if x in outcome)


def false_bids(auction, chance, mechanism, count):
    """Yield the gain of false bids of random payers over the true ones, and the most that an impression could bring them; units."""
    values, payer = auction.ads[0], auction.ads[3]
    true, size = mechanism(auction), values.size
    others = [*values.tolist(), *(values + 1).tolist(), *(values - 1).tolist(), 0]
    for which, *draws in chance.integers(0, 2**32, (count, 1 + 2 * size)).tolist():
        mine = np.flatnonzero(payer == payer[which % size]).tolist()
        bids = values.copy()
        for x in mine:
            way, how = draws[2 * x], draws[2 * x + 1]
            near = int(values[x]) + how % 7 - 3
            ways = others[how % len(others)], int(values[x]) * (how % 3000) // 1000, near
            bids[x] = max(0, ways[way % 3])
        false = mechanism(auction.bidding(bids))
        gain = utility(false, mine, values) - utility(true, mine, values)
        yield gain, int(values[mine].max()) * WEIGHT_ONE
