"""The client against the real engine: every answer fits its shape, and an outage loses and doubles nothing."""

import msgspec
import pytest

from lodestone.client import AsyncClient, Client, Event, Outbox, Retries, records, shapes
from lodestone.client import engine as judged
from lodestone.client.errors import ConflictError, UnknownError, UnreachableError
from lodestone.serve import application
from lodestone.serve.openapi import document_of
from tests.worlds.serving import serving
from tests.worlds.world import NOON, TOWN, instant, opened, run


def test_every_call_is_answered_by_the_engine_in_its_own_shape(tmp_path):
    async def scenario():
        async with opened(tmp_path, given={"clock": "driven"}) as world:
            operator = AsyncClient(world.http, world.app.operator_key, "c")
            made = await operator.put_community("d", {"name": "second", "currency": "EUR"})
            assert (made.currency, (await operator.community("d")).name) == ("EUR", "second")
            assert {one.id for one in (await operator.communities()).data} == {"c", "d"}
            key = await operator.create_key("d", "app", ["read"])
            (kept,) = (await operator.keys("d")).data
            assert (kept.name, kept.scopes, kept.key) == ("app", ("read",), None)
            await operator.revoke_key("d", kept.id)
            assert (await operator.keys("d")).data[0].revoked_at is not None
            assert key.startswith("lsk_")

            client = AsyncClient(world.http, world.key)
            await client.advance(instant(NOON))
            await records_are_kept(client)
            await comments_are_kept(client)
            await decisions_are_made(client, world)

    run(scenario)


async def records_are_kept(client):
    ann = await client.put_person("ann", {"name": "Ann", "home": TOWN, "interests": {"tea": 2}})
    assert (ann.home.latitude, ann.interests) == (26.38, {"tea": 2.0})
    assert (await client.put_people([{"id": "bob"}, {"id": "cem"}])).accepted == 2
    assert await client.person("ann") == ann
    first = await client.people(2)
    rest = await client.people(2, first.next_cursor)
    assert sorted(one.id for one in (*first.data, *rest.data)) == ["ann", "bob", "cem"]
    for begin, end, what in (
        (client.follow, client.unfollow, "follows"),
        (client.block, client.unblock, "blocks"),
        (client.mute, client.unmute, "mutes"),
        (client.hide_ads, client.show_ads, "hidden-ads"),
    ):
        await begin("ann", "bob")
        assert (await client.edges("ann", what)).data == ("bob",)
        await end("ann", "bob")
        assert (await client.edges("ann", what)).data == ()
    tea = await client.put_domain("tea", {"kind": "channel", "name": "Tea"})
    await client.join("tea", "ann")
    await client.add_moderator("tea", "bob")
    assert ((await client.domain("tea")).members, tea.members) == (1, 0)
    assert (await client.members("tea")).data == ("ann",)
    assert (await client.moderators("tea")).data == ("bob",)
    await client.remove_moderator("tea", "bob")
    await client.leave("tea", "ann")
    assert (await client.members("tea")).data == ()
    await client.put_domain("gone", {"kind": "channel"})
    await client.delete_domain("gone")
    assert [one.id for one in (await client.domains()).data] == ["tea"]
    url = await client.put_media("cup", "image/webp", b"RIFF")
    media = [{"url": url, "type": "image/webp"}]
    item = await client.put_item("i0", {"kind": "picture", "author_id": "bob", "media": media})
    assert (item.author_id, item.media[0].url) == ("bob", url)
    rows = [{"id": f"i{n}", "kind": "text", "author_id": "cem"} for n in range(1, 9)]
    assert (await client.put_items(rows)).accepted == 8
    await client.withdraw_item("i8")
    assert (await client.item("i8")).state == "withdrawn"
    assert len((await client.items(author_id="cem")).data) == 8


async def comments_are_kept(client):
    words = {"author_id": "ann", "text": "well said"}
    made = await client.put_comment("i0", "c1", words)
    assert (made.state, made.text, await client.comment("i0", "c1")) == ("live", "well said", made)
    await client.put_comment("i0", "r1", {**words, "author_id": "cem", "in_reply_to": "c1"})
    await client.like_comment("i0", "c1", "bob")
    await client.report_comment("i0", "c1", "cem", "spam")
    (thread,) = (await client.comments("i0", viewer="bob")).data
    assert (thread.comment.likes, [reply.id for reply in thread.replies]) == (1, ["r1"])
    assert len((await client.replies("i0", "c1", viewer="bob")).data) == 1
    assert len((await client.comments("i0", order="newest")).data) == 1
    await client.unlike_comment("i0", "c1", "bob")
    await client.delete_comment("i0", "c1")
    assert (await client.comment("i0", "c1")).state == "deleted"


async def decisions_are_made(client, world):
    session = await client.create_session("ann")
    assert (session.viewer, session.expires_at) == ("ann", "2026-03-04T13:00:00.000Z")
    feed = await client.feed("ann", slots=4, position=TOWN, more={"explain": True})
    assert feed.explain.slots[0].item_id == feed.slots[0].item_id
    seen = [slot.event("impression", "ann", world.now) for slot in feed.slots]
    like = feed.slots[0].event("like", "ann", world.now)
    told = await client.events([*seen, like, like, Event(type="like", time=world.now)])
    assert (told.accepted, told.duplicates, told.refused[0].code) == (
        len(seen) + 1, 1, "field_missing",
    )  # fmt: skip
    old = Event(type="click", time="2022-01-01T00:00:00Z", person_id="ann", item_id="i1")
    assert (await client.events([old], history=True)).accepted == 1
    receipt = await client.receipt(feed.receipt_id)
    assert [one.item_id for one in receipt.slate] == [slot.item_id for slot in feed.slots]
    assert (await client.replay(feed.receipt_id)).identical
    trace = await client.trace(feed.slots[0].item_id)
    assert (trace.served.total, trace.impressions.total, trace.counters["like"]) == (1, 1, 1)
    assert (await client.promises()).data[0].id
    assert (await client.liu()).liu.days
    flow = await client.flow()  # ann's follow, at the moment she saw bob's post, and her joining
    enters = [one for one in flow.borders if one.move == "enter"]
    assert [(one.source, one.target, one.by, one.crossings) for one in enters] == [
        ("public", "private", "follow", 1)
    ]
    leaves = {(one.source, one.by, one.crossings) for one in flow.borders if one.move == "leave"}
    assert leaves == {("middle", "leave", 1), ("private", "unfollow", 1)}
    assert flow.unexplained == 1
    assert (await client.exposure()).impressions == len(seen)
    before = await client.policy()
    after = await client.put_policy({**before.policy, "author_max": 3})
    assert after.policy["author_max"] == 3
    assert (await client.use_preset("growth")).policy["name"] == "growth"
    assert (await client.rollback_policy(before.version)).policy["author_max"] == 2
    assert (await client.dry_run({**before.policy, "author_max": 1})).receipts == 1
    versions = await client.policies()
    assert len(versions.data) == before.version + 3
    assert "commerce" in versions.presets
    assert (await client.export_person("ann")).person.id == "ann"
    await client.erase_person("ann")
    with pytest.raises(UnknownError):
        await client.person("ann")


# What the documents names differently, or the client reads more plainly.
NAMES = {
    "Person": "PersonOut", "Item": "ItemOut", "Domain": "DomainOut", "Community": "CommunityOut",
    "Key": "KeyOut", "Session": "SessionOut", "Comment": "CommentOut", "Export": "PersonExport", "Label": "LabelOut",
    "Receipt": "ReceiptOut", "Replay": "ReplayOut", "Trace": "TraceOut", "DryRun": "DryRunOut",
    "PolicyVersion": "PolicyOut", "Promises": "PromiseTable", "Promise": "PromiseOut",
    "Slot": "FeedSlot", "Price": "PriceNote", "Event": "EventIn", "Refused": "Refusal",
}  # fmt: skip


def test_every_field_the_client_reads_or_sends_is_one_the_engine_documents():
    inner = application(None, None, None, wall=None, reports=None)._inner
    parts = document_of(inner)["components"]["schemas"]
    known = {name: set(part.get("properties", {})) for name, part in parts.items()}
    own = [
        shape
        for room in (records, judged, shapes)
        for shape in vars(room).values()
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct)
        if shape.__module__ == room.__name__ and shape is not records.Page
    ]

    assert len(own) == 45
    for shape in own:
        fields = set(shape.__struct_encode_fields__)
        if shape is shapes.Refused:
            fields -= {"line"}  # a bulk request's own
        assert fields <= known[NAMES.get(shape.__name__, shape.__name__)], shape


def test_a_refusal_reaches_the_app_in_the_engines_own_words(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            client = AsyncClient(world.http, world.key)
            with pytest.raises(ConflictError) as conflict:
                await client.advance(instant(NOON))
            with pytest.raises(UnknownError) as unknown:
                await client.receipt("rcp_0")
        return conflict.value, unknown.value

    conflict, unknown = run(scenario)
    assert (conflict.status, conflict.code) == (409, "clock_not_driven")
    assert (unknown.status, unknown.code) == (404, "receipt_unknown")


async def four_posts(world):
    await world.people(1)
    await world.items(4)


def impressions(outbox, world, first, count):
    for number in range(first, first + count):
        outbox.add(
            Event(
                type="impression", time=world.now, person_id="p0", item_id=f"i{number % 4}",
                visible_seconds=number / 100,
            )
        )  # fmt: skip


def test_an_outage_of_the_server_loses_no_event_and_counts_none_twice(tmp_path):
    home, outbox = tmp_path / "home", Outbox(tmp_path / "events.outbox")
    home.mkdir()
    once = Retries(tries=1)
    with serving(home, fill=four_posts) as up, Client.at(up.address, up.world.key) as client:
        impressions(outbox, up.world, 0, 100)
        taken = outbox.batch()
        outbox.give_back()
        # The answer to this one is never read, as if the line had been cut: they will be sent again.
        client.ask("POST", "/v1/events", content=taken.body)
        world, key, port = up.world, up.world.key, up.port

    impressions(outbox, world, 100, 100)
    with Client.at(f"http://127.0.0.1:{port}", key) as impatient:
        impatient._desk._retries = once
        with pytest.raises(UnreachableError):
            impatient.flush(outbox)
    impressions(outbox, world, 200, 100)
    outbox.close()  # the app itself ends too

    outbox = Outbox(tmp_path / "events.outbox")
    with serving(home, port=port) as up, Client.at(up.address, key) as client:
        told = client.flush(outbox)
        counted = [client.item(f"i{n}").counters["impressions"] for n in range(4)]
        again = client.flush(outbox)

    assert (told.accepted, told.duplicates, told.refused) == (200, 100, ())
    assert counted == [75, 75, 75, 75]
    assert (again.accepted, len(outbox), outbox.lost) == (0, 0, 0)


def test_a_call_made_while_the_server_is_down_is_answered_once_it_is_up_again(tmp_path):
    with serving(tmp_path, fill=four_posts) as up:
        key, port = up.world.key, up.port
    runs = []

    def start(_):
        """Instead of waiting: the server comes back while the client sleeps for the first time."""
        if not runs:
            runs.append(serving(tmp_path, port=port))
            runs[0].__enter__()

    with Client.at(f"http://127.0.0.1:{port}", key) as client:
        client._sleep = start
        feed = client.feed("p0", slots=2)
    runs[0].__exit__(None, None, None)

    assert len(feed.slots) == 2
