"""What each stage of a decision took."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lodestone.services.feed.messages import StageNote


@dataclass(slots=True)
class Stages:
    """Notes what each stage took, when somebody asked to see it."""

    cpu: Callable[[], int] | None
    notes: list[StageNote] = field(default_factory=list)
    _last: int = 0

    def start(self) -> None:
        """Begin the first stage."""
        if self.cpu is not None:
            self._last = self.cpu()

    def done(self, name: str, into: int, out: int) -> None:
        """End a stage and begin the next."""
        if self.cpu is not None:
            now = self.cpu()
            spent = round((now - self._last) / 1000, 1)
            self.notes.append(StageNote(name=name, cpu_us=spent, into=into, out=out))
            self._last = self.cpu()
