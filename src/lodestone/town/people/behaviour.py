"""What a person makes of a post: pure functions of the truth, over arrays of meetings.

Two things are kept apart on purpose. *Appeal* is what a cover promises and decides who looks inside; *joy* is what
is found there and decides who stays, likes, follows, and whether the visit was worth it. A post whose cover promises
more than it holds is clicked and regretted. People return because of joy, never because of what they clicked, so
that a policy cannot win people by making them click.

Constants are set so that an ordinary feed here looks like an ordinary short-video feed. KuaiRand's public log of 2022 is the
example at hand: of its impressions 0.44 were opened, 0.31 watched long, 0.017 liked, 0.019 led to the maker's page,
0.0026 were answered, 0.0013 brought a follower, 0.0008 were shared, 0.0008 refused. Neighbours who know each other
answer and follow more than strangers do, so these stand higher here. They were set before any policy was compared.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.geo import EARTH_RADIUS_KM
from lodestone.town.truth import LIVE, PRODUCT, SPAM, VIDEO, Truth, seen_key

OUTCOMES: Final = (
    "watch",
    "click",
    "long_view",
    "like",
    "comment",
    "share",
    "follow",
    "profile_visit",
    "shop_visit",
    "order",
    "not_interested",
    "hide",
    "report",
)
"""As the interface names them; `watch` is the share of a minute."""
NEAR_KM: Final = 10.0
COST: Final = 0.45
"""Joy that a minute must bring to be worth it: about what a random walk through what one likes best brings."""
PASSING_COST: Final = 0.04
"""What scrolling past costs."""
TIRED_OF_REPEAT: Final = 0.9
"""Who has seen a post within a fortnight finds four tenths of the joy."""
_FORTNIGHT: Final = 14
_REFUSES_ADS: Final = 0.03
"""Chance to refuse an ad unopened, for each unit of joy that its label costs."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Somebody and something that meet; every array has shape (meetings,)."""

    taste: Floats
    """How much they like its topic, in [0, 1]."""
    voice: Floats
    """How well its maker's manner suits them, in [-1, 1]."""
    quality: Floats
    pull: Floats
    near: Bools
    """Made within ten kilometres of their home."""
    knows: Bools
    colleague: Bools
    """It is about their own profession."""
    follows: Bools
    tired: Floats
    """Of the topic, the maker and this very post; joy falls as exp(-tired)."""
    bought: Ints
    goods: Floats
    """How good what its maker's shop sells is; 0 where there is none."""
    seconds: Floats
    moves: Bools
    """A video or a live room: time watched is counted."""
    product: Bools
    spam: Bools
    annoyed: Floats | float = 0.0
    """What joy it costs that it is labelled as an ad; 0 where it is none, or where that is all the same to them."""


def meet(
    truth: Truth,
    who: Ints,
    what: Ints,
    *,
    lift: Floats | None = None,
    annoyed: Floats | float = 0.0,
) -> Meeting:
    """Let people meet posts as things stand.

    Args:
        truth: The town.
        who: Shape (meetings,). Rows of people.
        what: Shape (meetings,). Rows of posts.
        lift: Shape (topics,). What the day adds to a taste: a match day lifts football.
        annoyed: Shape (meetings,). What joy it costs them that the post is labelled as an ad.
    """
    people, posts, ties, makers = truth.people, truth.posts, truth.ties, truth.makers
    maker, topic, kind = posts.maker[what], posts.topic[what], posts.kind[what]
    person_of = makers.person[maker]
    taste = people.taste[who, topic]
    if lift is not None:
        taste = np.minimum(1.0, taste * (1 + lift[topic]))
    seen = np.array(
        [
            truth.day - truth.seen.get(seen_key(p, q), -99) < _FORTNIGHT
            for p, q in zip(who.tolist(), what.tolist(), strict=True)
        ],
        bool,
    )
    tired = ties.tired_of_topic[who, topic] + ties.tired_of_maker[who, maker]
    return Meeting(
        taste=taste,
        voice=np.einsum("mv,mv->m", people.voice[who], people.voice[person_of]),
        quality=posts.quality[what],
        pull=posts.pull[what],
        near=_near(truth, who, what),
        knows=ties.knows[who, maker],
        colleague=(posts.trade[what] >= 0) & (posts.trade[what] == people.profession[who]),
        follows=ties.follows[who, maker],
        tired=tired + TIRED_OF_REPEAT * seen,
        bought=ties.bought[who, maker],
        goods=makers.goods[maker] * makers.shop[maker],
        seconds=posts.seconds[what],
        moves=(kind == VIDEO) | (kind == LIVE),
        product=kind == PRODUCT,
        spam=people.kind[person_of] == SPAM,
        annoyed=annoyed,
    )


def _near(truth: Truth, who: Ints, what: Ints) -> Bools:
    people, posts = truth.people, truth.posts
    away = distances_km(
        people.latitude[who], people.longitude[who], posts.latitude[what], posts.longitude[what]
    )
    with np.errstate(invalid="ignore"):
        found: Bools = away <= NEAR_KM
    return found


def distances_km(
    latitude: Floats, longitude: Floats, latitude_to: Floats, longitude_to: Floats
) -> Floats:
    """Measure pairs of points within a county, flat enough there; NaN where a coordinate is."""
    north = np.radians(latitude_to - latitude)
    east = np.radians(longitude_to - longitude) * np.cos(np.radians(latitude))
    found: Floats = EARTH_RADIUS_KM * np.hypot(north, east)
    return found


def appeal(meeting: Meeting) -> Floats:
    """Say how much a post promises a person, about 0.3 for anything and 1 for just the thing."""
    wish = 0.3 + 1.4 * meeting.taste
    known = 0.30 * meeting.knows + 0.08 * meeting.near + 0.20 * meeting.colleague
    found: Floats = (meeting.pull * wish + known) * np.exp(-meeting.tired)
    return found - meeting.annoyed


def joy(meeting: Meeting) -> Floats:
    """Say how much a person truly has of a post, on the same scale.

    Taste and quality multiply: the best film on a matter one does not care for is hardly watched. What neighbours,
    colleagues and acquaintances post is welcome besides, good or not: that is what a town's app is for. Spam is
    welcome from nobody.
    """
    wish = 0.3 + 1.4 * meeting.taste + 0.2 * meeting.voice
    known = 0.30 * meeting.knows + 0.08 * meeting.near + 0.20 * meeting.colleague
    found: Floats = (meeting.quality * np.maximum(wish, 0.0) + known * ~meeting.spam) * np.exp(
        -meeting.tired
    )
    return found - meeting.annoyed


@dataclass(frozen=True, slots=True)
class Inclined:
    """What a person will do if they look at a post's place; shape (meetings,) each."""

    joy: Floats
    click: Floats
    mean_seconds: Floats
    """Of the time spent inside, exponential, cut at the post's length where it moves."""
    need_seconds: Floats
    """From which on it was a long look."""
    most_seconds: Floats
    moves: Bools
    like: Floats
    """From here on: chances once it was a long look."""
    comment: Floats
    share: Floats
    profile: Floats
    follow: Floats
    """Once on the maker's page."""
    shop: Floats
    """Once inside: goes to the shop's page; and buys at once."""
    order: Floats
    regret: Floats
    """Once inside: says that it was not for them. One in three hides it."""
    refuse: Floats
    """The same without having looked inside."""
    report: Floats
    annoyed: Floats | float = 0.0
    """What it costs them to scroll past, besides what scrolling costs."""


def incline(meeting: Meeting) -> Inclined:
    """Say how a person is inclined to a post they look at."""
    promised, held = appeal(meeting), joy(meeting)
    # A video of a few seconds counts when it was seen whole, a long one from eighteen seconds on (KuaiRand's rule).
    need = np.where(meeting.moves, np.minimum(meeting.seconds, 18.0), 8.0)
    most = np.where(meeting.moves, meeting.seconds, 120.0)
    felt = np.maximum(held, 0.0)  # an ad can be less than no joy
    warm = np.minimum(1.5, felt)
    near_shop = meeting.product & meeting.near
    wants = np.maximum(0.0, held - 0.3)
    return Inclined(
        joy=held,
        click=1 / (1 + np.exp(2.0 - 3.0 * promised)),
        mean_seconds=np.where(meeting.moves, 4 + 40 * felt, 3 + 18 * felt),
        need_seconds=need,
        most_seconds=np.maximum(most, need),
        moves=meeting.moves,
        like=0.12 * warm,
        comment=np.minimum(0.5, 0.015 * warm + 0.05 * meeting.knows),
        share=0.01 * warm,
        profile=np.minimum(0.5, 0.10 * warm),
        follow=np.where(meeting.follows | meeting.spam, 0.0, np.minimum(0.8, 0.25 * warm)),
        shop=np.where(near_shop, np.minimum(0.4, 0.06 + 0.10 * meeting.knows + 0.15 * warm), 0.0),
        # Who bought well comes back; who bought badly less than one who never did.
        order=np.where(
            meeting.product,
            np.minimum(0.4, wants * np.where(meeting.bought > 0, 0.5 * meeting.goods, 0.06)),
            0.0,
        ),
        regret=0.03 * np.maximum(0.0, promised - held),
        refuse=np.full(held.size, 0.001) + _REFUSES_ADS * meeting.annoyed,
        report=np.where(meeting.spam, 0.04, 0.0002),
        annoyed=meeting.annoyed,
    )


def chances(inclined: Inclined) -> Floats:
    """Return the true chance of every outcome once the place is looked at, shape (meetings, 13).

    In the order of `OUTCOMES`, `watch` as the mean share of a minute: what a calibrated predictor would say.
    """
    mean, click = inclined.mean_seconds, inclined.click
    long = click * np.exp(-inclined.need_seconds / mean)
    cut = np.minimum(60.0, inclined.most_seconds)
    watch = np.where(inclined.moves, click * mean * (1 - np.exp(-cut / mean)) / 60, 0.0)
    page = long * inclined.profile
    sorry = click * inclined.regret + (1 - click) * inclined.refuse
    return np.stack(
        [
            watch,
            click,
            long,
            long * inclined.like,
            long * inclined.comment,
            long * inclined.share,
            page * inclined.follow,
            page,
            click * inclined.shop,
            click * inclined.order,
            sorry * 2 / 3,
            sorry / 3,
            click * inclined.report,
        ],
        axis=1,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What people then did; shape (meetings,) each."""

    click: Bools
    seconds: Floats
    long_view: Bools
    completed: Bools
    like: Bools
    comment: Bools
    share: Bools
    profile_visit: Bools
    follow: Bools
    shop_visit: Bools
    order: Bools
    not_interested: Bools
    hide: Bools
    report: Bools
    pleasure: Floats
    """What the minute was worth to them beyond its cost."""


def act(inclined: Inclined, luck: Floats) -> Done:
    """Draw what people do.

    Args:
        inclined: How they are inclined.
        luck: Shape (meetings, 12), uniform in [0, 1).
    """
    click = luck[:, 0] < inclined.click
    seconds = np.where(click, -inclined.mean_seconds * np.log1p(-luck[:, 1]), 0.0)
    seconds = np.minimum(seconds, inclined.most_seconds)
    long = click & (seconds >= inclined.need_seconds)
    page = long & (luck[:, 5] < inclined.profile)
    sorry = luck[:, 9] < np.where(click, inclined.regret, inclined.refuse)
    hide = sorry & (luck[:, 10] < 1 / 3)
    return Done(
        click=click,
        seconds=seconds,
        long_view=long,
        completed=click & (seconds >= inclined.most_seconds),
        like=long & (luck[:, 2] < inclined.like),
        comment=long & (luck[:, 3] < inclined.comment),
        share=long & (luck[:, 4] < inclined.share),
        profile_visit=page,
        follow=page & (luck[:, 6] < inclined.follow),
        shop_visit=click & (luck[:, 7] < inclined.shop),
        order=click & (luck[:, 8] < inclined.order),
        not_interested=sorry & ~hide,
        hide=hide,
        report=click & (luck[:, 11] < inclined.report),
        pleasure=np.where(click, inclined.joy - COST, -PASSING_COST - inclined.annoyed),
    )


def act_falsely(favoured: Bools, follows: Bools, luck: Floats) -> Done:
    """Say what paid accounts do: everything for whom they are paid for, a little idle clicking elsewhere.

    Args:
        favoured: Shape (meetings,). With a post they are paid for.
        follows: Shape (meetings,). They follow its maker already.
        luck: Shape (meetings, 12), uniform in [0, 1).
    """
    count = favoured.size
    idle = luck[:, 0] < 0.1
    click = favoured | idle
    no = np.zeros(count, bool)
    return Done(
        click=click,
        seconds=np.where(favoured, 30.0, np.where(idle, 3.0, 0.0)),
        long_view=favoured,
        completed=no,
        like=favoured,
        comment=favoured & (luck[:, 3] < 0.5),
        share=favoured & (luck[:, 4] < 0.5),
        profile_visit=favoured,
        follow=favoured & ~follows,
        shop_visit=no,
        order=no,
        not_interested=no,
        hide=no,
        report=no,
        pleasure=np.zeros(count),
    )
