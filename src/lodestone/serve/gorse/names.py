"""Bodies as Go's decoder reads them: names of fields in any case, and `null` for a field that is left out."""

from typing import Any, Final

from litestar import Request

_NAMES: Final = {
    name.lower(): name
    for name in (
        "UserId",
        "ItemId",
        "Labels",
        "Comment",
        "IsHidden",
        "Categories",
        "Timestamp",
        "FeedbackType",
        "Value",
    )
}
"""Every field that Gorse's routes read, by its name in small letters; names inside `Labels` are the app's own."""


class GorseRequest(Request[Any, Any, Any]):
    """A request to one of Gorse's routes."""

    async def json(self) -> Any:
        """Return the body with its fields named as the documentation names them."""
        body = await super().json()
        if isinstance(body, list):
            return [as_named(row) for row in body]
        return as_named(body)


def as_named(row: Any) -> Any:
    """Name the fields of one object as the documentation does, leaving out those that are null.

    A field that comes twice in different cases counts as the later one.

    >>> as_named({"userId": "ann", "LABELS": {"Size": 1}, "comment": None})
    {'UserId': 'ann', 'Labels': {'Size': 1}}
    """
    if not isinstance(row, dict):
        return row
    named = {_NAMES.get(name.lower(), name): value for name, value in row.items()}
    return {name: value for name, value in named.items() if value is not None}
