"""A log as a plain list of facts: what every oracle reads, and random small logs to hold it against a report."""

from dataclasses import dataclass

from hypothesis import strategies as st

from lodestone.events.facts import FLAG_DECISION, FLAG_HISTORY, FLAG_PAID, empty_facts
from lodestone.events.outcomes import DomainKind, FactKind

DAY = 86_400 * 1_000_000
"""Microseconds."""
PEOPLE, ITEMS, OWNERS, DAYS = 5, 6, 3, 10
"""People are 1 to 5, items 0 to 5, their owners 11 to 13: item n is owned by `owner_of(n)`."""
WORDS = {DomainKind.PUBLIC: "public", DomainKind.PRIVATE: "private"}
_DOMAINS = (DomainKind.PUBLIC, DomainKind.PUBLIC, DomainKind.CHANNEL, DomainKind.PRIVATE)
_OUTCOMES = (
    FactKind.CLICK,
    FactKind.LIKE,
    FactKind.COMMENT,
    FactKind.SHARE,
    FactKind.ORDER,
    FactKind.HIDE,
    FactKind.LONG_VIEW,
)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact in plain Python; -1 for whom or what it does not name."""

    kind: FactKind
    time: int
    person: int = -1
    target: int = -1
    item: int = -1
    receipt: int = -1
    slot: int = 0
    value: int = 0
    flags: int = FLAG_DECISION
    domain: int = -1
    domain_kind: int = DomainKind.PUBLIC
    served: int = 0
    promises: int = 0
    key: int = 0

    @property
    def day(self):
        return self.time // DAY

    @property
    def word(self):
        """public, middle or private."""
        return WORDS.get(self.domain_kind, "middle")

    @property
    def counts(self):
        """Whether it is an organic impression of a decision."""
        return self.kind == FactKind.IMPRESSION and self.flags & FLAG_DECISION and not self.flags & (FLAG_PAID | FLAG_HISTORY)  # fmt: skip


def array(facts):
    """Turn a list of facts into the array that reports read, in the list's order."""
    rows = empty_facts(len(facts))
    for index, fact in enumerate(facts):
        for name in Fact.__dataclass_fields__:
            rows[name][index] = getattr(fact, name)
        rows["day"][index] = fact.day
    return rows


def owner_of(item):
    return 11 + item % OWNERS


@st.composite
def logs(draw, most=40):
    """Draw a random small log in random order: impressions of slots and what followed them, edges, imports."""
    facts, shown = [], []
    times = st.integers(0, DAYS * DAY - 1)
    for receipt in range(draw(st.integers(0, most // 2))):
        kind = draw(st.sampled_from(_DOMAINS))
        flags = draw(st.sampled_from([FLAG_DECISION] * 6 + [FLAG_DECISION | FLAG_PAID, FLAG_HISTORY, 0]))  # fmt: skip
        seen = Fact(
            kind=FactKind.IMPRESSION, time=draw(times), person=draw(st.integers(1, PEOPLE)),
            item=draw(st.integers(0, ITEMS - 1)), receipt=receipt, slot=1, flags=flags,
            domain_kind=kind, domain=7 if kind == DomainKind.CHANNEL else -1,
        )  # fmt: skip
        shown.append(seen)
        if draw(st.booleans()):
            facts.append(seen)
    for seen in shown:
        for kind in draw(st.lists(st.sampled_from(_OUTCOMES), max_size=2, unique=True)):
            time = min(seen.time + draw(st.integers(0, DAY)), DAYS * DAY - 1)
            facts.append(Fact(**{**vars(seen), "kind": kind, "time": time}))
        watched = draw(st.lists(st.integers(0, 180_000), max_size=2))
        facts += [
            Fact(**{**vars(seen), "kind": FactKind.WATCH, "value": value}) for value in watched
        ]
    for _ in range(draw(st.integers(0, most // 4))):
        kind, target = draw(st.sampled_from([(FactKind.FOLLOW, 11), (FactKind.UNFOLLOW, 11), (FactKind.JOIN, 7), (FactKind.LEAVE, 7)]))  # fmt: skip
        facts.append(
            Fact(kind=kind, time=draw(times), person=draw(st.integers(1, PEOPLE)), target=target, flags=0)
        )  # fmt: skip
    ordered = draw(st.permutations(facts))
    return [Fact(**{**vars(fact), "key": key}) for key, fact in enumerate(ordered, 1)]
