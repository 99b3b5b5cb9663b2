"""What the serving state takes in memory."""

from lodestone.features.view import StateView


def memory_of(state: StateView) -> dict[str, int]:
    """Return bytes by part."""
    tables = {name: getattr(state, name) for name in ("affinity", "watch", "like", "follow")}
    parts = {name: table.nbytes for name, table in tables.items()}
    parts["items"] = state.items.nbytes + state.item_ring.nbytes + state.item_old.nbytes
    parts["authors"] = (
        state.authors.nbytes + state.author_total.nbytes + state.author_exposure.nbytes
    )
    columns = (
        state.people,
        state.person_total,
        state.interest,
        state.positives,
        state.positive_time,
    )
    parts["people"] = sum(column.nbytes for column in columns)
    parts["history"] = state.history.nbytes
    parts["seen"] = state.seen_item.nbytes + state.seen_time.nbytes
    return parts
