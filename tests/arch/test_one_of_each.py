"""What the house does in one place is done in no other."""

import ast
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "lodestone"
SIGNING = {
    "base/signed.py",
    "ledger/transfers.py",  # a transfer's id: hashed under a purpose and no secret, so that a log can be read without
}
"""Where BLAKE2b is told a key or a purpose. Its compiled form, `events/blake_kernel.py`, calls no library."""


def trees():
    for path in sorted(SRC.rglob("*.py")):
        yield path.relative_to(SRC).as_posix(), ast.parse(path.read_text())


def signs(node):
    """Say whether a node hashes under a key or a purpose."""
    if isinstance(node, ast.Import):
        return any(alias.name == "hmac" for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module == "hmac"
    if not isinstance(node, ast.Call):
        return False
    names = {getattr(part, "attr", getattr(part, "id", "")) for part in [node.func, *node.args]}
    return bool(names & {"blake2b", "blake2s"}) and bool(
        {keyword.arg for keyword in node.keywords} & {"key", "person", "salt"}
    )


def test_one_module_hashes_under_a_key():
    found = {name for name, tree in trees() if any(map(signs, ast.walk(tree)))}

    assert found == SIGNING


LENGTHS = {86_400: "DAY_SECONDS", 3_600_000_000: "HOUR_MICROS", 86_400_000_000: "DAY_MICROS"}
"""Lengths of time that `base/clock.py` names; 1,000,000 is one of them where something is multiplied or divided by it."""
SECOND = 1_000_000
CALCULATING = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)


def lengths(tree):
    """Yield the lines on which a length of time is written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            if node.value in LENGTHS:
                yield node.lineno
        elif isinstance(node, ast.BinOp) and isinstance(node.op, CALCULATING):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and side.value == SECOND:
                    yield side.lineno


UNITS_OF_OTHERS = {
    "base/clock.py",
    "serve/gorse/shapes.py",  # Go's units of a duration, from nanoseconds on
}


def test_the_units_of_the_clock_are_written_once():
    found = {name for name, tree in trees() for _ in lengths(tree)}

    assert found == UNITS_OF_OTHERS


def refuses_a_cursor(node):
    """Say whether a node makes the error of a cursor that is not ours, or reads one more row than is asked for."""
    if isinstance(node, ast.Constant):
        return node.value == "cursor_invalid"
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and isinstance(node.right, ast.Constant)
        and node.right.value == 1
        and getattr(node.left, "id", "") == "limit"
    )


PAGING = {
    "base/list_page.py",
    "services/feed/cursor.py",  # a feed's, which is signed and bound to its viewer
}


def test_a_page_of_a_list_is_cut_in_one_place():
    found = {name for name, tree in trees() if any(map(refuses_a_cursor, ast.walk(tree)))}

    assert found == PAGING


DOORS = ("serve/", "console/")
REACHING = {"parts", "records", "till"}
"""What lies behind a use case: what a community is put together from, its records, a transaction that is open."""
OTHERWISE = {
    name: {"parts"}
    for name in (
        "console/why.py", "console/reference/examples.py", "console/reference/routes.py", "console/reference/shapes.py",
    )
}  # fmt: skip
"""The parts of a value, as an explanation tells them, and of a schema, as the reference shows it."""
INSIDE = {"CommandContext", "TradeUnitOfWork"}
"""What code that runs within a transaction is handed."""
WRITING = {"commit", "write"}


def reaches(name, node):
    """Say whether a node of a door asks for more than a use case."""
    if isinstance(node, ast.Attribute):
        if node.attr in WRITING:
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            return getattr(owner, "attr", getattr(owner, "id", "")) == "threads"
        return node.attr in REACHING - OTHERWISE.get(name, set())
    return isinstance(node, ast.alias | ast.Name) and (
        getattr(node, "name", getattr(node, "id", "")) in INSIDE
    )


def test_doors_ask_use_cases_and_run_nothing_within_a_transaction():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        if name.startswith(DOORS)
        for node in ast.walk(tree)
        if reaches(name, node)
    ]

    assert found == []


REPORTS_READ = {"bootstrap/reporting.py"}


def test_what_reports_read_is_said_once():
    found = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "lodestone.insight.reports"
        and any(alias.name == "Sources" for alias in node.names)
    }

    assert found == REPORTS_READ


REFUSING_KEYS = {
    "services/support/idempotency.py",
    "console/assignments/refusals.py",  # says it in words of the desk
    "stores/records/small_values.py",  # a key that another process has taken meanwhile
}


def test_an_idempotency_key_is_refused_in_one_place():
    found = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == "idempotency_conflict"
    }

    assert found == REFUSING_KEYS
