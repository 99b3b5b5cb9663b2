"""Disputes at the operator's desk: what a moderator reads, and how the money is divided."""

import pytest

from tests.worlds.acts import Operator
from tests.worlds.creator_world import CREATOR, accepted, act, drafted, read, studio
from tests.worlds.merchant_desk import note
from tests.worlds.trade_world import yuan
from tests.worlds.world import opened, run

PATH = "/operator/disputes"


def scene(tmp_path, action):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            made = await accepted(world)
            await drafted(world, made, "A pot of soup.")
            await act(world, made, "dispute", {**CREATOR, "text": "They never answer."})
            return await action(world, await Operator(world).arrive(), made)

    return run(scenario)


def test_a_moderator_reads_what_was_asked_drafted_and_objected_and_divides_the_money(tmp_path):
    async def action(world, operator, made):
        page = (await operator.look(PATH)).text
        form = {"amount": "60", "text": "The draft is as asked."}
        await operator.send(f"{PATH}/{made['id']}", PATH, **form)
        after = await operator.look(f"{PATH}?done=decided")
        return page, after, await read(world, made["id"])

    page, after, order = scene(tmp_path, action)
    assert "1 dispute waits for a decision" in page
    assert all(text in page for text in ("Cook our soup.", "A pot of soup.", "They never answer.", "¥100.00", "Ann"))  # fmt: skip
    assert note(after) == (True, "Decided. The money is divided.")
    assert "No dispute waits for a decision" in after.text
    assert (order["stage"], order["money"]["measured"], order["money"]["back"]) == ("decided", yuan(60), yuan(40))  # fmt: skip
    assert order["history"][-1]["text"] == "The draft is as asked."


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"amount": "100.01"}, "amount", "That is more than was set aside. Write less."),
        ({"amount": "half"}, "amount", "That is no amount. Write one such as 12.50."),
        ({"text": " "}, "text", "Write something here."),
    ],
)  # fmt: skip
def test_a_decision_that_does_not_fit_divides_nothing_and_says_so_at_its_field(
    tmp_path, changed, field, message
):
    async def action(world, operator, made):
        form = {"amount": "60", "text": "As asked.", **changed}
        page = await operator.send(f"{PATH}/{made['id']}", PATH, **form)
        return made["id"], page, (await read(world, made["id"]))["stage"]

    name, page, stage = scene(tmp_path, action)
    assert page.status_code == 409
    assert f'id="{name}-{field}-wrong">{message}<' in page.text
    assert stage == "disputed"
