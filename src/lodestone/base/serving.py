"""Which tasks serve: those of requests, and those that run beside them until the end.

What serves may not wait for a database on the event loop; starting, closing and the command line may.
"""

from contextvars import ContextVar, Token
from typing import Final

_SERVING: Final[ContextVar[bool]] = ContextVar("serving", default=False)


def begin_serving() -> Token[bool]:
    """Say that the present task, and whatever it starts, serves."""
    return _SERVING.set(True)


def end_serving(token: Token[bool]) -> None:
    """Take back what `begin_serving` said."""
    _SERVING.reset(token)


def is_serving() -> bool:
    """Say whether the present task serves.

    >>> token = begin_serving()
    >>> is_serving(), end_serving(token), is_serving()
    (True, None, False)
    """
    return _SERVING.get()
