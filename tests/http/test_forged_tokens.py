"""Whatever a stranger writes where a page's token stands is a wrong token, and nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from tests.worlds.world import opened, run

FIELDS = [b"\xa1c", b"\xa2p0", b"\x01", b"\x01", b"\xa3key", b"\x01"]
"""Of a token that nobody has signed, as MessagePack."""
UNSIGNED = {
    "a name that is no UTF-8": b"\x96\xa1\xff" + b"".join(FIELDS[1:]),
    "a key that is no UTF-8": b"\x96" + b"".join(FIELDS[:4]) + b"\xa2\xc3\x28\x01",
    "a field too many, nested deep": b"\x97" + b"".join(FIELDS) + b"\x91" * 1400 + b"\xc0",
    "all nested deep": b"\x91" * 1400,
    "an array without end": b"\xdd\xff\xff\xff\xff",
    "a number beyond 64 bits": b"\x96"
    + b"".join(FIELDS[:3])
    + b"\xcf"
    + b"\xff" * 8
    + b"\xa1k\x01",
    "nothing": b"",
}


def as_token(raw):
    return "vt_" + urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_token_that_was_not_made_here_is_invalid_however_it_was_made(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            text = made["token"].removeprefix("vt_")
            good = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            forged = {name: b"\0" * 24 + body for name, body in UNSIGNED.items()}
            for index in range(len(good)):
                for bit in range(8):
                    wrong = bytearray(good)
                    wrong[index] ^= 1 << bit
                    forged[f"bit {bit} of byte {index}"] = bytes(wrong)
            answers = {}
            for name, raw in forged.items():
                headers = {"Authorization": f"Bearer {as_token(raw)}"}
                answer = await world.http.get("/v1/page/me", headers=headers)
                answers[name] = answer.status_code, answer.json()["error"]["code"]
            assert set(answers.values()) == {(401, "token_invalid")}, answers

    run(scenario())
