"""What an installation carries just now: receipts, facts, price steps, alarms, commits, memory by part."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lodestone.services.engine import Engine
from lodestone.services.support.failures import Failures
from lodestone.stores.ports import LogLoad
from lodestone.traffic.pricer import alarms, bits_of


@dataclass(frozen=True, slots=True)
class Load:
    """All open communities together."""

    receipts: int
    facts: int
    price_steps: int
    alarms: dict[str, int]
    """Promises that cannot be kept, by their kind; every kind that is promised is there."""
    logs: tuple[LogLoad, ...]
    memory_bytes: dict[str, int]
    """What arrays take, by part."""
    background_failures: dict[str, int]
    """How often background work has failed, by job."""
    background_waiting: int
    """What has failed and not been made good."""


def load_of(engines: Iterable[Engine], own: Failures | None = None) -> Load:
    """Add up what the open communities carry, and what background work has failed; `own` is the installation's."""
    found = list(engines)
    registries = [engine.failures for engine in found] + ([] if own is None else [own])
    failed: dict[str, int] = {}
    for registry in registries:
        for job, count in registry.counts.items():
            failed[job] = failed.get(job, 0) + count
    ringing: dict[str, int] = {}
    memory: dict[str, int] = {}
    for engine in found:
        keeper = engine.housekeeper
        rings = set(alarms(keeper.pricer, keeper.policy))
        for promise in bits_of(keeper.policy).values():
            ringing[promise.kind] = ringing.get(promise.kind, 0) + (promise.id in rings)
        for part, size in _memory(engine).items():
            memory[part] = memory.get(part, 0) + size
    return Load(
        receipts=sum(engine.log.receipt_next() for engine in found),
        facts=sum(engine.log.end() for engine in found),
        price_steps=sum(engine.housekeeper.pricer.vector.version for engine in found),
        alarms=ringing,
        logs=tuple(engine.log.load() for engine in found),
        memory_bytes=memory,
        background_failures=failed,
        background_waiting=sum(len(one.standing()) for one in registries),
    )


def _memory(engine: Engine) -> dict[str, int]:
    ingest = engine.ingest
    return {
        **engine.state.memory(),
        "lists": array_bytes(engine.parts.postings),
        "vectors": array_bytes(engine.parts.index),
        "duplicates": ingest.events.bytes + ingest.slots.bytes,
    }


def array_bytes(holder: object) -> int:
    """Return the bytes of the arrays that an object holds, and those that its own parts hold.

    Dictionaries, sets and what libraries keep for themselves are not looked into.
    """
    size = 0
    for value in vars(holder).values():
        if isinstance(value, np.ndarray):
            size += value.nbytes
        elif type(value).__module__.startswith("lodestone.") and hasattr(value, "__dict__"):
            size += array_bytes(value)
    return size
