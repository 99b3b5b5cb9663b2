"""A small town's life, one request of each of Lodestone's own routes: what the page of all routes shows."""

import msgspec

from lodestone.models.rates import default_model
from tests.worlds.documented_recorder import lines
from tests.worlds.world import TOWN

EARLIER = "2026-03-03T12:00:00Z"
NOW = "2026-03-04T12:00:00Z"
NDJSON = "application/x-ndjson"
ANN = {
    "name": "Ann", "home": TOWN, "interests": {"tea": 2, "fishing": 1}, "language": "en",
    "consent": {"personalisation": True, "position": True},
}  # fmt: skip
POST = {
    "kind": "text", "author_id": "mei", "text": "First spring tea, picked this morning.",
    "language": "en", "tags": ["tea"], "channels": ["food"], "position": TOWN,
}  # fmt: skip
WEIGHTS = msgspec.json.decode(msgspec.json.encode(default_model()))


async def people_and_posts(does):
    """Make people, posts and domains, and read them back."""
    ask = does.ask
    await ask("putPerson", ANN, person_id="ann")
    await ask("getPerson", person_id="ann")
    names = ("mei", "li", "bo", "chen", "dora", "eve")
    await ask(
        "bulkPeople", lines(*({"id": name, "name": name.title()} for name in names)), media=NDJSON
    )
    await ask("listPeople", query={"limit": 2})
    await ask("putDomain", {"kind": "channel", "name": "Food"}, domain_id="food")
    await ask("putDomain", {"kind": "channel", "name": "Old news"}, domain_id="old", keep=False)
    await ask("getDomain", domain_id="food")
    await ask("listDomains")
    await ask("putItem", POST, item_id="tea-1")
    more = [{**POST, "id": f"tea-{n}", "text": f"Tea of day {n}."} for n in range(2, 12)]
    await ask("bulkItems", lines(*more), media=NDJSON)
    await ask("getItem", item_id="tea-1")
    await ask("listItems", query={"limit": 2})
    for what in ("Follow", "Block", "Mute"):
        whom = {"Follow": "mei", "Block": "eve", "Mute": "dora"}[what]
        await ask(f"put{what}", person_id="ann", author_id=whom)
        await ask(f"list{what}s", person_id="ann")
    await ask("deleteBlock", person_id="ann", author_id="eve")
    await ask("deleteMute", person_id="ann", author_id="dora")
    await ask("putHiddenAds", person_id="ann", author_id="mei")
    await ask("listHiddenAds", person_id="ann")
    await ask("deleteHiddenAds", person_id="ann", author_id="mei")
    picture = {"media": "image/png", "key": "pot"}
    stored = await ask("putMedia", b"\x89PNG tea", **picture)
    await ask("getMedia", by="nobody", key=stored["url"].rpartition("/")[2])


async def moderated(does):
    """Let people join a channel, and moderate it."""
    ask, domain = does.ask, {"domain_id": "food"}
    await ask("putMember", **domain, person_id="ann")
    await ask("putMember", **domain, person_id="eve", keep=False)
    await ask("listMembers", **domain)
    await ask("putModerator", **domain, person_id="bo")
    await ask("listModerators", **domain)
    why = {"reason": "an advertisement"}
    await ask("hideItem", why, **domain, item_id="tea-2")
    await ask("labelItem", {"label": "advertising", **why}, **domain, item_id="tea-3")
    await ask("pinItem", {"reason": "the season opens"}, **domain, item_id="tea-1")
    await ask("listDomainMarks", **domain)
    for undo, item in (("unhideItem", "tea-2"), ("unlabelItem", "tea-3"), ("unpinItem", "tea-1")):
        await ask(undo, **domain, item_id=item)
    await ask("removeMember", {"reason": "spam", "may_return": False}, **domain, person_id="eve")
    await ask("listRemovedMembers", **domain)
    await ask("letMemberReturn", **domain, person_id="eve")
    await ask("deleteMember", **domain, person_id="ann")
    await ask("deleteModerator", **domain, person_id="bo")
    await ask("deleteDomain", domain_id="old")


async def feeds_and_receipts(does):
    """Ask a feed, say what was seen, and look at the decision."""
    ask = does.ask
    feed = await ask("postFeed", {"viewer": "ann", "slots": 3})
    slot = feed["slots"][0]
    about = {"time": NOW, "person_id": "ann", "item_id": slot["item_id"], "beacon": slot["beacon"]}
    seen = {"id": "seen-1", "type": "impression", "visible_seconds": 4.2, **about}
    await ask("postEvents", {"events": [seen, {"id": "like-1", "type": "like", **about}]})
    await ask("listEvents", query={"limit": 2})
    await ask("getTrace", item_id=slot["item_id"])
    await ask("listReceipts", query={"limit": 1})
    receipt = {"receipt_id": feed["receipt_id"]}
    await ask("getReceipt", **receipt)
    await ask("getReceiptWhy", **receipt, slot=1)
    await ask("replayReceipt", **receipt)
    await ask("exportPerson", person_id="ann")


async def policies_and_reports(does):
    """Read and change the policy, its promises and its predictor, and what traffic did."""
    ask = does.ask
    await ask("getPolicy")
    await ask("dryRunPolicy", {"preset": "growth"})
    await ask("putPolicy", {"preset": "growth"})
    await ask("listPolicies")
    await ask("rollbackPolicy", {"version": 1})
    await ask("getPromises")
    await ask("getPromiseHistory")
    for name in ("getLiu", "getFlow", "getExposure"):
        await ask(name, query={"from": "2026-03-03", "to": "2026-03-04"})
    await ask("getItemLists")
    await ask("refreshItemLists")


async def run_by_the_operator(does, folder):
    """Do what whoever runs an installation does."""
    ask, by = does.ask, {"by": "operator"}
    await ask(
        "putCommunity",
        {"name": "Tea Town", "time_zone": "Asia/Shanghai", "currency": "CNY"},
        community_id="tea-town",
        **by,
    )
    await ask("getCommunity", community_id="tea-town", **by)
    await ask("listCommunities", **by)
    key = await ask(
        "createKey",
        {"name": "my app", "scopes": ["read", "write", "events", "feeds"]},
        community_id="tea-town",
        **by,
    )
    await ask("listKeys", community_id="tea-town", **by)
    await ask("revokeKey", community_id="tea-town", key_id=key["id"], **by)
    await ask("disableCommunity", community_id="tea-town", **by)
    await ask("getAuditLog", query={"limit": 2})
    await ask("postVerify", {})
    await ask("putImport", {"rows": {"log_standard.csv": 20000}}, source="kuairand")
    await ask("getImport", source="kuairand")
    await ask("getHealthLive", by="nobody")
    await ask("getHealthReady", by="nobody")
    backup = await ask("postBackup", {"path": str(folder), "media": False}, **by)
    shown = does.examples["postBackup"]
    shown.body["path"] = "/var/backups/lodestone-1"
    if "path" in backup:
        shown.answer["path"] = "/var/backups/lodestone-1"


async def webhooks(does):
    """Have an app told of what happens to orders."""
    ask = does.ask
    hook = {"url": "https://app.example/lodestone", "types": ["order.paid"], "state": "paused"}
    await ask("putWebhook", hook, webhook_id="app")
    await ask("getWebhook", webhook_id="app")
    await ask("listWebhooks")
    await ask("renewSecret", webhook_id="app")
    await ask("listDeliveries", webhook_id="app")


async def comments_and_reviews(does):
    """Comment, like and report, and decide of what was reported."""
    ask, comment = does.ask, {"item_id": "tea-1", "comment_id": "c-1"}
    await ask("putComment", {"author_id": "bo", "text": "When will there be more?"}, **comment)
    reply = {"author_id": "mei", "text": "On Sunday.", "in_reply_to": "c-1"}
    await ask("putComment", reply, item_id="tea-1", comment_id="c-2", keep=False)
    await ask("listComments", item_id="tea-1")
    await ask("listReplies", **comment)
    await ask("getComment", **comment)
    await ask("putCommentLike", **comment, person_id="chen")
    await ask("deleteCommentLike", **comment, person_id="chen")
    await ask("putCommentReport", {"reason": "spam"}, **comment, person_id="chen")
    await ask("deleteCommentReport", **comment, person_id="chen")
    await ask("deleteComment", **comment)
    report = {
        "id": "report-1",
        "type": "report",
        "time": NOW,
        "person_id": "bo",
        "item_id": "tea-5",
    }
    await ask("postEvents", {"events": [report]}, keep=False)
    reviews = await ask("listReviews")
    review = {"review_id": reviews["data"][0]["id"]}
    await ask("getReview", **review)
    await ask("decideReview", {"decision": "hide", "note": "an advertisement"}, **review)
    await ask("appealReview", {"text": "It is my own tea."}, **review)


async def comments_behind_the_page(does):
    """Ask of comments what a page asks."""
    ask, by, comment = does.ask, {"by": "page"}, {"item_id": "tea-1", "comment_id": "c-3"}
    await ask("putPageComment", {"text": "Is there any left?"}, **comment, **by)
    await ask("listPageComments", item_id="tea-1", **by)
    await ask("listPageReplies", item_id="tea-1", comment_id="c-3", **by)
    other = {"item_id": "tea-1", "comment_id": "c-4"}
    await ask("putComment", {"author_id": "chen", "text": "Lovely."}, **other, keep=False)
    for name in ("likePageComment", "unlikePageComment"):
        await ask(name, **other, **by)
    await ask("reportPageComment", {"reason": "spam"}, **other, **by)
    await ask("deletePageComment", **comment, **by)
    await ask("listOwnReviews", **by)


async def behind_the_page(does):
    """Ask what a page asks, with the token of a session."""
    ask, by = does.ask, {"by": "page"}
    made = await ask("createSession", {"viewer": "bo"})
    does.session = made["token"]
    await ask("getMe", **by)
    feed = await ask("postPageFeed", {"surface": "discover", "slots": 2}, **by)
    await ask("getPagePost", item_id="tea-1", **by)
    await ask("getWhy", receipt_id=feed["receipt_id"], slot=1, **by)
    await ask("getAround", query=TOWN, **by)
    for name in (
        "getPersonSheet",
        "listPersonPosts",
        "mutePerson",
        "unmutePerson",
        "hideAdsOf",
        "showAdsOf",
        "blockPerson",
        "unblockPerson",
    ):
        await ask(name, person_id="mei", **by)
    await ask("putMyConsent", {"personalisation": True, "position": True}, **by)
    for name in ("savePost", "getSaved"):
        await ask(name, item_id="tea-1", **by)
    await ask("listMySaved", **by)
    await ask("unsavePost", item_id="tea-1", **by)
    for name in ("getMyPage", "listMyLikes", "exportMine"):
        await ask(name, **by)
    await ask("getProductSheet", product_id="soup", **by)
    await ask("getShopSheet", shop_id="soups", **by)
    await ask("getRoomSheet", room_id="kitchen", **by)
    await ask("joinDomain", domain_id="food", **by)
    await ask("leaveDomain", domain_id="food", **by)
    bowl = {"product_id": "soup", "variant_id": "bowl", "quantity": 1}
    order = await ask("postOrder", {"buyer": "bo", "lines": [bowl], "position": TOWN}, keep=False)
    await ask("listMyOrders", **by)
    await ask("getMyOrder", order_id=order["id"], **by)
    await ask("payMyOrder", order_id=order["id"], **by)
    await ask("getResidents", by="nobody", query={"q": "ann"})
    await ask("postDemoSession", {"viewer": "ann"}, by="nobody")


async def ended(does):
    """Take back and erase, last of all."""
    ask = does.ask
    await ask("deleteFollow", person_id="ann", author_id="mei")
    await ask("deleteItem", item_id="tea-11")
    await ask("deletePerson", person_id="eve")
    await ask("putPredictor", WEIGHTS)
    await ask("putClock", {"instant": "2026-03-04T13:00:00Z"})
