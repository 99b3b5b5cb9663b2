"""A person as an app describes them, and as they are read back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.translations import Names, TranslatedName
from lodestone.base.wire import (
    EPOCH,
    AppId,
    Language,
    Name,
    Position,
    Time,
    TimeText,
    Word,
    check_years,
    instant_of,
    refuse,
    time_text,
)

INTERESTS_MAX = 64


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person lets the engine use. Without it their feed does without."""

    personalisation: bool = True
    """What they did may shape their feed."""
    position: bool = True
    """Where they live and are may shape their feed."""
    shown_at_home: bool = False
    """Others may see on the map that they live there, to about a hundred metres; never of a child, nor without `position`."""


class PersonIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A person as an app sends them; what is left out is unknown, on an update too."""

    name: Name = ""
    home: Position | None = None
    present: Position | None = None
    """Where the person is now, as the app was told at `present_at`."""
    present_at: Time | None = None
    profession: AppId | None = None
    """The id of a domain of kind `profession`; the domain need not exist yet."""
    interests: Annotated[
        dict[Word, Annotated[float, Meta(ge=0, le=1_000_000)]], Meta(max_length=INTERESTS_MAX)
    ] = {}
    """Tag to weight; only the proportions matter."""
    language: Language | None = None
    consent: Consent = Consent()
    minor: bool = False
    """A child's account: no ads, and no place found by position."""
    created_at: Time | None = None
    """When the person joined; the community's clock at the first write when left out."""
    translations: Names = {}
    """Their name as readers of other languages are shown it."""

    def __post_init__(self) -> None:
        for field in ("present_at", "created_at"):
            time = getattr(self, field)
            if time is not None and time < EPOCH:
                raise refuse(field, "must not lie before 1970")
        check_years(self, "present_at", "created_at")
        if self.present_at is not None and self.present is None:
            raise refuse("present_at", "says when a present position was told; send `present` too")


class PersonOut(msgspec.Struct, frozen=True, kw_only=True):
    """A person as they are read back."""

    id: str
    name: str
    home: Position | None
    present: Position | None
    present_at: TimeText | None
    profession: str | None
    interests: dict[str, float]
    language: str | None
    consent: Consent
    minor: bool
    created_at: TimeText
    translations: dict[str, TranslatedName]


def person_out(person_id: str, person: PersonIn, created: Instant) -> PersonOut:
    """Show a stored person under their app's id."""
    stated = person.present_at
    return PersonOut(
        id=person_id,
        name=person.name,
        home=person.home,
        present=person.present,
        present_at=None if stated is None else time_text(instant_of(stated)),
        profession=person.profession,
        interests=person.interests,
        language=person.language,
        consent=person.consent,
        minor=person.minor,
        created_at=time_text(created),
        translations=person.translations,
    )
