"""What a creator's works bring: what was earned line by line, what others may run, and how each post does."""

from tests.worlds.creator_desk import FILM, Creator, at_the_desk
from tests.worlds.creator_world import FIXED, accepted, let, published
from tests.worlds.merchant_desk import note


def test_what_was_earned_stands_line_by_line_and_leads_to_its_order(tmp_path):
    async def scene(world, ann):
        empty = await ann.open("/creator/money")
        made = await published(world, await accepted(world, FIXED))
        await ann.later(days=9)
        await ann.later(days=8)
        page = await ann.open("/creator/money")
        past = await ann.open("/creator/money?from=2026-03-01&to=2026-03-02")
        wrong = await ann.ask("GET", "/creator/money?from=2026-04-01&to=2026-03-01")
        return empty, page, past, made["id"], wrong.status_code

    empty, page, past, order, wrong = at_the_desk(tmp_path, scene)
    assert "Nothing is earned yet" in empty
    assert "¥100.00 is earned and not paid out yet" in page
    assert f'<a href="/creator/order?order={order}">Earned</a>' in page
    assert "+¥100.00" in page
    assert "¥100.00 is earned and not paid out yet" in past
    assert "+¥100.00" not in past
    assert wrong == 409


def test_an_authorisation_is_listed_and_revoked_by_its_creator_alone(tmp_path):
    async def scene(world, ann):
        empty = await ann.open("/creator/permits")
        await world.put("/v1/items/film", FILM, status=201)
        await world.put("/v1/authorisations/let", let(world), status=201)
        await world.put("/v1/people/bob", {}, status=201)
        await world.put("/v1/creators/bob", {}, status=201)
        bob = Creator(world)
        await bob.arrive("bob")
        await bob.open("/creator/permits")
        foreign = await bob.send("/creator/permits/revoke", permit="let")
        stands = (await world.ask("GET", "/v1/authorisations/let"))["state"]
        listed = await ann.open("/creator/permits")
        page = await ann.send("/creator/permits/revoke", permit="let")
        again = await ann.send("/creator/permits/revoke", permit="let")
        return empty, foreign.status_code, stands, listed, page, again.status_code, await world.ask("GET", "/v1/authorisations/let")  # fmt: skip

    empty, foreign, stands, listed, page, again, becomes = at_the_desk(tmp_path, scene)
    assert "Nobody runs your posts as ads" in empty
    assert (foreign, stands) == (404, "in_force")
    assert "1 post of yours may be run as an ad" in listed
    assert all(text in listed for text in ("Soup at noon", "30 %"))
    assert note(page) == (True, "Revoked. No page shows it as an ad of theirs any more.")
    assert (again, becomes["state"]) == (200, "revoked")


def test_a_creator_reads_how_their_own_posts_do_and_nobody_elses(tmp_path):
    async def scene(world, ann):
        empty = await ann.open("/creator/works")
        await world.put("/v1/items/film", FILM, status=201)
        feed = await world.feed("p1")
        slot = next(slot for slot in feed["slots"] if slot["item_id"] == "film")
        await world.events(world.event("impression", slot, "p1"), world.event("like", slot, "p1"))
        foreign = await ann.ask("GET", "/creator/work?post=soup")
        return empty, await ann.open("/creator/works"), await ann.open("/creator/work?post=film"), foreign.status_code  # fmt: skip

    empty, listed, page, foreign = at_the_desk(tmp_path, scene)
    assert "You have posted nothing yet" in empty
    assert "1 like" in listed
    assert "seen once" in page
    assert '<dt>likes</dt><dd class="figures">1</dd>' in page
    assert foreign == 403
