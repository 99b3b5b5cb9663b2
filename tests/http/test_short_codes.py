"""Short codes of vouchers: one shop, some minutes, few tries, and the same redemption as by the long one."""

import pytest

from lodestone.commerce.short_codes import TRIES_MAX
from tests.worlds.merchant_desk import MEAL, Clerk, note, shop_of
from tests.worlds.trade_world import bought, market, redeem, voucher
from tests.worlds.world import opened, run

WRONG = "0000-0000"


async def shown(world, buyer="p0", **more):
    """Return the short code of somebody's newest voucher, as it is shown now."""
    made = await voucher(world, buyer)
    return await world.ask("POST", f"/v1/vouchers/{made['id']}/short-code", **more)


async def prepare(world, code, *, shop="soups", staff="li", status=200):
    body = {"code": code, "shop_id": shop, "staff_id": staff}
    return await world.ask("POST", "/v1/vouchers/prepare", body, status=status)


def code_of(answer):
    return answer["error"]["code"]


def loosely(code):
    """Type a code as people do: small, with spaces, and letters for the digits they look like."""
    return f" {code.lower().replace('0', 'o').replace('1', 'l').replace('-', '  ')} "


def test_a_short_code_redeems_once_and_its_request_again_is_answered_the_same_however_late(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, MEAL)
            code = (await shown(world))["code"]
            looked = await prepare(world, loosely(code))
            first = await redeem(world, loosely(code), "r1")
            world.later(minutes=30)
            again = await redeem(world, code, "r1")
            late = await redeem(world, code, "r2", status=409)
            return looked, first, again, late, await voucher(world)

    looked, first, again, late, after = run(scenario)
    assert (looked["name"], looked["left"], looked["code"]) == ("Meal for two", 3, None)
    assert again == first
    assert (first["count"], first["amount"]["micros"]) == (1, 30_010_000)
    assert (code_of(late), after["used"]) == ("short_code_expired", 1)


def test_a_short_code_stays_for_its_turn_and_is_good_to_the_end_of_the_next(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, MEAL)
            first, same = await shown(world), await shown(world)
            world.later(seconds=150)
            second = await shown(world)
            both = [
                (await prepare(world, prepared["code"]))["left"] for prepared in (first, second)
            ]
            world.later(seconds=150)
            late = await prepare(world, first["code"], status=409)
            return first, same, second, both, late

    first, same, second, both, late = run(scenario)
    assert same == first
    assert second["code"] != first["code"]
    assert first["turns_at"] < first["expires_at"] == second["turns_at"]
    assert both == [3, 3]
    assert code_of(late) == "short_code_expired"


def test_a_short_code_is_known_at_its_own_shop_only(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await shown(world))["code"]
            tries = [
                await prepare(world, code, shop="teas", staff="eve", status=404)
                for _ in range(TRIES_MAX)
            ]
            paused = await prepare(world, code, shop="teas", staff="eve", status=429)
            return tries, paused, await prepare(world, code)

    tries, paused, here = run(scenario)
    assert {code_of(answer) for answer in tries} == {"short_code_unknown"}
    assert code_of(paused) == "short_code_paused"
    assert here["left"] == 3


def test_after_ten_wrong_short_codes_a_shop_waits_and_the_long_code_goes_on(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, MEAL)
            long = (await voucher(world))["code"]
            for _ in range(TRIES_MAX):
                await prepare(world, WRONG, status=404)
            code = (await shown(world))["code"]
            body = {"code": code, "shop_id": "soups", "staff_id": "li"}
            right = await world.http.post("/v1/vouchers/prepare", json=body)
            redeemed = await redeem(world, code, "r1", status=429)
            by_long = await redeem(world, long, "r2")
            world.later(minutes=10)
            after = await prepare(world, (await shown(world))["code"])
            return right, redeemed, by_long, after

    right, redeemed, by_long, after = run(scenario)
    assert (right.status_code, right.headers["retry-after"]) == (429, "600")
    assert code_of(redeemed) == "short_code_paused"
    assert by_long["count"] == 1
    assert after["left"] == 2


def test_a_redemption_made_is_answered_again_while_its_shop_waits(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, MEAL)
            code = (await shown(world))["code"]
            first = await redeem(world, code, "r1")
            for _ in range(TRIES_MAX):
                await prepare(world, WRONG, status=404)
            return first, await redeem(world, code, "r1")

    first, again = run(scenario)
    assert again == first


def test_somebody_who_does_not_serve_there_learns_nothing_and_uses_no_tries(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await shown(world))["code"]
            foreign = [
                await prepare(world, letters, staff="eve", status=409)
                for letters in [code, WRONG] * TRIES_MAX
            ]
            nowhere = await prepare(world, code, shop="none", status=404)
            return foreign, nowhere, await prepare(world, code)

    foreign, nowhere, own = run(scenario)
    assert {code_of(answer) for answer in foreign} == {"staff_unknown"}
    assert code_of(nowhere) == "shop_unknown"
    assert own["left"] == 3


def test_a_page_is_shown_its_own_viewers_short_codes_and_no_others(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, MEAL)
            answers = []
            for viewer in ("p0", "p1"):
                token = (await world.ask("POST", "/v1/sessions", {"viewer": viewer}))["token"]
                answers.append(await shown(world, headers={"Authorization": f"Bearer {token}"}))
            missing = await world.ask("POST", "/v1/vouchers/vch_none/short-code", status=404)
            return *answers, missing

    own, foreign, missing = run(scenario)
    assert own["shop_id"] == "soups"
    assert code_of(foreign) == code_of(missing) == "voucher_unknown"


SPENT = [
    ("used", "voucher_used_up"), ("refunded", "voucher_refunded"), ("expired", "voucher_expired"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "code"), SPENT, ids=[row[0] for row in SPENT])
def test_a_voucher_that_is_good_no_more_shows_none(tmp_path, how, code):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            order = await bought(world, MEAL)
            if how == "used":
                await redeem(world, (await voucher(world))["code"], "r1", count=3)
            elif how == "refunded":
                await world.ask("POST", f"/v1/orders/{order['id']}/refund", {"request_id": "b1"})
            else:
                world.later(days=40)
            return await shown(world, status=409)

    assert code_of(run(scenario)) == code


def test_the_desk_redeems_by_the_eight_letters_and_says_what_is_wrong_with_them(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            await world.put("/v1/shops/teas/staff/li", {"role": "clerk"}, status=204)
            code = (await shown(world))["code"]
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            wrong = await clerk.send("/merchant/look", code=WRONG)
            _, request = await clerk.look(loosely(code))
            fields = {"code": code, "request": request, "count": "2"}
            done = [await clerk.send("/merchant/redeem", **fields) for _ in range(2)]
            for _ in range(TRIES_MAX):
                paused = await clerk.send("/merchant/look", code=WRONG)
            teas = await prepare(world, WRONG, shop="teas", status=404)
            return wrong, done, paused, teas, await voucher(world)

    wrong, done, paused, teas, after = run(scenario)
    assert note(wrong)[1].startswith("Nobody shows these eight letters at this shop now.")
    assert [note(answer) for answer in done] == [
        (True, "Redeemed: Meal for two, 2 times. 1 left.")
    ] * 2
    assert note(paused)[1].startswith("Too many wrong short codes at this shop.")
    assert code_of(teas) == "short_code_unknown"
    assert after["used"] == 2
