"""Use cases of creators' orders in one community, each handed the ports and values it takes; see `use_cases`."""

from collections.abc import Callable
from functools import partial

from lodestone.ads.forecast import ForecastIn, ForecastOut
from lodestone.base.money import Micros
from lodestone.services.access import Principal
from lodestone.services.community.community import Engine
from lodestone.services.creators.boost_presenters import Progress
from lodestone.services.creators.boosts import BoostPorts, Boosts
from lodestone.services.creators.earnings import Earnings
from lodestone.services.creators.order_desk import OrderDesk
from lodestone.services.creators.orders import CreatorOrders
from lodestone.services.creators.profiles import Profiles
from lodestone.stores.records.types import TermKind


def profiles(engine: Engine, who: Principal) -> Profiles:
    """Return the profiles and briefs, for whoever asks."""
    return Profiles(engine.community, engine, engine.parts.records, engine.writes, who)


def orders(engine: Engine, who: Principal) -> CreatorOrders:
    """Return the offers and the orders that come of them, for whoever asks."""
    return CreatorOrders(engine.community, engine, engine.parts.records, engine.writes, who)


def earnings(engine: Engine, who: Principal) -> Earnings:
    """Return what creators earned, for whoever asks."""
    ads = engine.billing.creator_lines
    return Earnings(engine.community, engine.parts.records, engine.money, ads, who)


def order_desk(engine: Engine) -> OrderDesk:
    """Return what the desks of creators and advertisers read."""
    return OrderDesk(engine.community, engine, engine.parts.records)


def boosts(engine: Engine, who: Principal, forecast: Callable[[ForecastIn], ForecastOut]) -> Boosts:
    """Return the boosts, for whoever asks; `forecast` forecasts ads and is called in a thread."""
    ports = BoostPorts(
        lambda: engine.housekeeper.policy,
        engine.billing.publisher.campaign,
        partial(boost_progress, engine),
        forecast,
    )
    return Boosts(engine.community, engine, engine.parts.records, engine.writes, who, ports)


def boost_progress(engine: Engine, campaign_id: str) -> Progress:
    """Return what the campaign of a boost has come to; asks the records."""
    records, community = engine.parts.records, engine.community.id
    number = records.find_term(community, TermKind.CAMPAIGN, campaign_id)
    if number is None:
        return Progress(0, Micros(0))
    budget = engine.state.budgets.budget(number)
    return Progress(budget.charges, Micros(budget.used.spent - budget.refunded))
