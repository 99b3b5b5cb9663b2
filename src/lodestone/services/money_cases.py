"""Use cases of the ledger of one community, each handed the ports and values it takes; see `use_cases`."""

from lodestone.services.community.community import Engine
from lodestone.services.ledger.payees import Payees, payees_of
from lodestone.services.ledger.statements import Statements, books_of


def books(engine: Engine) -> Statements:
    """Return what may be shown of the ledger."""
    return books_of(engine.money, engine.directory)


def payees(engine: Engine) -> Payees:
    """Return where parties have themselves paid, and the payouts to them."""
    return payees_of(engine.money, engine.parts.records, books(engine), engine.parts.providers)
