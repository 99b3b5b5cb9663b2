"""The pages on which slots stood, from their receipts: which ad it was, whose page, and where the viewer was."""

from typing import Final, NamedTuple

from lodestone.base.errors import CorruptError
from lodestone.base.geo import distance_km
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import DomainKind
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.support.encryption import Sealer
from lodestone.stores.log.port import Log
from lodestone.traffic.codec import decode, decode_who

PUBLIC: Final = "public"
PRIVATE: Final = "private"
_FOLLOWING: Final = SURFACES.index("following")


class Page(NamedTuple):
    """What reports ask of one page."""

    ads: tuple[str, ...]
    """Ids of the ads that came to its auction, by the numbers that facts give them."""
    domain: str
    """Id of the middle domain whose page it is, else `public`, of those one follows `private`."""
    place: str | None
    """Id of the smallest place that the viewer said they were in; None where they said nothing, or lay in none."""


UNKNOWN: Final = Page((), PUBLIC, None)
"""Of a receipt that is lost."""


class Pages:
    """Reads pages of one community; for one report, in one thread."""

    def __init__(self, log: Log, state: StateView, directory: DirectoryView) -> None:
        self._log, self._state, self._directory = log, state, directory
        self._sealer = Sealer(directory)
        self._known: dict[int, Page] = {}
        places = [row for row in state.domains.values() if row.kind == DomainKind.PLACE]
        self._places = sorted(places, key=lambda place: (place.radius_km, place.code))

    def page(self, receipt: int) -> Page:
        """Return the page of a receipt."""
        page = self._known.get(receipt)
        if page is None:
            page = self._known[receipt] = self._read(receipt)
        return page

    def _read(self, receipt: int) -> Page:
        parts = self._log.receipt(receipt)
        if parts is None:
            return UNKNOWN
        try:
            decision = decode(parts.what, -1)
        except CorruptError:  # the audit names it
            return UNKNOWN
        domain = self._directory.domain_id(decision.domain) if decision.domain >= 0 else None
        if domain is None:
            domain = PRIVATE if decision.surface == _FOLLOWING else PUBLIC
        ads = () if decision.paid is None else decision.paid.ads.ad_id
        return Page(ads, domain, self._place(parts.who))

    def _place(self, who: bytes) -> str | None:
        """Return where a viewer was; the part of a receipt that says it goes with the person."""
        if not who:
            return None
        ordinal, sealed = decode_who(who)
        row = self._directory.row_of_ordinal(ordinal)
        here = self._sealer.open_position(row, sealed) if row >= 0 else None
        if here is None:
            return None
        for place in self._places:
            away = distance_km(here.latitude, here.longitude, place.latitude, place.longitude)
            if away <= place.radius_km:
                return self._directory.domain_id(place.code)
        return None
