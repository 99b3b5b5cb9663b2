"""Every text and every number that a request can bring is bounded where it is declared, or says here who bounds it."""

import typing

import msgspec
import pytest
from msgspec import inspect

from lodestone.content import ItemIn
from lodestone.events.wire import EventIn
from lodestone.people import PersonIn
from lodestone.serve.gorse import routes
from lodestone.serve.v1 import (
    ads,
    catalogue,
    comments,
    feed,
    ledger,
    live,
    operator,
    orders,
    payments,
    reviews,
    shops,
    webhooks,
)
from lodestone.services.feed.messages import FeedRequest

HANDLERS = [
    *routes.HANDLERS, *ads.ROUTES, *catalogue.ROUTES, *comments.ROUTES, *feed.ROUTES, *live.ROUTES, *ledger.ROUTES,
    *operator.ROUTES, *orders.ROUTES, *payments.ROUTES, *reviews.ROUTES, *shops.ROUTES,
    *webhooks.ROUTES,
]  # fmt: skip
LOOKED_UP = {
    "EventIn.type": "found in a table of words, or refused",
    "EventIn.receipt_id": "decrypted to a number, or no receipt",
    "EventIn.beacon": "opened under its signature, or refused",
}
"""The hot route's own: a pattern for each would cost it a tenth, and what they are used for refuses the rest."""


def bodies():
    for handler in HANDLERS:
        hints = typing.get_type_hints(handler.fn, include_extras=True)
        if "data" in hints:
            yield handler.fn.__name__, typing.get_args(hints["data"])[0]
    for kind in (EventIn, PersonIn, ItemIn, FeedRequest):
        yield kind.__name__, kind


def leaves(kind, path, seen):
    """Yield every text and whole number below a type, with its path."""
    match kind:
        case inspect.StrType() | inspect.IntType():
            yield path, kind
        case inspect.Metadata(type=described):
            yield from leaves(described, path, seen)
        case inspect.StructType(cls=cls, fields=fields) if cls not in seen:
            for field in fields:
                yield from leaves(field.type, f"{cls.__name__}.{field.name}", {*seen, cls})
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            for part in types:
                yield from leaves(part, path, seen)
        case inspect.ListType(item_type=part) | inspect.VarTupleType(item_type=part):
            yield from leaves(part, path, seen)
        case inspect.DictType(key_type=key, value_type=value):
            yield from leaves(key, path, seen)
            yield from leaves(value, path, seen)


def unbounded(kind):
    if isinstance(kind, inspect.StrType):
        repeats = kind.pattern is None or "+" in kind.pattern or "*" in kind.pattern
        return kind.pattern is None or (repeats and kind.max_length is None)
    least = kind.ge if kind.ge is not None else kind.gt
    most = kind.le if kind.le is not None else kind.lt
    return least is None or most is None or least < -(2**63) or most > 2**63 - 1


def test_every_text_and_number_of_every_body_is_bounded():
    loose = {
        path
        for name, body in bodies()
        for path, kind in leaves(inspect.type_info(body), name, set())
        if unbounded(kind) and path not in LOOKED_UP
    }
    assert sorted(loose) == []


def test_what_is_looked_up_instead_still_exists():
    paths = {path for path, _ in leaves(inspect.type_info(EventIn), "EventIn", set())}

    assert LOOKED_UP.keys() <= paths


@pytest.mark.parametrize(
    "kind",
    [
        str,
        int,
        typing.Annotated[str, msgspec.Meta(max_length=9)],
        typing.Annotated[int, msgspec.Meta(description="n")],
    ],
)
def test_a_field_without_bounds_would_be_seen(kind):
    body = msgspec.defstruct("Body", [("field", kind)])

    assert [unbounded(leaf) for _, leaf in leaves(inspect.type_info(body), "", set())] == [True]
