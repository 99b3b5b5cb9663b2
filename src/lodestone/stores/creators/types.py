"""What the records of creators' orders hand out and take in."""

from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.creators.brief import BriefIn
from lodestone.creators.creator import CreatorIn
from lodestone.creators.deadlines import Times
from lodestone.creators.life import Actor, Move, Stage
from lodestone.creators.plays import Count
from lodestone.creators.settlement import Division, Goods, Kind, Terms


@dataclass(frozen=True, slots=True)
class CreatorRecord:
    """A creator's profile as stored."""

    person_id: str
    ordinal: int
    given: CreatorIn
    created: Instant


@dataclass(frozen=True, slots=True)
class BriefRecord:
    """A brief as stored."""

    id: str
    owner: int
    """The ordinal of who owns the advertiser."""
    given: BriefIn
    """Its `creator_ids` are those who are not erased."""
    created: Instant
    creators: tuple[int, ...]
    """The ordinals of those it is for, erased ones too; none means everybody."""

    def is_for(self, creator: int) -> bool:
        """Say whether it is for somebody, by their ordinal."""
        return not self.creators or creator in self.creators


@dataclass(frozen=True, slots=True)
class Assignment:
    """An order from its offer or bid on, as stored."""

    number: int
    offer: str
    digest: bytes
    """Of the offer as it was sent."""
    brief: str
    advertiser: str
    owner: int
    """The ordinal of who owns the advertiser."""
    creator: int
    """The creator's ordinal."""
    by_creator: bool
    """It began as a bid."""
    created: Instant
    stage: Stage
    due: Instant | None
    deadline: Instant
    approval_days: int
    count_days: int
    rounds_left: int
    terms: Terms
    goods: Goods
    """What is counted of conversions."""
    accepted: Instant | None = None
    item: int | None = None
    """The item's row."""
    published: Instant | None = None
    counted_until: Instant | None = None
    """The end of the last counted day."""
    counted: Count | None = None
    counted_late: Count | None = None
    division: Division | None = None
    """How the escrow was divided."""
    orphaned: bool = False
    """A party was erased, and the clock has not looked at it yet."""

    @property
    def times(self) -> Times:
        """Return what its stages' times follow from."""
        return Times(self.deadline, self.approval_days, self.counted_until)

    @property
    def by_log(self) -> bool:
        """Say whether what comes next of it is counted by the log."""
        return self.published is not None and self.terms.kind is not Kind.FIXED

    @property
    def span(self) -> tuple[Instant, Instant]:
        """Return from when on, and before when, it is counted; only of an order that was published."""
        assert self.published is not None
        assert self.counted_until is not None
        return self.published, self.counted_until


@dataclass(frozen=True, slots=True)
class AssignmentEvent:
    """One move of an order."""

    id: int
    number: int
    move: Move
    actor: Actor
    stage: Stage
    """After it."""
    time: Instant
    amount: Micros | None = None
    request: bytes | None = None
    digest: bytes | None = None
    author: int | None = None
    """The ordinal of who wrote the text."""
    text: str | None = None
    """None where there was none, or its author has been erased."""


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """An order with what is shown of it."""

    order: Assignment
    creator_id: str | None
    """None once they have been erased."""
    item_id: str | None
    events: tuple[AssignmentEvent, ...]
    """The first first."""
