"""Communities of ten people and thirty items, written by hand and laid out by a seed: what ranks them must not hang on it."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.worlds.world import opened

PEOPLE, ITEMS = 10, 30
HERE, FAR = {"latitude": 26.38, "longitude": 108.08}, {"latitude": 26.38, "longitude": 109.40}
"""Two towns, 130 km from one another."""


@dataclass
class Small:
    """What a small community holds: items by name, and what was done, oldest first."""

    items: dict[str, dict] = field(default_factory=dict)
    deeds: list[tuple] = field(default_factory=list)
    people: dict[str, dict] = field(default_factory=dict)

    def item(self, name, *tags, **fields):
        self.items[name] = {"kind": "text", "tags": list(tags), "author_id": f"by-{name}", **fields}

    def fill(self, **fields):
        """Add posts of many topics that nobody took to, up to thirty."""
        for n in range(ITEMS - len(self.items)):
            self.item(f"other{n}", f"topic{n}", **fields)

    def did(self, person, *items, kind="like", days=1.0):
        self.deeds += [(person, name, kind, days) for name in items]


async def lay_out(world, small, seed):
    """Bring a community: in an order, under identifiers and at minutes of the day drawn by the seed."""
    chance = Random(seed)
    people = {f"p{n}": {} for n in range(PEOPLE)} | small.people
    authors = {fields["author_id"]: {} for fields in small.items.values()}
    for name, fields in _mixed(chance, {**people, **authors}):
        await put(world, f"/v1/people/{name}", fields)
    for name, fields in _mixed(chance, small.items):
        made = fields.get("created_at") or _ago(world, 30 + chance.random())
        await put(world, f"/v1/items/{name}", {**fields, "created_at": made})
    await calm(world)
    events = [
        world.event(kind, person=person, item_id=name, time=_ago(world, days + chance.random() / 4))
        for person, name, kind, days in small.deeds
    ]
    chance.shuffle(events)
    if events:
        told = await world.ask("POST", "/v1/events?history=true", {"events": events}, status=200)
        assert not told["refused"], told
    world.later(seconds=70)  # a round of working out begins at most every fifty seconds


async def put(world, path, body):
    """Put something, and be sure of it."""
    answer = await world.http.put(path, json=body)
    assert answer.status_code in {200, 201}, (path, answer.text)


async def calm(world):
    """Put a policy that explores nothing into force."""
    policy = (await world.ask("GET", "/v1/policy"))["policy"]
    promises = [one for one in policy["promises"] if one["kind"] != "exploration"]
    wanted = {**policy, "promises": promises, "exploration_share": 0.0}
    await world.put("/v1/policy", {"policy": wanted}, status=200)


def _ago(world, days):
    return (world.now - timedelta(days=days)).isoformat()


def _mixed(chance, named):
    pairs = list(named.items())
    chance.shuffle(pairs)
    return pairs


async def order_of(world, viewer, *, slots=10, **asked):
    """Return every item a viewer is shown, page after page to the end, in order."""
    shown, cursor = [], None
    while True:
        page = await world.feed(viewer, slots=slots, cursor=cursor, **asked)
        shown += [slot["item_id"] for slot in page["slots"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return shown


def in_small(home, small, seed, tell):
    """Return the scenario that lays a community out and lets `tell(world)` ask it."""

    async def scenario():
        async with opened(home) as world:
            await lay_out(world, small, seed)
            return await tell(world)

    return scenario()
