"""The tables of the desk's other pages as they go into a file: acts, keys, webhooks, deliveries, versions, dry runs."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from lodestone.console.asking import HttpRequest, engines, off_loop, speech_of
from lodestone.console.charts import Table
from lodestone.console.logging_in import Entered
from lodestone.console.operator import audit_log, health, keys, webhooks
from lodestone.console.operator.desk import need, trials_of
from lodestone.console.operator.income import income_table
from lodestone.console.operator.policy.pages import history_table
from lodestone.console.operator.policy.trial_view import ChangeRow, trial_view
from lodestone.console.operator.revenue import frontier_table, revenue_table
from lodestone.console.speech import Speech
from lodestone.services import use_cases
from lodestone.services.access import OPERATOR

Maker = Callable[[HttpRequest, Entered], Awaitable[Table]]


async def _acts(request: HttpRequest, who: Entered) -> Table:
    need(request, who, audit_log.SCOPE)
    speech, kind = speech_of(request, who.engine), request.query_params.get("kind", "")
    return await off_loop(request, audit_log.table, who.engine, speech, kind)


async def _keys(request: HttpRequest, who: Entered) -> Table:
    need(request, who, OPERATOR)
    return keys.table(await keys.rows(request, who), speech_of(request, who.engine))


async def _webhooks(request: HttpRequest, who: Entered) -> Table:
    need(request, who, webhooks.SCOPE)
    return await webhooks.table(request, who)


async def _deliveries(request: HttpRequest, who: Entered) -> Table:
    need(request, who, webhooks.SCOPE)
    return await webhooks.deliveries_table(request, who, request.query_params.get("webhook", ""))


async def _versions(request: HttpRequest, who: Entered) -> Table:
    return await history_table(request, who)


async def _held_out(request: HttpRequest, who: Entered) -> Table:
    lists = use_cases.health(who.engine, engines(request)).item_lists
    return health.held_out(lists, speech_of(request, who.engine)) or Table((), ())


async def _outcomes(request: HttpRequest, who: Entered) -> Table:
    speech = speech_of(request, who.engine)
    view = trial_view(trials_of(request).find(who.engine.community.id, _trial(request)), speech)
    return _changes(speech.words.say("Outcome"), view.outcomes, speech)


async def _promises(request: HttpRequest, who: Entered) -> Table:
    speech = speech_of(request, who.engine)
    view = trial_view(trials_of(request).find(who.engine.community.id, _trial(request)), speech)
    return _changes(speech.words.say("Promise"), view.promises, speech)


async def _domains(request: HttpRequest, who: Entered) -> Table:
    speech = speech_of(request, who.engine)
    view = trial_view(trials_of(request).find(who.engine.community.id, _trial(request)), speech)
    return view.domains or Table((), ())


PAGE_TABLES: Final[Mapping[str, Maker]] = {
    "acts": _acts, "keys": _keys, "webhooks": _webhooks, "deliveries": _deliveries,
    "policy-versions": _versions, "held-out": _held_out, "trial-outcomes": _outcomes,
    "trial-promises": _promises, "trial-domains": _domains, "ad-revenue": revenue_table,
    "frontier-load": partial(frontier_table, number=0), "frontier-price": partial(frontier_table, number=1),
    "income-kinds": partial(income_table, number=0), "income-audiences": partial(income_table, number=1),
    "income-regions": partial(income_table, number=2), "income-chain": partial(income_table, number=3),
}  # fmt: skip
"""By name, as their addresses have it."""


def _trial(request: HttpRequest) -> str:
    return request.query_params.get("trial", "")


def _changes(head: str, rows: tuple[ChangeRow, ...], speech: Speech) -> Table:
    say = speech.words.say
    return Table(
        (head, say("Now"), say("Then"), say("In short"), say("Change (95 % interval)")),
        tuple((row.name, row.now, row.then, row.verdict, row.change) for row in rows),
    )
