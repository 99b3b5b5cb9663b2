"""What those who run a community do by the forms of their pages, once each; see `tests/http/test_audit_log.py`."""

import re

from tests.pages.test_login import Browser
from tests.worlds.ad_world import AD, ADVERTISER, CAMPAIGN, GROUP
from tests.worlds.advertiser_desk import Advertiser
from tests.worlds.at_desk import REQUEST
from tests.worlds.boost_world import BOOST
from tests.worlds.creator_desk import Creator
from tests.worlds.creator_world import (
    FIXED,
    MOVES,
    accepted,
    bodies,
    brief,
    drafted,
    every_move,
    hired,
    let,
    offer,
    there_for,
)
from tests.worlds.merchant_desk import MEAL, Clerk
from tests.worlds.qr_pictures import packed, qr_picture
from tests.worlds.trade_world import bought, line, voucher, yuan

PICTURE = packed(qr_picture("x", size=(600, 800)), "WEBP", lossless=True)


async def of_the_desk(acting):
    """Do by the merchant's forms what they are for."""
    world = acting.world
    clerk = Clerk(world, "li")
    await clerk.arrive()
    await acting.left("POST /v1/shops/{shop_id}/staff/{person_id}/keys")
    await clerk.open()
    made = await bought(world, line(), buyer="p5")
    await clerk.send(f"/merchant/orders/{made['id']}/fulfil")
    await acting.left("POST /merchant/orders/{order_id}/{what}")
    await clerk.send("/merchant/stock", product="soup", variant="bowl", change="3")
    await acting.left("POST /merchant/stock")
    await bought(world, MEAL, buyer="p6")
    code = (await voucher(world, "p6"))["code"]
    _, request = await clerk.look(code)
    await clerk.send("/merchant/redeem", code=code, request=request, count="3")
    await acting.left("POST /merchant/redeem", 2)  # its last times: redeemed, and with it fulfilled
    await clerk.send("/merchant/reverse", redeemed=request, request="b1")
    await acting.left("POST /merchant/reverse")


async def of_the_manager(acting):
    """Do by the owner's forms what they are for: products, pictures, the shop, staff, a code kept while offline."""
    world = acting.world
    mei = Clerk(world, "mei")
    await mei.arrive()
    await acting.left("POST /v1/shops/{shop_id}/staff/{person_id}/keys")
    request = REQUEST.search(await mei.open("/merchant/products")).group(1)
    cake = {"name": "Rice cake", "price": "6.5", "stock": "12", "text": "", "way-pickup": "1"}
    await mei.send("/merchant/products", **cake, request=request)
    await acting.left("POST /merchant/products")
    soup = {"product": "soup", "name": "Hot soup", "text": "", "state": "live", "way-pickup": "1"}
    await mei.send("/merchant/product", **soup, **{"name-0": "a bowl", "price-0": "19"})
    await acting.left("POST /merchant/product")
    await _send_raw(mei, "/merchant/product/picture?shop=soups&product=soup", content=PICTURE)
    await acting.left(
        "POST /merchant/product/picture", 2
    )  # the file, and the product that shows it
    url = (await world.ask("GET", "/v1/products/soup"))["media"][-1]["url"]
    await mei.send("/merchant/product/picture/remove", product="soup", url=url)
    await acting.left("POST /merchant/product/picture/remove")
    await mei.send("/merchant/shop", name="Soups", text="Hot.", status="open", always="1")
    await acting.left("POST /merchant/shop")
    await mei.send("/merchant/staff", person="p4", role="clerk")
    await acting.left("POST /merchant/staff")
    await bought(world, MEAL, buyer="p7")
    queued = {"code": (await voucher(world, "p7"))["code"], "request": "q1"}
    await _send_raw(mei, "/merchant/queued?shop=soups", json=queued)
    await acting.left("POST /merchant/queued")


async def _send_raw(clerk, path, **body):
    """Send what a script of the desk sends: a body that is no form, with the form's token in a header."""
    headers = {
        "X-Form-Token": clerk.form["token"],
        "Cookie": "; ".join(f"{name}={value}" for name, value in clerk.cookies.items()),
    }
    if "content" in body:
        headers["Content-Type"] = "image/webp"
    answer = await clerk.world.http.post(path, headers=headers, **body)
    assert answer.status_code == 200, answer.text


class Operator:
    """Somebody at the operator's desk, who fills its forms in as they are shown."""

    def __init__(self, world, key=None):
        self.world, self.browser = world, Browser(world)
        self.key = key or world.app.operator_key

    async def arrive(self):
        await self.browser.log_in(self.key, form_community="c")
        return self

    async def look(self, path):
        return await self.browser.ask("GET", path)

    async def send(self, path, shown=None, **changed):
        """Send a page's form with what stands in it, but for what is changed; None takes a field out."""
        page = (await self.look(shown or path)).text
        fields = {**fields_of(page), **{name.replace("__", "."): value for name, value in changed.items()}}  # fmt: skip
        fields = {name: value for name, value in fields.items() if value is not None}
        return await self.browser.ask("POST", path, fields)


def fields_of(page):
    """Return the names and values of a page's inputs, selects too; of checkboxes those that are checked."""
    main = page.partition("<main")[2]
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", main):
        named = dict(re.findall(r'\b(name|value|type)="([^"]*)"', tag))
        if named.get("type") != "checkbox" or " checked" in tag:
            fields[named["name"]] = unescaped(named.get("value", ""))
    for name, body in re.findall(r'<select[^>]* name="([^"]*)".*?>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        fields[name] = chosen.group(1)
    return fields


def unescaped(text):
    return text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&amp;", "&")  # fmt: skip


async def of_the_window(acting):
    """Do by the operator's forms what they are for."""
    world = acting.world
    operator = await Operator(world).arrive()
    await operator.send(
        "/operator/policy", do="publish", reason="likes are rare", worth__like="0.05"
    )
    await acting.left("POST /operator/policy")
    await operator.send(
        "/operator/policy/rollback", "/operator/policy/versions/1", reason="not so rare"
    )
    await acting.left("POST /operator/policy/rollback")
    made = await operator.send("/operator/keys", name="kiosk", scope__feeds="on")
    await acting.left("POST /operator/keys")
    key = re.findall(r"/operator/keys/(key_\w+)/revoke", made.text)[-1]
    await operator.send(f"/operator/keys/{key}/revoke")
    await acting.left("POST /operator/keys/{key_id}/revoke")
    await operator.send("/operator/webhooks", id="till", url="https://app.example/till")
    await acting.left("POST /operator/webhooks")
    await operator.send("/operator/webhooks/till", do="pause")
    await acting.left("POST /operator/webhooks/{webhook_id}")


async def of_the_moderators(acting):
    """Delete a comment, decide what was reported, let an app appeal for the author, answer by the page's form."""
    do, world = acting.do, acting.world
    words = {"author_id": "p1", "text": "buy my tea"}
    await world.put("/v1/items/i7/comments/c1", words, status=201)
    below = "/v1/items/{item_id}/comments/{comment_id}"
    await do(f"DELETE {below}", item_id="i7", comment_id="c1")
    await world.events(world.event("report", person="p1", item_id="i7"))
    (review,) = (await world.ask("GET", "/v1/reviews", status=200))["data"]
    on = "POST /v1/reviews/{review_id}"
    await do(f"{on}/decide", {"decision": "warn"}, review_id=review["id"])
    await do(f"{on}/appeal", {"text": "it is tea"}, review_id=review["id"])
    operator = await Operator(world).arrive()
    await operator.send(
        f"/operator/reports/{review['id']}", "/operator/reports", decision="dismiss"
    )
    await acting.left("POST /operator/reports/{review_id}")


async def of_the_advertiser(acting):
    """Make one object of advertising of each kind, pay in, approve the ad, and do by the forms of both desks what they are for."""
    do = acting.do
    await do("PUT /v1/advertisers/{advertiser_id}", ADVERTISER, advertiser_id="mei-ads")
    deposit = "POST /v1/advertisers/{advertiser_id}/deposits"
    paid = {"amount": {"micros": 5_000_000, "currency": "CNY"}}
    await do(deposit, paid, headers={"Idempotency-Key": "a"}, advertiser_id="mei-ads")
    local = {"product_id": "soup", "radius_km": 3, "daily_budget": paid["amount"]}
    await do("POST /v1/ads:local", local, number=3, headers={"Idempotency-Key": "b"})
    await do("PUT /v1/campaigns/{campaign_id}", CAMPAIGN, campaign_id="lunch")
    await do("PUT /v1/ad-groups/{ad_group_id}", GROUP, ad_group_id="corner")
    await do("PUT /v1/ads/{ad_id}", AD, ad_id="bowl")
    await do("POST /v1/ads/{ad_id}/review", {"decision": "approved"}, ad_id="bowl")
    operator = await Operator(acting.world).arrive()
    queue = "/operator/ads?state=approved"
    await operator.send("/operator/ads/bowl", queue, decision="rejected", reason="blurred")
    await acting.left("POST /operator/ads/{ad_id}")
    mei = Advertiser(acting.world)
    await mei.arrive(person="mei")
    await acting.left("POST /v1/shops/{shop_id}/staff/{person_id}/keys")
    await mei.start(request="r1")
    await acting.left("POST /advertiser/start", 3)  # a campaign, its group and its ad
    await mei.send("/advertiser/campaign/budget", campaign="lunch", daily="120")
    await acting.left("POST /advertiser/campaign/budget")
    await mei.switch("lunch", "group", "corner", "active")
    await acting.left("POST /advertiser/campaign/state")


async def of_the_creators(acting):
    """Do what creators and those who order from them do, once each."""
    world, do = acting.world, acting.do
    await hired(world)
    there, asked = await every_move(world), bodies(world)
    await acting.start()
    for path, body in asked.items():
        method = "POST" if path.rpartition("/")[2] in (*MOVES, "cancel") else "PUT"
        sent, named = body, there_for(there, path) | {"person_id": "ann"}
        if method == "PUT":
            named |= {"brief_id": "fresh", "offer_id": "fresh", "authorisation_id": "fresh"}
            fresh = {"brief_id": "fresh", "item_id": "song"}
            sent = body | {name: fresh[name] for name in fresh.keys() & body.keys()}
        await do(f"{method} {path}", sent, **named)
    await do("DELETE /v1/authorisations/{authorisation_id}", None, authorisation_id="let")
    await do("PUT /v1/boosts/{boost_id}", BOOST, boost_id="b")
    await do("POST /v1/boosts/{boost_id}/stop", {"person_id": "ann"}, boost_id="b")


async def of_the_creators_desk(acting):
    """Do by the creator's forms what they are for; Ann takes orders and an advertiser has paid in."""
    world = acting.world
    await world.put("/v1/briefs/desk", brief(world, {**FIXED, "cap": yuan(150)}), status=201)
    await world.put("/v1/offers/desk", offer(brief_id="desk"), status=201)
    await acting.start()
    ann = Creator(world)
    await ann.arrive()
    await acting.left("POST /v1/creators/{person_id}/keys")
    await ann.open("/creator/profile")
    await ann.send("/creator/profile", open="1", notice="1", topics="soup")
    await acting.left("POST /creator/profile")
    await ann.open("/creator/offer?offer=desk")
    await ann.send("/creator/offer/decline", offer="desk")
    await acting.left("POST /creator/offer/{what}")
    await ann.open("/creator/brief?brief=desk")
    await ann.send("/creator/brief", brief="desk", price="120", text="Mine.")
    await acting.left("POST /creator/brief")
    made = await accepted(world, name="desk-2", brief_id="desk-2")
    await acting.start()
    await ann.open(f"/creator/order?order={made['id']}")
    await ann.send("/creator/order/draft", order=made["id"], draft="A pot.")
    await acting.left("POST /creator/order/{what}")
    await world.put("/v1/items/solo", {"kind": "video", "author_id": "ann"}, status=201)
    await world.put("/v1/authorisations/solo", let(world, "solo"), status=201)
    await acting.start()
    await ann.open("/creator/permits")
    await ann.send("/creator/permits/revoke", permit="solo")
    await acting.left("POST /creator/permits/revoke")
    await of_who_orders(acting, made)


async def of_who_orders(acting, made):
    """Do by the forms of whoever orders from creators, and of who decides, what they are for; made: an order with a draft."""
    world = acting.world
    mei = Advertiser(world)
    await mei.arrive(scopes=("ads", "creators"))
    await mei.open("/advertiser/briefs/new")
    await acting.start()
    form = {
        "text": "Cook.",
        "kind": "fixed",
        "price": "90",
        "deadline": "2026-04-20",
        "rounds": "1",
        "approval": "3",
        "counted": "7",
    }
    await mei.send("/advertiser/briefs/new", advertiser="mei-ads", request="b", **form)
    await acting.left("POST /advertiser/briefs/new")
    name = mei.led_to.partition("brief=")[2].partition("&")[0]
    await mei.send("/advertiser/brief/offer", brief=name, creator="ann", request="o")
    await acting.left("POST /advertiser/brief/offer")
    asked = mei.led_to.partition("offer=")[2].partition("&")[0]
    await mei.send("/advertiser/offer/withdraw", offer=asked, request="w")
    await acting.left("POST /advertiser/offer/{what}")
    await mei.send("/advertiser/brief/close", brief=name)
    await acting.left("POST /advertiser/brief/close")
    await mei.send("/advertiser/order/approve", order=made["id"], request="a")
    await acting.left("POST /advertiser/order/{what}")
    words = {"person_id": "mei", "text": "No soup."}
    disputed = await accepted(world, name="desk-3", brief_id="desk-3")
    await drafted(world, disputed)
    await world.ask("POST", f"/v1/assignments/{disputed['id']}/dispute", words, status=200)
    operator = await Operator(world).arrive()
    await acting.start()
    await operator.send(
        f"/operator/disputes/{disputed['id']}", "/operator/disputes", amount="0", text="No soup."
    )
    await acting.left("POST /operator/disputes/{assignment_id}")
