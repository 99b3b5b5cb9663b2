"""Facts of plays of one item as a log would hold them: honest ones, and every kind that is not settled."""

import itertools

from lodestone.base.clock import DAY_MICROS, SECOND_MICROS
from lodestone.events.facts import (
    FLAG_BOT,
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    empty_facts,
)
from lodestone.events.outcomes import FactKind

RECEIPTS = itertools.count(10_000_000)


def play(item, person, time, *, ms=9_000, flags=FLAG_DECISION, receipt=None, kind=FactKind.WATCH):
    """Return the fact that somebody played an item in a slot of their own."""
    facts = empty_facts(1)
    facts["kind"], facts["item"], facts["person"], facts["time"] = kind, item, person, time
    facts["value"], facts["flags"], facts["slot"] = ms, flags, 1
    facts["receipt"] = next(RECEIPTS) if receipt is None else receipt
    facts["key"] = next(RECEIPTS)
    return facts


class Plays:
    """Plays of one item within its days, and how many of them are honest."""

    def __init__(self, chance, item, since, until):
        self.chance, self.item, self.since, self.until = chance, item, since, until
        self.facts, self.honest, self.days = [], 0, set()

    def time(self):
        return self.chance.randrange(self.since, self.until - SECOND_MICROS)

    def add(self, person, **more):
        self.facts.append(play(self.item, person, self.time(), **more))

    def by(self, person, day_of):
        """Let somebody play it honestly, once on one of the days on which they have not."""
        time = self.time()
        if (person, day_of(time)) in self.days:
            return
        self.days.add((person, day_of(time)))
        receipt = next(RECEIPTS)
        # What is watched is told as it grows; the longest counts.
        grows = sorted(
            self.chance.randrange(2_000, 60_000) for _ in range(self.chance.randrange(1, 4))
        )
        for ms in grows:
            self.facts.append(play(self.item, person, time, ms=ms, receipt=receipt))
        self.honest += 1

    def again(self, day_of):
        """Let an honest play be told twice, and played again on the same day."""
        mine = [
            fact
            for fact in self.facts
            if (int(fact["person"][0]), day_of(int(fact["time"][0]))) in self.days
        ]
        if mine:
            again = self.chance.choice(mine).copy()
            self.facts.append(again)
            later = again.copy()
            later["receipt"], later["key"] = next(RECEIPTS), next(RECEIPTS)
            self.facts.append(later)

    def inject(self, people, parties):
        """Add one of each kind that is not settled, by people who may have played it honestly too."""
        chance, who = self.chance, self.chance.choice(people)
        self.add(who, flags=FLAG_DECISION | FLAG_PAID)
        self.add(who, flags=FLAG_DECISION | FLAG_BOT)
        self.add(who, flags=0)
        self.add(-1)
        self.add(chance.choice(parties))
        self.add(who, ms=chance.randrange(0, 2_000))
        outside = chance.choice([self.since - DAY_MICROS, self.until])
        self.facts.append(play(self.item, who, outside + chance.randrange(DAY_MICROS)))
        self.facts.append(play(self.item, who, self.time(), flags=FLAG_DECISION | FLAG_HISTORY))
