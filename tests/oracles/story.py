"""Stories: a small community written down line by line, lived through the public routes, then asked for its figures.

A line is `2026-03-01 09:00  ann likes tea`; `docs/figures.md` is made of such lines, and `LINES` is all of them. People are
made when first named. A day is a day in the community's zone, UTC unless it is told in another.
"""

import json
import re
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from lodestone.base.clock import ManualClock
from tests.worlds.world import TOWN, instant, opened

PAGE = 50
"""Slots of a feed: more than a story has posts."""
_OUTCOMES = {
    "clicks": "click", "likes": "like", "unlikes": "unlike", "comments": "comment", "shares": "share",
    "hides": "hide", "orders": "order", "views": "long_view",
}  # fmt: skip
_SURFACES = ("discover", "following")


class Story:
    """One community whose clock goes from line to line."""

    def __init__(self, world, zone="UTC"):
        self.world, self.zone = world, ZoneInfo(zone)
        self.people = set()
        self.pages = {}
        """(person, surface, domain) -> when the last page was served, and its unseen slots by item."""
        self.slots = {}
        """(person, item) -> the slot in which the person saw it last."""
        self.orders = {}
        """(person, item) -> the order they made last."""
        self.seen = []
        """(receipt, slot) of every impression sent."""

    async def live(self, text):
        """Live every line of a text; empty lines and those that begin with # say nothing."""
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                await self.line(line)

    async def line(self, line):
        """Live one line."""
        at, said = line[:16], line[16:].strip()
        time = instant(datetime.fromisoformat(at).replace(tzinfo=self.zone))
        assert time >= self.world.clock.now(), f"goes back: {line}"
        self.world.clock.advance(seconds=(time - self.world.clock.now()) / 1_000_000)
        for pattern, act in LINES:
            match = re.fullmatch(pattern, said)
            if match:
                await act(self, **match.groupdict())
                return
        raise AssertionError(f"no such line: {line}")

    async def _person(self, name):
        if name not in self.people:
            self.people.add(name)
            await self.world.put(f"/v1/people/{name}", {}, status=201)

    async def nothing(self):
        """Let time pass."""

    async def shop(self, owner, name):
        """Open a shop, and let it be looked at."""
        await self._person(owner)
        shop = {"owner_id": owner, "name": name, "position": TOWN, "categories": ["food"], "hold_share": 1.0}  # fmt: skip
        await self.world.put(f"/v1/shops/{name}", shop, status=201)
        await self.world.ask("POST", f"/v1/shops/{name}/review", {"decision": "approved"}, status=200)  # fmt: skip

    async def sells(self, shop, item, yuan):
        """Put a product on sale, fifty pieces of it at one price."""
        price = {"micros": round(float(yuan) * 1_000_000), "currency": "CNY"}
        piece = {"id": "one", "name": "one", "price": price, "stock": 50}
        body = {"shop_id": shop, "name": item, "fulfilment": ["pickup"], "variants": [piece], "commission_share": 0.0}  # fmt: skip
        await self.world.put(f"/v1/products/{item}", body, status=201)

    async def buys(self, person, item):
        """Order and pay at the till, of no slot."""
        await self._person(person)
        line = {"product_id": item, "variant_id": "one", "quantity": 1}
        body = {"buyer": person, "lines": [line], "position": TOWN}
        made = await self.world.ask("POST", "/v1/orders", body, status=201)
        await self.world.ask("POST", f"/v1/orders/{made['id']}/pay", {"amount": made["total"]}, status=200)  # fmt: skip
        self.orders[person, item] = made

    async def refunds(self, item, person, share):
        """Give back a share of what somebody paid for something."""
        made = self.orders[person, item]
        back = {**made["total"], "micros": round(made["total"]["micros"] * float(share))}
        body = {"request_id": f"{item} {person} {share}", "amount": back}
        await self.world.ask("POST", f"/v1/orders/{made['id']}/refund", body, status=200)

    async def opens(self, domain):
        await self.world.put(f"/v1/domains/{domain}", {"kind": "channel"}, status=201)

    async def place(self, domain, verb, at=None):
        """Open a place of ten kilometres around a point, move it, or remove it."""
        if verb == "closes":
            await self.world.ask("DELETE", f"/v1/domains/{domain}", status=204)
        else:
            await self.world.put(
                f"/v1/domains/{domain}", {"kind": "place", "centre": _position(at)},
                status=201 if verb == "opens at" else 200,
            )  # fmt: skip

    async def posts(self, person, item, kind=None, domain=None, at=None, seconds=None):
        await self._person(person)
        body = {"kind": kind or "text", "author_id": person}
        body |= {"channels": [domain]} if domain else {}
        body |= {"position": _position(at)} if at else {}
        body |= {"duration_seconds": float(seconds)} if seconds else {}
        await self.world.put(f"/v1/items/{item}", body, status=201)

    async def moves(self, person, item, at):
        """Say that a post lies elsewhere."""
        before = await self.world.ask("GET", f"/v1/items/{item}", status=200)
        body = {name: before[name] for name in ("kind", "author_id", "channels")}
        await self.world.put(f"/v1/items/{item}", body | {"position": _position(at)}, status=200)

    async def withdraws(self, person, item):
        await self.world.ask("DELETE", f"/v1/items/{item}", status=204)

    async def labels(self, item, label):
        before = await self.world.ask("GET", f"/v1/items/{item}", status=200)
        body = {name: before[name] for name in ("kind", "author_id", "channels")}
        labels = [{"label": label, "rule": "by-hand"}]
        await self.world.put(f"/v1/items/{item}", body | {"labels": labels}, status=200)

    async def erased(self, person):
        await self.world.ask("DELETE", f"/v1/people/{person}", status=204)

    async def sets(self, field, value):
        """Put a policy into force that differs in one field, `worths.like` or `merit_gate`."""
        policy = (await self.world.ask("GET", "/v1/policy", status=200))["policy"]
        at, names = policy, field.split(".")
        for name in names[:-1]:
            at = at[name]
        at[names[-1]] = json.loads(value)
        await self.world.put("/v1/policy", {"policy": policy}, status=200)

    async def asks(self, person):
        """Be served a page and look at none of it."""
        await self._person(person)
        await self.world.feed(person, slots=PAGE)

    async def sees(self, person, item, surface="discover", domain=None):
        """Be shown a post in a feed, and report the impression with its slot's beacon."""
        await self._person(person)
        surface = "channel" if domain else surface or "discover"
        served, page = self.pages.setdefault((person, surface, domain), (0, {}))
        now = self.world.clock.now()
        if item not in page or now - served > 3_000_000_000:  # an impression counts for an hour
            feed = await self.world.feed(person, slots=PAGE, surface=surface, domain_id=domain)
            name = feed["receipt_id"]
            page = {slot["item_id"]: slot | {"receipt_id": name} for slot in feed["slots"]}
            self.pages[person, surface, domain] = (now, page)
        assert item in page, f"{person} was not served {item} but {sorted(page)}"
        slot = self.slots[person, item] = page.pop(item)
        self.seen.append((slot["receipt_id"], slot["slot"]))
        await self._send("impression", slot, person)

    async def does(self, person, verb, item, seconds=None):
        """Do something to a post: of the slot in which it was last seen, else of no decision."""
        await self._person(person)
        more = {} if seconds is None else {"watch_seconds": float(seconds)}
        kind = _OUTCOMES.get(verb, "watch")
        slot = self.slots.get((person, item))
        await self._send(kind, slot, person, **({} if slot else {"item_id": item}), **more)

    async def _send(self, kind, slot, person, **more):
        sent = await self.world.events(self.world.event(kind, slot, person, **more))
        assert not sent["refused"], sent

    async def edge(self, person, verb, author, item=None):
        """Follow or unfollow by route; because of a post, by an event with its slot's beacon."""
        await self._person(person)
        await self._person(author)
        if item is not None:
            await self._send(verb.rstrip("s"), self.slots[person, item], person, author_id=author)
        else:
            method = "PUT" if verb == "follows" else "DELETE"
            await self.world.ask(method, f"/v1/people/{person}/follows/{author}")

    async def member(self, person, verb, domain):
        await self._person(person)
        method = "PUT" if verb == "joins" else "DELETE"
        await self.world.ask(method, f"/v1/domains/{domain}/members/{person}")


def _position(text):
    latitude, longitude = map(float, text.split(","))
    return {"latitude": latitude, "longitude": longitude}


_WHO, _WHAT, _AT = r"(?P<person>\w+)", r"(?P<item>\w+)", r"(?P<at>[-\d.]+,[-\d.]+)"
_KIND = r"(?:(?P<kind>video|live|picture|product) )?"
_CHANNEL, _LENGTH = r"(?: in (?P<domain>\w+))?", r"(?: of (?P<seconds>[\d.]+) s)?"
LINES = (
    (r"nothing happens", Story.nothing),
    (r"(?P<owner>\w+) opens the shop (?P<name>\w+)", Story.shop),
    (r"(?P<shop>\w+) sells (?P<item>\w+) for (?P<yuan>[\d.]+)", Story.sells),
    (rf"{_WHO} buys {_WHAT}", Story.buys),
    (rf"the shop refunds (?P<share>[\d.]+) of {_WHAT} to {_WHO}", Story.refunds),
    (r"channel (?P<domain>\w+) opens", Story.opens),
    (r"the operator sets (?P<field>[\w.]+) to (?P<value>.+)", Story.sets),
    (rf"the operator labels {_WHAT} (?P<label>\w+)", Story.labels),
    (rf"place (?P<domain>\w+) (?P<verb>opens at|moves to) {_AT}", Story.place),
    (r"place (?P<domain>\w+) (?P<verb>closes)", Story.place),
    (rf"{_WHO} posts {_KIND}{_WHAT}{_CHANNEL}(?: at {_AT})?{_LENGTH}", Story.posts),
    (rf"{_WHO} moves {_WHAT} to {_AT}", Story.moves),
    (rf"{_WHO} withdraws {_WHAT}", Story.withdraws),
    (rf"{_WHO} is erased", Story.erased),
    (rf"{_WHO} opens a feed", Story.asks),
    (rf"{_WHO} sees {_WHAT}(?: on (?P<surface>{'|'.join(_SURFACES)})| in (?P<domain>\w+))?", Story.sees),
    (rf"{_WHO} (?P<verb>watches) {_WHAT} for (?P<seconds>[\d.]+) s", Story.does),
    (rf"{_WHO} (?P<verb>{'|'.join(_OUTCOMES)}) {_WHAT}", Story.does),
    (rf"{_WHO} (?P<verb>follows|unfollows) (?P<author>\w+)(?: from {_WHAT})?", Story.edge),
    (rf"{_WHO} (?P<verb>joins|leaves) (?P<domain>\w+)", Story.member),
)  # fmt: skip
"""Every line a story may hold, and what it does."""


@asynccontextmanager
async def told(home, start="2026-03-01", zone="UTC"):
    """Open a community whose clock stands at the beginning of a day, and tell its story in its own time zone."""
    clock = ManualClock(instant(datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))))
    async with opened(home, clock=clock, given={"time_zone": zone}) as world:
        yield Story(world, zone)


def figure(answer, path):
    """Find one figure in an answer.

    Args:
        answer: What a route answered with.
        path: Names joined by dots; `[day=2026-03-01,domain=public]` picks from a list the one entry that says so, `[0]`
            the first, and `length` counts a list.
    """
    for part in re.findall(r"[\w]+|\[[^\]]*\]", path):
        if part == "length":
            answer = len(answer)
        elif not part.startswith("["):
            answer = answer[part]
        elif part[1:-1].isdigit():
            answer = answer[int(part[1:-1])]
        else:
            wanted = dict(pair.split("=") for pair in part[1:-1].split(","))
            (answer,) = [one for one in answer if all(str(one[k]) == v for k, v in wanted.items())]
    return answer


def figures(text):
    """Read a block of figures: the route it asks, and what it says by path."""
    first, *lines = text.strip().splitlines()
    route = first.removeprefix("GET ").strip()
    return route, {
        path: json.loads(value) for path, value in (line.split(None, 1) for line in lines)
    }
