"""Use cases of creators' orders in one community, each handed the ports and values it takes; see `use_cases`."""

from lodestone.services.access import Principal
from lodestone.services.community.community import Engine
from lodestone.services.creators.order_desk import OrderDesk
from lodestone.services.creators.orders import CreatorOrders
from lodestone.services.creators.profiles import Profiles


def profiles(engine: Engine, who: Principal) -> Profiles:
    """Return the profiles and briefs, for whoever asks."""
    return Profiles(engine.community, engine, engine.parts.records, engine.writes, who)


def orders(engine: Engine, who: Principal) -> CreatorOrders:
    """Return the offers and the orders that come of them, for whoever asks."""
    return CreatorOrders(engine.community, engine, engine.parts.records, engine.writes, who)


def order_desk(engine: Engine) -> OrderDesk:
    """Return what the desks of creators and advertisers read."""
    return OrderDesk(engine.community, engine, engine.parts.records)
