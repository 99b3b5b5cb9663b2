"""Dry runs as jobs: begun by a page, followed from it, left and found again while the process runs."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import BusyError, LodestoneError, UnknownError
from lodestone.services.policy.dry_run import Progress
from lodestone.services.policy.dry_run_out import DryRunOut
from lodestone.services.support.tasks import start
from lodestone.traffic.policy import Policy

KEPT: Final = 12
"""How many a community keeps; the oldest goes first."""
WAITING_MAX: Final = 3
"""How many may be unfinished at once in a community: they run one after another."""
_COMMUNITIES_MAX: Final = 200
_RETRY_SECONDS: Final = 10

Work = Callable[[Progress], Awaitable[DryRunOut]]


@dataclass(slots=True, kw_only=True)
class Trial:
    """One dry run: what is tried, how far it is, what it has found."""

    id: str
    begun: Instant
    """By the community's clock."""
    based_on: int
    """The version in force when the proposal was made."""
    proposed: Policy
    typed: Mapping[str, str] = field(repr=False)
    """The form as it was sent, to be found again with the trial."""
    done: int = 0
    """Receipts decided again so far."""
    total: int = 0
    """Receipts to decide again; 0 until that is known."""
    result: DryRunOut | None = None
    failed: str = ""
    """Why it ended without a result."""
    seconds: float = 0.0
    """How long it has run, as of its last receipt."""
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)
    """Runs it."""

    @property
    def ended(self) -> bool:
        """Say whether there is nothing more to wait for."""
        return self.result is not None or bool(self.failed)

    def seconds_left(self) -> float | None:
        """Return about how long it will still take; None before the first receipt."""
        if not self.done or self.ended:
            return None
        return self.seconds / self.done * (self.total - self.done)


class Trials:
    """The dry runs of every community of this process. Called on the event loop's thread."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Keep none yet; `timer` gives seconds that only grow."""
        self._timer = timer
        self._kept: OrderedDict[str, OrderedDict[str, Trial]] = OrderedDict()
        self._turns: dict[str, asyncio.Lock] = {}

    def begin(self, community: str, trial: Trial, work: Work) -> None:
        """Begin a trial, after those of the same community that have begun before.

        Args:
            community: Whose.
            trial: As it begins.
            work: Runs the dry run, which tells how far it is.

        Raises:
            BusyError: `trials_busy`: too many wait already.
        """
        trials = self._kept.setdefault(community, OrderedDict())
        self._kept.move_to_end(community)
        if sum(not trial.ended for trial in trials.values()) >= WAITING_MAX:
            message = "other dry runs of this community have not ended yet; wait for them"
            raise BusyError("trials_busy", message, retry_seconds=_RETRY_SECONDS)
        trials[trial.id] = trial
        while len(trials) > KEPT:
            del trials[next(name for name, trial in trials.items() if trial.ended)]
        while len(self._kept) > _COMMUNITIES_MAX:
            self._turns.pop(self._kept.popitem(last=False)[0], None)
        turn = self._turns.setdefault(community, asyncio.Lock())
        trial.task = start("dry run", self._run(trial, turn, work))

    def find(self, community: str, trial_id: str) -> Trial:
        """Return a trial. Raises UnknownError."""
        trials = self._kept.get(community)
        trial = None if trials is None else trials.get(trial_id)
        if trial is None:
            message = "this dry run is not kept any more; try the policy again"
            raise UnknownError("trial_unknown", message)
        return trial

    def latest(self, community: str) -> list[Trial]:
        """Return a community's trials, the newest first."""
        trials = self._kept.get(community)
        return [] if trials is None else list(trials.values())[::-1]

    async def _run(self, trial: Trial, turn: asyncio.Lock, work: Work) -> None:
        async with turn:
            began = self._timer()

            def progress(done: int, total: int) -> None:
                trial.done, trial.total = done, total
                trial.seconds = self._timer() - began

            try:
                trial.result = await work(progress)
            except LodestoneError as error:
                trial.failed = error.message
            finally:
                if not trial.ended:
                    trial.failed = "it was broken off; see the server's log"
