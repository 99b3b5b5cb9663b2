"""Every module or attribute that a string names is there: an import is checked by every tool, a name in a string by none."""

import ast
import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = {
    "lodestone": ROOT / "src",
    "tests": ROOT,
    "bench": ROOT,
    "uvicorn": Path(importlib.import_module("uvicorn").__file__).parents[1],
}
DOTTED = re.compile(rf"(?:{'|'.join(PLACES)})(?:\.[A-Za-z_]\w*)+")
ATTRIBUTE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
FILES = {"lodestone.toml"}
"""The one file whose name reads like a module's."""


def sources():
    return sorted(path for folder in ("bench", "tests", "scripts") for path in (ROOT / folder).rglob("*.py"))  # fmt: skip


def text_of(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def named(tree):
    """Yield (module or attribute, attribute of it or "") of every string that is such a name and nothing else.

    In a row `("decode", "lodestone.serve.http.asgi", "decode")` the word after a module is an attribute of it.
    """
    followed = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List):
            followed |= {id(one): text_of(after) for one, after in zip(node.elts, node.elts[1:], strict=False)}  # fmt: skip
    for node in ast.walk(tree):
        text = text_of(node)
        if DOTTED.fullmatch(text) and text not in FILES:
            after = followed.get(id(node), "")
            yield text, after if ATTRIBUTE.fullmatch(after) else ""


def is_module(name):
    path = PLACES[name.partition(".")[0]] / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def is_there(name, attribute):
    """Say whether a dotted name is a module, or an attribute of the longest module that it begins with."""
    module, parts = name, [*filter(None, attribute.split("."))]
    while not is_module(module):
        module, _, last = module.rpartition(".")
        parts.insert(0, last)
        if not module:
            return False
    try:
        reduce(getattr, parts, importlib.import_module(module) if parts else None)
    except AttributeError:
        return False
    return True


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_string_names_is_there(path):
    assert [one for one in named(ast.parse(path.read_text())) if not is_there(*one)] == []


@pytest.mark.parametrize(
    ("code", "there"),
    [
        ('["-m", "tests.worlds.siege", home]', True),
        ('["-m", "tests.worlds." "none", home]', False),
        ('("decode", "lodestone.serve.http.asgi", "decode")', True),
        ('("decode", "lodestone.serve.http.asgi", "absent")', False),
        ('("out", "uvicorn.protocols.http.httptools_impl", "RequestResponseCycle.send")', True),
        ('patch.setattr("lodestone.serve.http.asgi.decode", None)', True),
        ('patch.setattr("lodestone.serve.http.asgi.encoded", None)', False),
    ],
)  # fmt: skip
def test_a_stale_name_would_be_seen(code, there):
    (one,) = named(ast.parse(code))

    assert is_there(*one) == there
