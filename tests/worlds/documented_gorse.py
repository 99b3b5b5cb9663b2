"""One request of each of Gorse's routes."""

from tests.worlds.documented_story import NOW


def row(kind="like", item="cup-0"):
    return {"FeedbackType": kind, "UserId": "greta", "ItemId": item, "Timestamp": NOW}


async def written(does):
    """Write users, items and feedback as Gorse's clients do."""
    ask = does.ask
    await ask("gorseInsertUser", {"UserId": "greta", "Labels": ["tea"]})
    await ask("gorseInsertUsers", [{"UserId": "gus", "Labels": ["tea"]}, {"UserId": "gone"}])
    await ask(
        "gorseInsertItem",
        {"ItemId": "cup-0", "Categories": ["cups"], "Labels": ["tea"], "Timestamp": NOW},
    )
    more = [
        {"ItemId": f"cup-{n}", "Categories": ["cups"], "Labels": ["tea"], "Timestamp": NOW}
        for n in range(1, 6)
    ]
    await ask("gorseInsertItems", more)
    await ask("gorseModifyUser", {"Comment": "Greta"}, user_id="greta")
    await ask("gorseModifyItem", {"Comment": "A blue cup"}, item_id="cup-0")
    await ask("gorseInsertCategory", item_id="cup-1", category="blue")
    await ask("gorseDeleteCategory", item_id="cup-1", category="blue")
    await ask("gorseInsertFeedback", [row(), row("read", "cup-1")])
    await ask("gorsePutFeedback", [row("like", "cup-2")])


async def read(does):
    """Read them back, and ask for lists and recommendations."""
    ask, user, item = does.ask, {"user_id": "greta"}, {"item_id": "cup-0"}
    few = {"query": {"n": 2}}
    await ask("gorseGetUsers", **few)
    await ask("gorseGetUser", **user)
    await ask("gorseGetItems", **few)
    await ask("gorseGetItem", **item)
    await ask("gorseGetFeedback", **few)
    await ask("gorseGetTypedFeedback", feedback_type="like", **few)
    await ask("gorseGetUserItemFeedback", **user, **item)
    await ask("gorseGetOneFeedback", feedback_type="like", **user, **item)
    await ask("gorseGetUserFeedback", **user)
    await ask("gorseGetTypedUserFeedback", feedback_type="like", **user)
    await ask("gorseGetItemFeedback", **item)
    await ask("gorseGetTypedItemFeedback", feedback_type="like", **item)
    await ask("gorseRecommend", **user, **few)
    await ask("gorseRecommendCategory", **user, category_name="cups", **few)
    await ask("gorseSession", [row()], **few)
    await ask("gorseSessionCategory", [row()], category_name="cups", **few)
    await ask("gorseNeighbours", **item, **few)
    await ask("gorseNeighboursCategory", **item, category_name="cups", **few)
    await ask("gorseItemToItem", name="neighbors", **item, **few)
    for name in ("gorseLatest", "gorsePopular"):
        await ask(name, **few)
        await ask(f"{name}Category", category_name="cups", **few)
    await ask("gorseNonPersonalized", name="trending", **few)
    await ask("gorseLive", by="nobody")
    await ask("gorseReady", by="nobody")


async def refused_and_ended(does):
    """Ask for what is not offered, and take things back."""
    ask, user = does.ask, {"user_id": "greta"}
    await ask("gorseCollaborativeFiltering", **user)
    await ask("gorseCollaborativeFilteringCategory", **user, category="cups")
    await ask("gorseUserNeighbors", **user)
    await ask("gorseUserToUser", name="neighbors", **user)
    await ask("gorseMeasurements", name="precision")
    await ask("gorseDeleteOneFeedback", feedback_type="like", **user, item_id="cup-0")
    await ask("gorseDeleteUserItemFeedback", **user, item_id="cup-2")
    await ask("gorseDeleteItem", item_id="cup-5")
    await ask("gorseDeleteUser", user_id="gone")
