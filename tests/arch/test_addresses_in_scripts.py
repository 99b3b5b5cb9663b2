"""Scripts ask for what lies under the path at which a proxy shows this server: every address goes through `rooted`."""

import re

from tests.arch.test_tidy import SRC

SCRIPTS = sorted((SRC / "console" / "static").glob("*.js"))
ASKS = re.compile(r"(?<![.#\w])fetch\(|location\.assign\(")
ROOTED = ("rooted(", "location.href", "address)", "see.formAction")
"""What an address may begin with: `address` is the router's, which makes it with the path, as the server makes a form's."""


def test_every_request_of_a_script_goes_below_the_path_of_a_proxy():
    asked = [
        (path.name, text[match.end() : match.end() + 30])
        for path in SCRIPTS
        for text in [path.read_text()]
        for match in ASKS.finditer(text)
    ]

    assert len(asked) > 8
    assert [place for place in asked if not place[1].startswith(ROOTED)] == []
