"""Let compiled code be loaded, or compiled the first time, before anybody waits for it.

The first feed of a process took 0.3 to 0.8 s of processor for it, the first events as long, and 6.7 s where nothing had
been compiled yet.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from lodestone.ads.invalid_traffic import is_bot
from lodestone.base.clock import Instant
from lodestone.events.dedupe import Dedupe
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.state import ATTENTION, State
from lodestone.models import author_debiasing, item_logits, rates
from lodestone.services.feed.cursor import Chain
from lodestone.services.feed.messages import FeedRequest
from lodestone.services.feed.stages import Stages
from lodestone.traffic.codec import DecisionPacker, encode
from lodestone.traffic.pricer import PacingAccount

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

_NOWHERE = float("nan")


def rehearse(engine: "Engine") -> None:
    """Decide one page and forget it, and count some facts in a state that is thrown away."""
    rehearse_facts()
    is_bot("")
    state, directory = engine.state, engine.directory
    names = (name for name in directory.person_ids if name is not None)
    if state.item_count:
        _decide(engine, next(names, None))


def _decide(engine: "Engine", person: str | None) -> None:
    request, now, keeper = FeedRequest(viewer=person, slots=10), engine.now(), engine.housekeeper
    viewer = engine.hydrator.viewer(request, keeper.policy, now, gated=keeper.sweep.gated)
    setting = engine.setting(request, now, Chain(), [])
    decision = engine.parts.decider.decide(viewer, setting, Stages(None), PacingAccount())
    DecisionPacker().pack(encode(decision))


@cache
def rehearse_facts() -> None:
    """Apply a fact of every kind to a state of one person and one item; once a process."""
    state = State(ATTENTION)
    person = PersonRow(
        1,
        Instant(0),
        _NOWHERE,
        _NOWHERE,
        _NOWHERE,
        _NOWHERE,
        Instant(0),
        -1,
        -1,
        personalised=True,
        minor=False,
        interests=(),
    )
    item = ItemRow(
        0, 1, Instant(0), 0, 1, 0, _NOWHERE, _NOWHERE, 5.0, -1, (), (), (0,), (1.0,) + (0.0,) * 63
    )
    state.put_person(0, person, [0.0] * 64)
    state.put_item(item, 0, 0)
    kinds = [kind for kind in FactKind if kind <= FactKind.UNFOLLOW]
    facts = empty_facts(len(kinds))
    facts["kind"], facts["person"], facts["item"], facts["slot"] = kinds, 1, 0, 1
    rows = np.zeros(facts.size, np.int64)
    state.apply(facts, rows, rows - 1)
    item_logits.materialise(rates.default_model(), state, np.zeros(1, np.int64))
    author_debiasing.author_shift(rates.default_model(), state)
    state.erase(0)
    keys = Dedupe(places=2)
    for key in range(1, 5):
        keys.claim(np.array([key], np.uint64), np.zeros(1, np.int64))
    keys.release(np.array([1], np.uint64))
