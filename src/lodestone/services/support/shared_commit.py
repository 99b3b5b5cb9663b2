"""A commit that many requests share, in which one that breaks it off fails alone."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import structlog

from lodestone.base.errors import (
    ConflictError,
    CorruptError,
    InternalError,
    LodestoneError,
    UnavailableError,
)
from lodestone.base.pieces import Pieces

Ask = TypeVar("Ask")
CLASHES: Final = "ledger_busy"
"""Another transaction came between; also what a row says that can never be written beside another."""
_LOG: Final = structlog.get_logger("lodestone.services")


def is_refusal(error: LodestoneError) -> bool:
    """Say whether an error is an answer to one request, and no trouble of the store or of ours."""
    return not isinstance(error, CorruptError | InternalError | UnavailableError)


async def commit_apart(
    batch: Sequence[Ask],
    commit: Callable[[Sequence[Ask]], Awaitable[None]],
    fail: Callable[[Ask, Exception], None],
) -> None:
    """Commit a batch; should one of it break the commit off, commit its halves, down to the one at fault.

    Every other one of the batch is served, in its order; see `Pieces`. A store that does not answer fails the whole batch at once: asking it n times would help nobody.

    Args:
        batch: In the order they take effect.
        commit: Serves some of the batch in one transaction and answers them. Raises when nothing was done, or
            what doing again does no harm to.
        fail: Is told of each that was not served, and what its commit raised; see `answer_to`.
    """
    pieces = Pieces(batch)
    for some in pieces:
        try:
            await commit(some)
        except Exception as error:  # noqa: BLE001  whatever it is, it is one request's and must not be the others'
            if is_silence(error) or not pieces.split(some):
                for ask in some:
                    fail(ask, error)


def answer_to(error: Exception) -> LodestoneError:
    """Return what a request is answered that was not served; a fault of ours is logged, and told nobody."""
    if isinstance(error, LodestoneError) and not isinstance(error, CorruptError):
        return error
    return fault_of(error)


def fault_of(error: Exception) -> InternalError:
    """Log what a request broke on, once, and return what it is answered."""
    _LOG.error("request failed alone", kind=type(error).__name__, exc_info=error)
    fault = InternalError("internal", "something went wrong here; it has been logged")
    fault.__cause__ = error
    return fault


@contextmanager
def provider_silence() -> Iterator[None]:
    """Have a provider that does not answer be one row's failure, not the store's silence.

    Raises:
        ConflictError: `provider_silent`.
    """
    try:
        yield
    except UnavailableError as error:
        raise ConflictError("provider_silent", error.message) from error


def is_silence(error: Exception) -> bool:
    """Say whether the store does not answer, so that no part of the batch can be served either."""
    return isinstance(error, UnavailableError) and error.code != CLASHES
