"""A moderator's queue of ads at the operator's desk: what is shown of each, and what a verdict does."""

import re

from tests.worlds.acts import Operator
from tests.worlds.ad_world import AD, advertised
from tests.worlds.merchant_desk import note
from tests.worlds.world import opened, run


def scene(tmp_path, act, scopes=None):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            key = None
            if scopes is not None:
                operator = {"Authorization": f"Bearer {world.app.operator_key}"}
                body = {"scopes": scopes}
                key = (await world.ask("POST", "/v1/communities/c/keys", body, headers=operator, status=201))["key"]  # fmt: skip
            return await act(world, await Operator(world, key).arrive())

    return run(scenario)


def test_an_ad_waits_with_its_post_who_pays_and_where_it_leads(tmp_path):
    async def act(world, moderator):
        return (await moderator.look("/operator/ads")).text

    page = scene(tmp_path, act)
    assert "1 ad waits for a decision" in page
    assert "<strong>Hot soup</strong>" in page
    assert re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page) == [
        ("Who pays", "Mei&#39;s soups"), ("Leads", "to the product soup"), ("Its button", "Order"),
    ]  # fmt: skip


def test_a_verdict_is_the_ads_and_the_queue_goes_on(tmp_path):
    async def act(world, moderator):
        sent = await moderator.send("/operator/ads/bowl", "/operator/ads", decision="approved")
        page = await moderator.look(sent.headers["location"])
        ad = await world.ask("GET", "/v1/ads/bowl")
        return note(page), page.text, ad["review"]

    came, page, review = scene(tmp_path, act)
    assert came == (True, "Approved. The advertiser can start it.")
    assert "No ad waits for a decision" in page
    assert review == "approved"


def test_a_rejection_says_why(tmp_path):
    async def act(world, moderator):
        mute = await moderator.send("/operator/ads/bowl", "/operator/ads", decision="rejected")
        stands = (await world.ask("GET", "/v1/ads/bowl"))["review"]
        await moderator.send("/operator/ads/bowl", "/operator/ads", decision="rejected", reason="blurred")  # fmt: skip
        ad = await world.ask("GET", "/v1/ads/bowl")
        return mute.status_code, stands, (ad["review"], ad["review_reason"])

    assert scene(tmp_path, act) == (409, "pending", ("rejected", "blurred"))


def test_what_was_changed_since_it_was_looked_at_is_not_approved(tmp_path):
    async def act(world, moderator):
        await moderator.look("/operator/ads")
        page = (await moderator.look("/operator/ads")).text
        seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
        await world.put("/v1/ads/bowl", {**AD, "headline": "Buy now"}, status=200)
        answer = await moderator.send("/operator/ads/bowl", "/operator/ads", decision="approved", seen=seen)  # fmt: skip
        return answer.status_code, note(answer), (await world.ask("GET", "/v1/ads/bowl"))["review"]

    status, came, review = scene(tmp_path, act)
    assert (status, review) == (409, "pending")
    assert came == (False, "The ad has been changed meanwhile. Nothing was decided; look at it again.")  # fmt: skip


def test_only_a_key_that_reviews_sees_the_queue(tmp_path):
    async def act(world, moderator):
        return (await moderator.look("/operator/ads")).status_code

    assert scene(tmp_path, act, ["read", "policy", "ads"]) == 403
    assert scene(tmp_path / "other", act, ["read", "policy", "review"]) == 200
