"""The town of the story: a noodle shop whose keeper posts, eleven other shops, neighbours who buy, look and talk, in both languages."""

from dataclasses import dataclass

from lodestone.town.demo.names import DOMAINS, romanised
from lodestone.town.demo.names import TOWN as TOWN_EN
from lodestone.town.demo.shelves import SHOP_KINDS
from lodestone.town.make import NAME
from lodestone.town.scenes.composing import SHOWN, drawing
from lodestone.town.scenes.lights import light_of
from tests.worlds.trade_world import bought, line, redeem, voucher, yuan
from tests.worlds.world import TOWN

NEIGHBOURS = 24
NEWCOMERS = 4
"""One for each telling of the story: each has seen nothing yet."""
AUTHOR, CLERK = "xuemei", "haoran"
SHOP, PRODUCT, POST = "shop-long", "mutton", "morning"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = [{"day": day, "opens": "07:00", "closes": "21:30"} for day in WEEK]
MORNING_HOURS = 14.5
"""From the evening on which the town begins to half past ten in the next morning."""
COMMUNITY = {"name": NAME, "translations": {"en": {"name": TOWN_EN}}}
KEYS = {}
"""The keys of the noodle shop's desk, by person."""


@dataclass(frozen=True)
class Words:
    """What somebody wrote, in both languages."""

    zh: str
    en: str

    def as_text(self):
        return {"text": self.zh, "language": "zh", "translations": {"en": {"text": self.en}}}


NAMES = {AUTHOR: "龙雪梅", CLERK: "龙浩然"}
KEEPERS = (
    "吴明",
    "杨秀英",
    "潘阿朵",
    "王建国",
    "石春花",
    "罗志强",
    "陈桂香",
    "田玉兰",
    "欧水莲",
    "韦天佑",
    "顾银花",
)
GIVEN = ("明", "波", "云", "海", "丽", "成", "涛", "远")
SURNAMES = ("吴", "潘", "石")
NEWCOMER = Words("韦思雨", romanised("韦思雨"))

FIRST = Words(
    "凌晨四点起锅熬羊骨，七点开门。今早第一碗，给了要赶头班车的师傅。",
    "The mutton bones went on at four and the door opened at seven. This morning's first bowl went to a driver on the early bus.",
)
POSTS = (
    (AUTHOR, "noodles", {"bowl", "noodles", "egg"}, 8, Words("加个煎蛋，多放香菜。老街坊都这么吃。", "With a fried egg and plenty of coriander: that is how the neighbours take it.")),
    (AUTHOR, "market", set(), 7, Words("赶场天，羊肉要赶在七点前挑好。", "Market day: the mutton has to be picked before seven.")),
    ("wu", "terraces", set(), 9, Words("田里放水了，再过半个月插秧。", "Water is in the terraces; planting starts in two weeks.")),
    ("yang", "embroidery", {"hoop", "flower", "silk"}, 15, Words("这片花绣了三个晚上，还差两片叶子。", "Three evenings for this flower, and two leaves still to go.")),
    ("pan", "tea", {"tea_rows"}, 9, Words("雾散了再上山，今天采一芽一叶。", "Up the hill once the fog is gone: one bud, one leaf today.")),
    ("wang", "bridge", set(), 17, Words("风雨桥换了三根柱子，傍晚又能坐人了。", "The covered bridge has three new posts, and its benches are full again at dusk.")),
    ("shi", "batik", {"cloth", "vat"}, 11, Words("第一缸蓝靛养好了，布下去是绿的，出来才变蓝。", "The first vat of indigo is ready: the cloth comes out green and turns blue in the air.")),
    ("luo", "hives", set(), 10, Words("油菜花开了，蜂箱搬到河东去。", "The rapeseed is in flower, so the hives move to the East Bank.")),
    ("chen", "rice_cakes", {"tray", "cakes"}, 8, Words("糯米打到第三百下，粑粑才有筋道。", "It takes three hundred strokes before the rice cakes are chewy.")),
    ("tian", "village", {"houses", "smoke", "trees"}, 18, Words("寨子里家家起灶，炊烟连成一片。", "Every stove in the village is lit and the smoke joins up.")),
    ("ou", "waterfall", set(), 14, Words("雨后的瀑布，走两公里就到。", "The falls after the rain, two kilometres on foot.")),
    ("wei", "road", {"truck", "hills"}, 12, Words("去省城的货今天装满了，晚上七点发车。", "The load for the capital is full; we leave at seven tonight.")),
)  # fmt: skip
"""Author, scene and its parts, hour of the day, words."""
THREAD = (
    ("n0", "wu-asks", Words("下夜班要十点了，还有汤吗？", ""), None),
    (AUTHOR, "answer", Words("留着呢，十点半前来都是热的。", ""), "wu-asks"),
    ("n1", "two-bowls", Words("昨天两碗，今天还想来。香菜能多给点吗？", ""), None),
    ("n2", "child", Words("我家孩子第一次把汤喝光了。", ""), None),
)
"""Author, id, words and what it answers; comments are what people wrote and have no other language."""
EASY_MONEY = Words(
    "稳赚不赔的好项目，日入三千，加我微信领资料，名额只剩五个。",
    "A sure thing: three thousand a day, nothing to lose. Write to me for the papers, five places left.",
)

WHY = Words("让新人也被看见", "Let newcomers be seen")
"""Why the operator changes the policy."""

NEXT_DOOR = {"latitude": TOWN["latitude"] + 0.009, "longitude": TOWN["longitude"] + 0.008}
"""Where newcomers live: three streets from the noodle shop, since the town's clock stands while they walk."""


async def settle_story(world):
    """Bring the town in on one evening and let it live until the next morning."""
    await _people(world)
    await _shops(world)
    await _posts(world)
    await _life(world)
    world.later(hours=MORNING_HOURS)
    await _talk(world)
    await _life(world)
    await _trade(world)
    for person in (AUTHOR, CLERK):
        made = await world.ask("POST", f"/v1/shops/{SHOP}/staff/{person}/keys", status=201)
        KEYS[person] = made["key"]


def spot(number, step=0.004):
    """Return a place some streets from the middle, another one for each number."""
    return {
        "latitude": TOWN["latitude"] + step * (number % 5 - 2),
        "longitude": TOWN["longitude"] + step * (number % 7 - 3),
    }


def _named(name):
    return {"name": name, "translations": {"en": {"name": romanised(name)}}}


async def _people(world):
    both = {"translations": {"en": {"name": DOMAINS["老城"]}}}
    place = {"kind": "place", "name": "老城", "centre": TOWN, **both}
    await world.put("/v1/domains/old-town", place, status=201)
    food = {"kind": "channel", "name": "吃在城里", "translations": {"en": {"name": DOMAINS["吃在城里"]}}}  # fmt: skip
    await world.put("/v1/domains/food", food, status=201)
    cook = {"kind": "profession", "name": "厨师", "translations": {"en": {"name": DOMAINS["厨师"]}}}
    await world.put("/v1/domains/cook", cook, status=201)
    names = {
        **NAMES,
        **dict(zip(_keepers(), KEEPERS, strict=True)),
        **{f"n{n}": SURNAMES[n % 3] + GIVEN[n % 8] for n in range(NEIGHBOURS)},
        **{f"new{n}": NEWCOMER.zh for n in range(NEWCOMERS)},
    }
    for number, (person, name) in enumerate(names.items()):
        home = NEXT_DOOR if person.startswith("new") or person in NAMES else spot(number)
        body = {**_named(name), "home": home, "language": "zh"}
        body |= {"profession": "cook"} if person in (AUTHOR, CLERK) else {}
        await world.put(f"/v1/people/{person}", body, status=201)


def _keepers():
    return ("wu", "yang", "pan", "wang", "shi", "luo", "chen", "tian", "ou", "wei", "gu")


async def _draw(world, name, scene, parts, hour):
    """Draw a picture, store it, and return how it is named by what shows it."""
    made = drawing(scene, frozenset(parts), light_of(3, hour), 2)
    kind = {"Content-Type": "image/svg+xml"}
    stored = await world.ask("PUT", f"/v1/media/{name}", content=made.still, headers=kind)
    width, height = SHOWN
    return [{"url": stored["url"], "type": "image/svg+xml", "width": width, "height": height}]


async def _shops(world):
    """Open a shop of each kind; the noodle shop is the author's."""
    keepers = iter(_keepers())
    for number, kind in enumerate(SHOP_KINDS):
        own = kind.tag == "米粉"
        keeper = AUTHOR if own else next(keepers)
        shop = SHOP if own else f"shop-{keeper}"
        zh = NAMES[AUTHOR] if own else dict(zip(_keepers(), KEEPERS, strict=True))[keeper]
        en = f"Old Town {romanised(zh).split()[0]}'s {kind.name.en}"
        body = {
            "owner_id": keeper, "name": f"老城{zh[0]}家{kind.name.zh}", "position": spot(3 * number + 1, 0.006),
            "categories": [kind.name.zh], "hours": HOURS, "radius_km": 10.0,
            "translations": {"en": {"name": en}},
        }  # fmt: skip
        await world.put(f"/v1/shops/{shop}", body, status=201)
        await world.ask("POST", f"/v1/shops/{shop}/review", {"decision": "approved"}, status=200)
        for index, good in enumerate(kind.goods[:2]):
            product = (PRODUCT, "beef")[index] if own else f"{shop}-{index}"
            await _product(world, shop, product, good)
    await world.put(f"/v1/shops/{SHOP}/staff/{CLERK}", {"role": "clerk"}, status=204)


async def _product(world, shop, product, good):
    words = good.subject.words
    media = await _draw(world, f"{product}-picture", good.subject.scene, good.subject.parts, 11)
    sizes = [("one", "", "")] if len(good.yuan) == 1 else [("small", "小份", "Small"), ("large", "大份", "Large")]  # fmt: skip
    variants = [
        {"id": size, "name": zh, "price": yuan(price), "stock": 40}
        | ({"translations": {"en": {"name": en}}} if en else {})
        for (size, zh, en), price in zip(sizes, good.yuan, strict=True)
    ]
    if good.nightly:
        variants[0] = {**variants[0], "dates": {"2026-03-06": 3}}
        del variants[0]["stock"]
    body = {
        "shop_id": shop, "name": words.zh, "text": "现做现卖，买好再来不用等。", "language": "zh", "media": media,
        "variants": variants, "fulfilment": list(good.ways), "commission_share": 0.05,
        "translations": {"en": {"name": words.en, "text": "Made to order: buy first, then no waiting."}},
    }  # fmt: skip
    await world.put(f"/v1/products/{product}", body, status=201)


async def _posts(world):
    for number, (author, scene, parts, hour, words) in enumerate(POSTS):
        await put_post(world, f"post{number}", author, scene, parts, hour, words)


async def put_post(world, name, author, scene, parts, hour, words):
    media = await _draw(world, f"{name}-picture", scene, parts, hour)
    body = {
        "kind": "picture", "author_id": author, "media": media, "channels": ["food"] if author == AUTHOR else [],
        "position": spot(len(name) + ord(name[-1])), **words.as_text(),
    }  # fmt: skip
    await world.put(f"/v1/items/{name}", body, status=201)


async def _talk(world):
    """Post what is shared, and let neighbours and its author talk below it."""
    await put_post(world, POST, AUTHOR, "noodles", {"bowl", "noodles", "meat"}, 7, FIRST)
    world.later(minutes=25)
    for author, name, words, answers in THREAD:
        world.later(minutes=3)
        body = {"author_id": author, "text": words.zh, "language": "zh"}
        body |= {"in_reply_to": answers} if answers else {}
        await world.put(f"/v1/items/{POST}/comments/{name}", body, status=201)
    for person in ("n3", "n4", "n5"):
        await world.put(f"/v1/items/{POST}/comments/two-bowls/likes/{person}")


async def _life(world):
    """Let every neighbour look at a feed, like some of it and follow the author."""
    for number in range(NEIGHBOURS):
        person = f"n{number}"
        feed = await world.feed(person, slots=8, position=spot(number))
        done = [world.event("impression", slot, person) for slot in feed["slots"]]
        done += [world.event("like", slot, person) for slot in feed["slots"][number % 2 :: 3]]
        if number % 2:
            done.append(world.event("follow", person=person, author_id=AUTHOR))
        await world.events(*done)


async def _trade(world):
    """Let some neighbours buy a bowl, and most have eaten it."""
    for number in range(6):
        person = f"n{number}"
        here = {"fulfilment": "redeem", "position": spot(number)}
        size = line(PRODUCT, ("small", "large")[number % 2])
        await bought(world, size, buyer=person, **here)
        world.later(minutes=5)  # it is a few streets away
        if number < 5:
            code = (await voucher(world, person))["code"]
            await redeem(world, code, f"r{number}", shop_id=SHOP, staff_id=CLERK)
