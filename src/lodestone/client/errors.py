"""What can go wrong between an app and the engine, as one small tree.

ClientError               the root: status, code, message, details
├── RefusedError          the engine said no; asking the same again will not help
│   ├── UnknownError      it is not here (404), or no longer (410)
│   └── ConflictError     it does not fit the present state (409)
├── BusyError             over a limit or not able now (429, 503), after every try
├── UnreachableError      no answer came, after every try
└── StrangeAnswerError    an answer came, and not from the engine or not in its form
"""

from lodestone.base.errors import Problem


class ClientError(Exception):
    """The root: `code` is stable, `message` says what to do, `details` name the fields at fault.

    `status` is 0 where no answer came.
    """

    def __init__(
        self, status: int, code: str, message: str, details: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


class RefusedError(ClientError):
    """The engine refused; asking the same again will not help."""


class UnknownError(RefusedError):
    """There is no such object here (404), or there is none any more (410)."""


class ConflictError(RefusedError):
    """It does not fit the present state (409)."""


class BusyError(ClientError):
    """The engine asked to wait and was waited for as often as was allowed.

    `retry_seconds` says how long it asked for last, None where it did not say.
    """

    def __init__(
        self, status: int, code: str, message: str, *, retry_seconds: float | None = None
    ) -> None:
        super().__init__(status, code, message)
        self.retry_seconds = retry_seconds


class UnreachableError(ClientError):
    """No answer came. What was asked may have been done all the same, unless it could not be sent."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "unreachable", message)


class StrangeAnswerError(ClientError):
    """An answer came that is not in the engine's form: a proxy's, or another version's."""
