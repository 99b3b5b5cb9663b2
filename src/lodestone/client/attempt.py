"""One call from its first try to its answer, without IO: what to send, how long to wait, what was said.

A shell sends `Attempt.request`, tells `after` what it heard and either sleeps as long as that says
or takes the `result`. So waiting, giving up and reading are written once for both shells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from random import Random
from typing import Any, Final, Generic, TypeVar

import msgspec

from lodestone.base.errors import Problem
from lodestone.client.errors import (
    BusyError,
    ClientError,
    ConflictError,
    RefusedError,
    StrangeAnswerError,
    UnknownError,
    UnreachableError,
)

Result = TypeVar("Result")
_LATER: Final = (429, 503)
_KINDS: Final[Mapping[int, type[ClientError]]] = {
    404: UnknownError,
    409: ConflictError,
    410: UnknownError,
}


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One thing to ask for, and how its answer is read."""

    method: str
    path: str
    """From the first slash, its parts percent-encoded."""
    read: Callable[[bytes], Result]
    content: bytes | None = None
    kind: str = "application/json"
    """The content's media type."""
    keyed: bool = False
    """It makes something: every try of it carries one idempotency key."""
    repeatable: bool = True
    """Done twice it is as if done once, or does no harm."""


def nothing(_: bytes) -> None:
    """Read an answer that says no more than that it was done."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long to wait for an engine that is busy or does not answer.

    The wait doubles from `first_seconds`, half of it by chance; one the engine asks for comes first. One
    that is longer than `longest_seconds` is not waited for at all: the call fails and says how long.
    """

    tries: int = 5
    first_seconds: float = 0.5
    longest_seconds: float = 60.0

    def __post_init__(self) -> None:
        assert self.tries >= 1, "a call is tried at least once"
        assert 0 <= self.first_seconds <= self.longest_seconds


@dataclass(frozen=True, slots=True)
class Request:
    """What a shell sends."""

    method: str
    path: str
    content: bytes | None
    headers: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer; `sent` is False where the request cannot have reached the engine."""

    reason: str
    sent: bool


Heard = Answer | Fault


@dataclass(slots=True)
class Attempt(Generic[Result]):
    """One call being made."""

    call: Call[Result]
    request: Request
    retries: Retries
    chance: Random
    tried: int = field(default=0)

    def after(self, heard: Heard) -> float | None:
        """Return for how many seconds to wait before sending again, None to take the result now."""
        self.tried += 1
        if self.tried >= self.retries.tries:
            return None
        if isinstance(heard, Fault):
            return self._backoff() if self.call.repeatable or not heard.sent else None
        if heard.status not in _LATER:
            return None
        asked_seconds = _told_seconds(heard.headers)
        if asked_seconds is None:
            return self._backoff()
        if asked_seconds > self.retries.longest_seconds:
            return None
        # A little more than was asked for, or all who were told the same come back at once.
        return asked_seconds + self.chance.random() * min(asked_seconds, self.retries.first_seconds)

    def _backoff(self) -> float:
        span = min(
            self.retries.longest_seconds, self.retries.first_seconds * 2.0 ** (self.tried - 1)
        )
        return span / 2 + self.chance.random() * span / 2

    def result(self, heard: Heard) -> Result:
        """Read the last that was heard.

        Raises:
            ClientError: It was refused, or no answer came.
        """
        if isinstance(heard, Fault):
            raise UnreachableError(f"{self.call.method} {self.call.path}: {heard.reason}")
        if not 200 <= heard.status < 300:
            raise _refusal(heard)
        try:
            return self.call.read(heard.content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"{self.call.method} {self.call.path} was not answered in its form: {error}"
            raise StrangeAnswerError(heard.status, "answer_strange", message) from error


def _told_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long the engine asks to wait: seconds, or a date against the answer's own."""
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        span = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(span.total_seconds(), 0.0)


def _refusal(answer: Answer) -> ClientError:
    """Read a refusal; what stands between (a proxy) may answer in a form of its own."""
    status = answer.status
    try:
        error = msgspec.json.decode(answer.content)["error"]
        code, message = str(error["code"]), str(error["message"])
        details = tuple(_problem(detail) for detail in error.get("details", ()))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        code, message, details = "no_answer", answer.reason or "not the engine's own answer", ()
        if status not in _LATER:
            return StrangeAnswerError(status, code, message)
    if status in _LATER:
        return BusyError(status, code, message, retry_seconds=_told_seconds(answer.headers))
    return _KINDS.get(status, RefusedError)(status, code, message, details)


def _problem(detail: Any) -> Problem:
    return Problem(str(detail["field"]), str(detail["problem"]))
