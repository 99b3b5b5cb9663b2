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
