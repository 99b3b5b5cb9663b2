"""Trouble in the world, as one small tree; the doors turn each branch into a status in one table.

An expected refusal is a returned value. What is raised here ends the use case, has changed
nothing, and says which field was wrong and what to do about it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field: its path as the sender wrote it, and the cure."""

    field: str
    problem: str


class LodestoneError(Exception):
    """The root: a stable code, a message that says what to do, and the fields at fault."""

    def __init__(self, code: str, message: str, details: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class InvalidError(LodestoneError):
    """The input is malformed or breaks a rule; sending it again will not help."""


class UnauthorisedError(LodestoneError):
    """No key, or one that is not known."""


class ForbiddenError(LodestoneError):
    """The key is good but lacks the scope."""


class UnknownError(LodestoneError):
    """There is no such object in this community."""


class ConflictError(LodestoneError):
    """The request does not fit the present state: another body under one key, a clock set back."""


class GoneError(LodestoneError):
    """It was here and has been erased."""


class BusyError(LodestoneError):
    """Over a limit; `retry_seconds` says when to come back."""

    def __init__(self, code: str, message: str, *, retry_seconds: int) -> None:
        super().__init__(code, message)
        self.retry_seconds = retry_seconds


class UnavailableError(LodestoneError):
    """Something needed does not answer; nothing was done, and trying again is right."""


class NotOfferedError(LodestoneError):
    """A route of another product's interface that is answered here by saying what to use instead."""


class InternalError(LodestoneError):
    """A fault of ours: it has been logged, nothing was done, and the request is at fault at most by what it met."""


class CorruptError(LodestoneError):
    """Stored bytes are not what was written; names where."""


class LossError(LodestoneError):
    """Something that an installation must have is gone, or is not what it was; each detail names a file and a cure."""
