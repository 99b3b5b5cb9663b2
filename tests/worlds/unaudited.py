"""Routes that write, or that a body is sent to, and leave no record in the audit log; each by its reason."""

NOT_AN_ACT = {
    "what people do themselves, or the app for them": {
        "PUT /v1/people/{person_id}", "POST /v1/people:bulk",
        "PUT /v1/people/{person_id}/follows/{author_id}", "DELETE /v1/people/{person_id}/follows/{author_id}",
        "PUT /v1/people/{person_id}/blocks/{author_id}", "DELETE /v1/people/{person_id}/blocks/{author_id}",
        "PUT /v1/people/{person_id}/mutes/{author_id}", "DELETE /v1/people/{person_id}/mutes/{author_id}",
        "PUT /v1/people/{person_id}/hidden-ads/{author_id}", "DELETE /v1/people/{person_id}/hidden-ads/{author_id}",
        "PUT /v1/page/people/{person_id}/hidden-ads", "DELETE /v1/page/people/{person_id}/hidden-ads",
        "PUT /v1/domains/{domain_id}/members/{person_id}", "DELETE /v1/domains/{domain_id}/members/{person_id}",
        "PUT /v1/page/domains/{domain_id}", "DELETE /v1/page/domains/{domain_id}", "POST /v1/page/feed",
        "PUT /v1/items/{item_id}/comments/{comment_id}",
        "PUT /v1/items/{item_id}/comments/{comment_id}/likes/{person_id}", "DELETE /v1/items/{item_id}/comments/{comment_id}/likes/{person_id}",
        "PUT /v1/items/{item_id}/comments/{comment_id}/reports/{person_id}", "DELETE /v1/items/{item_id}/comments/{comment_id}/reports/{person_id}",
        "PUT /v1/page/posts/{item_id}/comments/{comment_id}", "DELETE /v1/page/posts/{item_id}/comments/{comment_id}",
        "PUT /v1/page/posts/{item_id}/comments/{comment_id}/like", "DELETE /v1/page/posts/{item_id}/comments/{comment_id}/like",
        "PUT /v1/page/posts/{item_id}/comments/{comment_id}/report",
        "PUT /v1/page/people/{person_id}/mutes", "DELETE /v1/page/people/{person_id}/mutes",
        "PUT /v1/page/people/{person_id}/blocks", "DELETE /v1/page/people/{person_id}/blocks",
        "PUT /v1/page/mine/saved/{item_id}", "DELETE /v1/page/mine/saved/{item_id}", "PUT /v1/page/mine/consent",
        "POST /v1/page/orders/{order_id}/pay", "POST /v1/vouchers/{voucher_id}/short-code", "POST /v1/orders", "POST /v1/feeds", "POST /v1/events", "PUT /v1/media/{key}",
        "POST /api/user", "POST /api/users", "PATCH /api/user/{user_id}", "POST /api/feedback",
        "PUT /api/feedback", "DELETE /api/feedback/{user_id}/{item_id}",
        "DELETE /api/feedback/{feedback_type}/{user_id}/{item_id}",
    },
    "a provider's word, or a media server's": {
        "POST /v1/orders/{order_id}/pay", "POST /v1/live/hooks/srs", "POST /v1/payments/send",
        "POST /v1/payouts/hooks/{provider}/{community_id}",
    },
    "changes nothing": {
        "POST /v1/receipts/{receipt_id}/replay", "POST /v1/policy/dry-run", "POST /v1/verify", "POST /v1/audit",
        "POST /v1/forecasts", "POST /v1/boosts:forecast",
        "POST /v1/vouchers/prepare", "POST /v1/sessions", "POST /demo/session",
        "POST /api/session/recommend", "POST /api/session/recommend/{category_name}",
        "POST /operator/login", "POST /operator/logout", "POST /merchant/login", "POST /merchant/logout",
        "POST /operator/receipts/{receipt_id}/replay", "POST /merchant/look", "POST /merchant/scan",
        "POST /creator/login", "POST /creator/logout",
        "POST /advertiser/login", "POST /advertiser/logout", "POST /advertiser/start/forecast",
    },
    "an author's words": {
        "PUT /api/item/{item_id}/category/{category}", "DELETE /api/item/{item_id}/category/{category}",
    },
    "a mark of how far an import has come": {"PUT /v1/imports/{source}"},
}  # fmt: skip
"""Routes that write, or that a body is sent to, and leave no record; each by its reason."""
SPECIAL = {"PUT /v1/clock"}
"""Leaves a record where it lets the clock run with the wall, and none where it moves it on: every fact has its time."""
