"""Who acts: the key or person behind a request, so that what they change is written down beside the change itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever a request acts for, and by which route."""

    route: str
    """Method and template, such as `PUT /v1/shops/{shop_id}`."""
    clock: Callable[[str], Instant]
    """Returns what a community's clock shows. Called from threads of the records."""
    key_id: str = ""
    """Of the key that was shown; empty for a page's session."""
    person: int | None = None
    """The ordinal of the person who acts: whose session it is, or as whom a desk's key serves."""
    subject: tuple[str, str] = ("", "")
    """Kind and id of what the path names last, recorded where a write says nothing more of itself."""
    every_write: bool = True
    """Record every write; else only the writes that say what they changed."""


_ACTOR: Final[ContextVar[Actor | None]] = ContextVar("actor", default=None)


def present_actor() -> Actor | None:
    """Return who acts in the present task or thread; None in what time brings about, and in what is not recorded."""
    return _ACTOR.get()


@contextmanager
def acting(actor: Actor | None) -> Iterator[None]:
    """Let somebody act, or nobody, until the end of the block.

    >>> with acting(Actor(route="PUT /v1/policy", clock=lambda community: Instant(0))):
    ...     present_actor().route
    'PUT /v1/policy'
    >>> present_actor() is None
    True
    """
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


def act_as(actor: Actor) -> None:
    """Let somebody act for the rest of the present request: a form's sender is known only once the form is read.

    Whoever began the request with `acting` ends this too.
    """
    _ACTOR.set(actor)
