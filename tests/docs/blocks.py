"""Find the runnable blocks of the documentation: fenced ```sh and ```python, in order.

A block under an HTML comment `<!-- not run: reason -->` is left out, and the reason is required.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LEFT_OUT = re.compile(r"<!-- not run: (.+?) -->\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block and where it stands."""

    path: Path
    line: int
    language: str
    text: str
    left_out: str | None

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def blocks(path: Path) -> list[Block]:
    """Return the runnable blocks of one page."""
    text = path.read_text()
    found = []
    for match in FENCE.finditer(text):
        before = LEFT_OUT.search(text[: match.start()])
        found.append(
            Block(
                path,
                text[: match.start()].count("\n") + 1,
                match.group(1),
                match.group(2),
                before.group(1) if before else None,
            )
        )
    return found


def pages() -> list[Path]:
    """Return every page whose blocks must run."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
