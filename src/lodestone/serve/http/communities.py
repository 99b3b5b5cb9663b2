"""What answering requests asks of the communities that a process serves, whether it decides feeds or takes orders only."""

from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.services.commerce.commands import Trade
from lodestone.services.support import DatabaseThreads
from lodestone.services.support.idempotency import StoredAnswers


class Communities(Protocol):
    """Every community of a process, by its id."""

    @property
    def threads(self) -> DatabaseThreads:
        """Return the threads in which whatever asks the records is called."""
        ...

    @property
    def answers(self) -> StoredAnswers:
        """Return what was answered under idempotency keys."""
        ...

    def now(self, community: str) -> Instant:
        """Return what a community's clock shows. Raises UnknownError where it is not known here."""
        ...

    def only(self) -> str | None:
        """Return the one community there is, None when there are none or several."""
        ...


class Trader(Protocol):
    """One community that takes orders."""

    @property
    def trade(self) -> Trade:
        """Return its trade."""
        ...


class Traders(Communities, Protocol):
    """Communities that take orders: those of the process that owns the home, or of one beside it."""

    def of(self, community: str | None) -> Trader:
        """Return an active community. Raises UnknownError."""
        ...
