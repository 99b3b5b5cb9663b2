"""Why an ad was for somebody: of what its ad group asks, what fits them, as ids and figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from lodestone.ads.ad_group import RADIUS_KM_DEFAULT, Targeting, TargetPlace
from lodestone.base.clock import Instant
from lodestone.base.errors import GoneError, UnknownError
from lodestone.content import Community
from lodestone.features.ads.matching import inside
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.ads.live import AdPublisher
from lodestone.services.feed.hydrate import PersonNow, points_of
from lodestone.stores.ads.types import AdView
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind
from lodestone.traffic.decision import Decision

Asks: TypeAlias = Literal[
    "radius", "place", "channel", "profession", "tag", "language", "creator", "segment", "alike"
]
NAMED_SEGMENTS: Final = frozenset({"customers", "followers", "newcomers"})
"""Segments that a viewer may be told they are in: none of them says anything about a person that is nobody's business.

Any other, whoever makes it, is told as a group without a name.
"""


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that an ad group asks and that somebody fits; of `names` any one is enough."""

    asks: Asks
    names: tuple[str, ...] = ()
    """Ids of domains and people, words of tags, languages and segments; of a segment not in `NAMED_SEGMENTS` none."""
    radius_km: float | None = None
    who: str = "any"
    """Of a place: `present`, `resident` or `any`."""


@dataclass(frozen=True, slots=True)
class AdOrigin:
    """Who pays for an ad, and whom it is for."""

    payer: str
    """The advertiser's name, its id where it has none."""
    shop_id: str | None
    matches: tuple[Match, ...]
    """Empty: it is for everybody."""


class AdMatches:
    """Says of one community's ads why they were for somebody. Asks records and state: it is called in a thread."""

    def __init__(
        self,
        community: Community,
        records: Records,
        state: StateView,
        directory: DirectoryView,
        publisher: AdPublisher,
    ) -> None:
        self._id, self._records, self._publisher = community.id, records, publisher
        self._state, self._directory = state, directory

    def of(self, decision: Decision, ad_id: str, now: Instant) -> AdOrigin | None:
        """Return who pays for an ad that a decision showed, and what of its targeting fits whom it was shown to.

        The targeting is read as it stands now; what fits is looked at in what is known of the viewer now. Where nothing of a
        list fits any more, all of the list is given: one of it did. None where the ad or who paid is not there any more.
        """
        try:
            view = self._records.ad(self._id, ad_id)
            payer = self._records.advertiser(self._id, view.campaign.given.advertiser_id)
        except (UnknownError, GoneError):
            return None
        person = self._person(decision)
        matches = tuple(self._matches(view, decision, person, now))
        return AdOrigin(payer.given.name or payer.id, payer.given.shop_id, matches)

    def _row(self, decision: Decision) -> int:
        """Return the viewer's row, -1 where nobody is known or they are gone."""
        return self._directory.row_of_ordinal(decision.person) if decision.person >= 0 else -1

    def _person(self, decision: Decision) -> int:
        """Return the viewer's row where their deeds and lists may be looked at, else -1."""
        row = self._row(decision)
        return row if row >= 0 and self._state.people["personalised"][row] else -1

    def _matches(
        self, view: AdView, decision: Decision, person: int, now: Instant
    ) -> Iterable[Match]:
        targeting = view.group.given.targeting
        if targeting.places:
            yield self._place(targeting.places, decision, now)
        yield from self._domains(targeting, decision, person)
        if targeting.tags:
            yield Match("tag", self._fitting(TermKind.TAG, targeting.tags, self._topics(decision, person)))  # fmt: skip
        if targeting.languages:
            yield Match("language", self._language(targeting.languages, decision))
        if targeting.followers_of:
            yield Match("creator", self._followed(targeting.followers_of, person))
        if targeting.segments_in:
            named = tuple(name for name in targeting.segments_in if name in NAMED_SEGMENTS)
            yield Match("segment", named if len(named) == len(targeting.segments_in) else ())
        if targeting.lookalike_of is not None:
            yield Match("alike")

    def _place(self, places: tuple[TargetPlace, ...], decision: Decision, now: Instant) -> Match:
        """Return the first of some places that the viewer is in or lives in, else the only one, else one without a name."""
        row = self._row(decision)
        here = home = None
        if row >= 0:
            person = PersonNow._make(self._state.people[row].item())
            here, home = points_of(person, now)
        fitting = [
            place
            for place in places
            if any(inside(circle, here, home) for circle in self._publisher.circles((place,)))
        ]
        chosen = (fitting or [*places])[0]
        if not fitting and len(places) > 1:
            return Match("place")
        if chosen.domain_id is not None:
            return Match("place", (chosen.domain_id,), who=chosen.who)
        return Match("radius", radius_km=chosen.radius_km or RADIUS_KM_DEFAULT, who=chosen.who)

    def _domains(self, targeting: Targeting, decision: Decision, person: int) -> Iterable[Match]:
        """Return which of the channels and professions, one list to a decision, are the page's or the viewer's."""
        state, code_of = self._state, self._directory.domain_code
        theirs = {decision.domain}
        if person >= 0:
            theirs |= {*state.memberships(person).tolist(), int(state.people["profession"][person])}
        lists: list[tuple[Asks, tuple[str, ...]]] = [
            ("channel", targeting.channels), ("profession", targeting.professions),
        ]  # fmt: skip
        fitting = [(asks, tuple(n for n in names if code_of(n) in theirs)) for asks, names in lists]
        if not any(names for _, names in fitting):
            fitting = lists
        yield from (Match(asks, names) for asks, names in fitting if names)

    def _topics(self, decision: Decision, person: int) -> set[int]:
        """Return the topics of the page, and of what the viewer liked lately."""
        topic = self._state.items["topic"]
        codes = set(topic[decision.items].tolist())
        if person >= 0:
            liked = self._state.positives[person]
            codes |= set(topic[liked[liked >= 0]].tolist())
        return codes

    def _fitting(self, kind: TermKind, names: tuple[str, ...], codes: set[int]) -> tuple[str, ...]:
        fitting = tuple(
            name for name in names if self._records.find_term(self._id, kind, name) in codes
        )
        return fitting or names

    def _language(self, names: tuple[str, ...], decision: Decision) -> tuple[str, ...]:
        row = self._row(decision)
        code = int(self._state.people["language"][row]) if row >= 0 else -1
        lower = tuple(name.lower() for name in names)
        return self._fitting(TermKind.LANGUAGE, lower, {code} - {-1})

    def _followed(self, names: tuple[str, ...], person: int) -> tuple[str, ...]:
        if person < 0:
            return names
        follows = set(self._state.follows(person).tolist())
        return tuple(n for n in names if self._directory.person_row(n) in follows) or names
