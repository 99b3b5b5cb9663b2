"""A slot of a stored decision, as its beacon would tell it."""

from lodestone.events.beacon import Beacon
from lodestone.events.facts import FLAG_EXPLORED
from lodestone.stores.ports import Log
from lodestone.traffic.codec import decode, decode_who


def slot_of(log: Log, sequence: int, slot: int) -> Beacon | None:
    """Return what a beacon of this slot would say, None when no such slot was served."""
    parts = log.receipt(sequence)
    if parts is None or not parts.who:
        return None
    person, _ = decode_who(parts.who)
    decision = decode(parts.what, person)
    if not 1 <= slot <= decision.choice.pool_index.size:
        return None
    index = int(decision.choice.pool_index[slot - 1])
    pool = decision.pool
    explored = slot - 1 == decision.choice.explored_slot
    return Beacon(
        sequence, int(pool.promises[index]), int(pool.item[index]), decision.time // 1_000_000,
        person & 0xFFFFFFFF if person >= 0 else 0xFFFFFFFF, int(pool.domain[index]),
        int(pool.domain_kind[index]), int(pool.source[index]), decision.surface, slot,
        FLAG_EXPLORED if explored else 0,
    )  # fmt: skip


def item_at(log: Log, sequence: int, slot: int) -> int | None:
    """Return the row of the item that a slot showed, None when no such slot was served."""
    found = slot_of(log, sequence, slot)
    return None if found is None else found.item
