"""Every column of the serving state is written in `features` alone, and moved by its owner only."""

import ast
from pathlib import Path

import pytest

from lodestone.features import derived
from lodestone.features.state import State
from lodestone.features.view import StateView

SRC = Path(__file__).parents[2] / "src" / "lodestone"
COLUMNS = {name for name, member in vars(StateView).items() if isinstance(member, property)}
PARTS = {
    "edges": {"apply", "erase", "fill"},
    "history": {"note", "erase", "fill"},
    "marks": {"put", "fill"},
    "budgets": {"reserve", "cancel", "lower", "follow", "follow_one", "forget", "fill"},
    "domains": {"pop", "update", "clear", "setdefault"},
    "author_of_owner": {"pop", "update", "clear", "setdefault"},
    **{
        name: {"put", "drop", "reserve", "fill"} for name in ("affinity", "like", "watch", "follow")
    },
}
"""What changes each part of the state that is no array."""
READING = {name for name, member in vars(StateView).items() if callable(member)}
MOVING = {
    name for name, member in vars(State).items() if callable(member) and not name.startswith("_")
} - READING
DERIVING = {
    name
    for name, one in vars(derived).items()
    if getattr(one, "__module__", "") == derived.__name__
}
OWNERS = {
    "services/community/": MOVING,  # takes facts and records' changes to the state
    "services/pricing/": {"graduate"} | DERIVING,  # maintenance; that a post graduates it writes as a fact
    "models/item_logits.py": {"logit_floats"},
    "models/author_debiasing.py": {"put_quiet"},
    "insight/evaluation.py": {"apply", "advance_day"},  # on a state of its own, made of facts
    "bootstrap/copies.py": {"put_person", "put_item"},  # the same, of a copy
}  # fmt: skip
IN_COMMUNITY = {
    "services/community/": {"marks", "budgets"},
    "services/ads/": {"budgets"},  # sets aside what a slot can cost before anybody sees it
}
"""Parts that an owner moves by their own methods."""


def sources():
    return [path for path in sorted(SRC.rglob("*.py")) if "features" not in path.parts]


def is_state(node):
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
    return name in {"state", "_state"}


def root_of(node, aliases):
    """Return the column that an expression is a part of, None when it is none of the state's."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and node.attr in COLUMNS and is_state(node.value):
        return node.attr
    return aliases.get(node.id) if isinstance(node, ast.Name) else None


def assigned(node):
    """Yield every target of an assignment with what it is given, None where that is not one expression."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple):
                alone = isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(
                    target.elts
                )
                yield from zip(
                    target.elts,
                    node.value.elts if alone else [None] * len(target.elts),
                    strict=True,
                )
            else:
                yield target, node.value
    elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
        yield node.target, None
    elif isinstance(node, ast.AnnAssign):
        yield node.target, node.value


def written(tree):
    """Yield every column that a tree writes, and the line."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]  # fmt: skip
    for scope in [*functions, tree]:
        aliases = {}
        nodes = sorted(
            (one for one in ast.walk(scope) if hasattr(one, "lineno")), key=lambda one: one.lineno
        )
        for node in nodes:
            for target, value in assigned(node):
                if isinstance(target, ast.Name):
                    root = root_of(value, aliases)
                    aliases.pop(target.id, None)
                    if root is not None:
                        aliases[target.id] = root
                elif isinstance(target, ast.Subscript | ast.Attribute):
                    root = root_of(target, aliases)
                    if root is not None:
                        yield root, target.lineno


def moved(tree):
    """Yield every call that moves the state: its name, and the part it is called on."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, on = node.func.attr, node.func.value
        if (name in MOVING and is_state(on)) or (
            name in DERIVING and isinstance(on, ast.Name) and on.id == "derived"
        ):
            yield name, None, node.lineno
        elif (
            isinstance(on, ast.Attribute) and is_state(on.value) and name in PARTS.get(on.attr, ())
        ):
            yield name, on.attr, node.lineno


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(SRC)))
def test_nothing_outside_features_writes_a_column_of_the_state(path):
    found = sorted(set(written(ast.parse(path.read_text()))))

    assert found == [], "call a method of the state, or a function of features.derived"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(SRC)))
def test_the_state_is_moved_by_its_owners_alone(path):
    name = str(path.relative_to(SRC))
    allowed = set().union(*(moves for start, moves in OWNERS.items() if name.startswith(start)))
    parts = set().union(*(some for start, some in IN_COMMUNITY.items() if name.startswith(start)))
    found = [
        (move, part, line)
        for move, part, line in moved(ast.parse(path.read_text()))
        if (move not in allowed if part is None else part not in parts)
    ]

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "self.state.offset += 1",
        "engine.state.items['climbed'][3] = 1",
        "def f(state):\n    items = state.items[:4]\n    items['need'] = 0",
        "def f(self):\n    state = self._state\n    held, other = state.people[3], 4\n    state.people[3]['minor'] = 1",
        "def f(state):\n    state.quiet = 3",
        "def f(state):\n    items, count = state.items[:4], 4\n    items['need'] = 0",
    ],
)
def test_a_write_would_be_seen(code):
    assert list(written(ast.parse(code)))


def test_what_may_be_written_is_known():
    assert {"items", "offset", "quiet", "people", "marks"} <= COLUMNS
    assert {"apply", "put_person", "erase", "skip", "graduate"} <= MOVING
    assert {"put_items", "put_quiet", "put_authors", "fill_items", "logit_floats"} == DERIVING
