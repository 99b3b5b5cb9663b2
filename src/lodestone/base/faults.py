"""Why an object is not taken: one reason among several, the field at fault, and the error it is answered as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from lodestone.base.errors import ConflictError, InvalidError, LodestoneError, Problem, UnknownError

Refusal = TypeVar("Refusal", bound=Enum)
Anything = TypeVar("Anything", bound="FaultOf")  # type: ignore[type-arg]  # of any subject's refusals


@dataclass(frozen=True, slots=True)
class FaultOf(Generic[Refusal]):
    """One reason to refuse, and the field at fault. A subject names its refusals, in order of precedence."""

    CURES: ClassVar[Mapping[Any, str]]
    """What each means and what to do, said of the field at fault."""
    UNKNOWN: ClassVar[frozenset[Any]]
    """Answered 404: it names what is not there."""
    CONFLICTS: ClassVar[frozenset[Any]]
    """Answered 409: it does not fit how things stand. All others are answered 400."""

    refusal: Refusal
    field: str
    detail: str = ""
    """Figures, for a person."""

    def error(self) -> LodestoneError:
        """Return what the refusal is answered as."""
        problem = self.CURES[self.refusal] + (f" ({self.detail})" if self.detail else "")
        code, message = self.refusal.name.lower(), f"{self.field} {problem}."
        details = (Problem(self.field, problem),)
        if self.refusal in self.UNKNOWN:
            return UnknownError(code, message, details)
        if self.refusal in self.CONFLICTS:
            return ConflictError(code, message, details)
        return InvalidError(code, message, details)


def first(faults: Iterable[Anything]) -> Anything | None:
    """Return the fault whose refusal comes earliest, of equal ones the first; None where there is none."""
    return min(faults, key=lambda fault: fault.refusal.value, default=None)


def raise_first(faults: Iterable[Anything]) -> None:
    """Raise the earliest fault as an error; nothing where there is none."""
    fault = first(faults)
    if fault is not None:
        raise fault.error()
