"""The demo's town, dressed to be looked at: pictures, captions and names in two languages, shops of one kind each.

What a post is about decides its words, its picture and its tag; when it was posted decides their light and season.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import MICROS_IN_ONE
from lodestone.client import AsyncClient as Client
from lodestone.town.commerce.wares import Ware
from lodestone.town.demo.captions import Caption, Captions, local
from lodestone.town.demo.matters import MATTERS, TRADE_MATTERS, Matter
from lodestone.town.demo.names import DOMAINS, QUARTERS_EN, romanised, surname_en, surname_of
from lodestone.town.demo.shelves import OFFERED, SHOP_KINDS, Good, ShopKind
from lodestone.town.payloads import name_of
from lodestone.town.people.topics import CHANNELS, PROFESSIONS, QUARTERS, TOPICS
from lodestone.town.presentation import Json, Presentation
from lodestone.town.scenes.composing import SHOWN, drawing
from lodestone.town.scenes.lights import light_of
from lodestone.town.truth import LIVE, ORDINARY, PRODUCT, TEXT, VIDEO, People, Posts, Truth

_SHOPS: Final = 0.18
"""For each resident: three of each kind in a town of two hundred, and one of each at least."""
VARIANTS: Final = 6
"""Arrangements of one drawing; each light has its own besides."""
_OF_EACH_TRADE: Final = 3
"""Makers of each trade, at least."""
_ABOUT_TRADE: Final = 4
"""One in so many posts is about its maker's trade, besides those that are so in the studied town."""
_VALID_DAYS: Final = 30
_STOCK: Final = 3
"""How much more lies in a shop of the demo than in one of the studied town."""
_TOPIC_OF: Final = {topic.tag: index for index, topic in enumerate(TOPICS)}
_TRADES: Final = tuple(TRADE_MATTERS[name] for name in PROFESSIONS)
_SIZES: Final = ({"zh": "小份", "en": "Small"}, {"zh": "大份", "en": "Large"})
_ELSEWHERE: Final = "各行各业"
"""The second tag of what belongs to a trade and to no topic."""


class Dressed(Presentation):
    """Dresses one town.

    Args:
        streams: The town's chance.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._captions = Captions(streams)
        self._written: dict[int, Caption] = {}
        self._addresses: dict[str, str] = {}

    # What is bent before it is lived

    def settled(self, truth: Truth) -> None:
        """Let there be enough shops, each owned by somebody whose heart is in its trade."""
        makers, people = truth.makers, truth.people
        able = people.resident & (people.kind == ORDINARY) & ~people.minor
        more = np.flatnonzero(able[makers.person] & ~makers.shop)
        drawn = self._streams.of("more shops").permutation(more)
        wanted = max(len(SHOP_KINDS), round(_SHOPS * int(people.resident.sum())))
        makers.shop[drawn[: max(0, wanted - int(makers.shop.sum()))]] = True
        # Somebody of every trade posts, so that nobody's own trade is empty.
        others = np.flatnonzero(~makers.shop)[: _OF_EACH_TRADE * len(_TRADES)]
        people.profession[makers.person[others]] = np.arange(others.size) % len(_TRADES)
        for maker in np.flatnonzero(makers.shop).tolist():
            taste = people.taste[makers.person[maker]]
            taste *= 0.5
            taste[_TOPIC_OF[self.kind_of(truth, maker).tag]] = 1.0

    def posted(self, truth: Truth, posts: Posts) -> None:
        """Let shops sell their own kind of goods and trades show their own work; nobody is live but in a room."""
        seconds = posts.created // SECOND_MICROS
        more = (seconds % _ABOUT_TRADE == 0) & (posts.kind != PRODUCT)
        profession = truth.people.profession[truth.makers.person[posts.maker]]
        posts.trade[:] = np.where(more, profession, posts.trade)
        alone = posts.kind == LIVE
        posts.kind[alone], posts.seconds[alone] = VIDEO, 30.0
        for row in np.flatnonzero(posts.kind == PRODUCT).tolist():
            kind = self.kind_of(truth, int(posts.maker[row]))
            posts.topic[row], posts.trade[row] = _TOPIC_OF[kind.tag], -1
        for row in np.flatnonzero(posts.trade >= 0).tolist():
            own = [_TOPIC_OF[tag] for tag in _TRADES[posts.trade[row]] if tag in _TOPIC_OF]
            if own:
                posts.topic[row] = own[int(seconds[row]) % len(own)]

    @staticmethod
    def kind_of(truth: Truth, maker: int) -> ShopKind:
        """Return what kind of shop a maker has; the kinds follow one another in the order of makers."""
        return SHOP_KINDS[int(truth.makers.shop[:maker].sum()) % len(SHOP_KINDS)]

    def good_of(self, truth: Truth, post: int) -> Good:
        """Return what a product's post sells: a shop shows its goods in turn."""
        posts, maker = truth.posts, int(truth.posts.maker[post])
        before = int(((posts.maker[:post] == maker) & (posts.kind[:post] == PRODUCT)).sum())
        goods = self.kind_of(truth, maker).goods
        return goods[before % len(goods)]

    # People and places

    def domain(self, body: Json) -> Json:
        """See `Presentation.domain`."""
        return body | _also({"name": DOMAINS[body["name"]]})

    def person(self, body: Json, people: People, row: int) -> Json:  # noqa: ARG002
        """See `Presentation.person`."""
        return body | _also({"name": romanised(body["name"])})

    def shop(self, body: Json, truth: Truth, maker: int) -> Json:
        """Name a shop by its quarter, its keeper and what it is."""
        kind, quarter = self.kind_of(truth, maker), self._quarter(truth, maker)
        surname = surname_of(name_of(self._streams, int(truth.makers.person[maker])))
        sold = [good.subject.words for good in kind.goods]
        zh = f"{quarter[0]}{surname}家{kind.name.zh}"
        en = f"{quarter[1]} {surname_en(surname)}'s {kind.name.en}"
        return body | {
            "name": zh,
            "categories": [kind.name.zh],
            "text": f"{zh}，做{'、'.join(good.zh for good in sold)}。线上买了，到店出示券码就好。",
            **_also({"name": en, "text": f"{en}. {'; '.join(good.en for good in sold)}. Buy here, then show the code at the shop.", "categories": [kind.name.en]}),
        }  # fmt: skip

    @staticmethod
    def _quarter(truth: Truth, maker: int) -> tuple[str, str]:
        name = QUARTERS[int(truth.people.quarter[truth.makers.person[maker]])][0]
        return name, QUARTERS_EN[name]

    # Posts

    def post(self, body: Json, truth: Truth, row: int) -> Json:
        """See `Presentation.post`."""
        caption, kind = self._caption(truth, row), int(truth.posts.kind[row])
        shown: dict[str, Any] = {"text": caption.zh, **_also({"text": caption.en})}
        if kind not in (PRODUCT, LIVE):
            tag = self.matter_of(truth, row).tag
            topic = _TOPIC_OF.get(tag)
            channel = "trade" if topic is None else TOPICS[topic].channel
            second = _ELSEWHERE if topic is None else CHANNELS[channel]
            shown |= {"tags": [tag, second], "channels": [channel]}
        if kind not in (TEXT, LIVE):  # a room's pictures are those of what is sold in it
            shown["media"] = self._media(caption, row, moves=kind == VIDEO)
        return body | shown

    def matter_of(self, truth: Truth, row: int) -> Matter:
        """Return what a post is about."""
        tag, trade = TOPICS[int(truth.posts.topic[row])].tag, int(truth.posts.trade[row])
        if trade >= 0 and tag not in _TRADES[trade]:
            tag = _TRADES[trade][0]
        return MATTERS[tag]

    def _caption(self, truth: Truth, row: int) -> Caption:
        if row not in self._written:
            posts = truth.posts
            if posts.kind[row] in (PRODUCT, LIVE):
                self._written[row] = self._offered(truth, row)
            else:
                maker = int(posts.maker[row])
                here = bool(truth.people.resident[truth.makers.person[maker]])
                quarter = self._quarter(truth, maker) if here else None
                at = Instant(int(posts.created[row]))
                self._written[row] = self._captions.write(row, self.matter_of(truth, row), at, quarter)  # fmt: skip
        return self._written[row]

    def _offered(self, truth: Truth, row: int) -> Caption:
        """Write what a shop says of one of its goods, in the light in which it is posted."""
        good, at = self.good_of(truth, row), local(Instant(int(truth.posts.created[row])))
        words = good.subject.words
        said = OFFERED[good.way]
        closing = said[int(self._streams.of("offer", row).integers(len(said)))]
        hour = at.hour if at.hour in good.subject.hours else 14
        return Caption(f"{words.zh}。{closing.zh}。", f"{words.en}. {closing.en}.", good.subject, light_of(at.month, hour), (closing,))  # fmt: skip

    def product(self, body: Json, truth: Truth, post: int) -> Json:
        """See `Presentation.product`."""
        good, caption = self.good_of(truth, post), self._caption(truth, post)
        (offer,) = caption.said
        sizes = _SIZES if len(good.yuan) > 1 else ({"zh": "", "en": ""},)
        variants = [
            {**variant, "name": size["zh"], **(_also({"name": size["en"]}) if size["en"] else {})}
            for variant, size in zip(body["variants"], sizes, strict=True)
        ]
        tags = [TOPICS[int(truth.posts.topic[post])].tag, "本地好店"]
        return body | {
            "text": f"{offer.zh}。",
            "variants": variants,
            "tags": tags,
            "media": self._media(caption, post, moves=False),
            **_also({"name": good.subject.words.en, "text": f"{offer.en}."}),
        }

    def ware(self, drawn: Ware, truth: Truth, post: int) -> Ware:
        """See `Presentation.ware`."""
        good = self.good_of(truth, post)
        sizes = len(good.yuan)
        level = tuple(_STOCK * units for units in (drawn.level * 2)[:sizes])
        return replace(
            drawn, name=good.subject.words.zh, ways=good.ways, micros=tuple(yuan * MICROS_IN_ONE for yuan in good.yuan),
            level=level, shared=sizes > 1 and drawn.shared, dated=good.nightly, times=good.times, valid_days=_VALID_DAYS,
        )  # fmt: skip

    def room(self, body: Json, truth: Truth, post: int) -> Json:
        """See `Presentation.room`."""
        words, caption = self.good_of(truth, post).subject.words, self._caption(truth, post)
        title, en = f"{words.zh}，限时抢", f"Flash sale: {words.en}"
        return body | {
            "title": title,
            "media": self._media(caption, post, moves=False),
            **_also({"name": en}),
        }

    # Pictures

    async def store(self, client: Client, truth: Truth, rows: list[int]) -> None:
        """Draw and store what some posts show, each drawing once."""
        for row in rows:
            kind = int(truth.posts.kind[row])
            if kind in (TEXT, LIVE):
                continue
            caption = self._caption(truth, row)
            name, moves = _drawn_as(caption, row), kind == VIDEO
            wanted = [name, f"clip-{name}"] if moves else [name]
            if all(name in self._addresses for name in wanted):
                continue
            subject = caption.subject
            made = drawing(subject.scene, subject.parts, caption.light, row % VARIANTS)
            for file_name, body in zip(wanted, (made.still, made.clip), strict=False):
                self._addresses[file_name] = await client.put_media(
                    file_name, "image/svg+xml", body
                )

    def _media(self, caption: Caption, row: int, *, moves: bool) -> list[Json]:
        name = _drawn_as(caption, row)
        size = {"width": SHOWN[0], "height": SHOWN[1]}
        files = [name, f"clip-{name}"] if moves else [name]
        return [{"url": self._addresses[name], "type": "image/svg+xml", **size} for name in files]


def _drawn_as(caption: Caption, row: int) -> str:
    """Name a drawing by all that decides it."""
    subject, light = caption.subject, caption.light
    parts = "-".join(sorted(subject.parts))
    return f"{subject.scene}-{parts}-{light.season}-{light.hour}-{row % VARIANTS}"


def _also(words: Json) -> Json:
    """Return what is said in English besides."""
    return {"translations": {"en": words}}
