"""Whether a forecast is answered: its audience and money are judged as those of an ad group."""

from collections.abc import Collection, Iterator, Mapping

from lodestone.ads.campaign import Budget, CampaignIn
from lodestone.ads.forecast import ForecastIn
from lodestone.ads.judge_campaign import judge_money
from lodestone.ads.judge_group import GroupContext, judge_targeting
from lodestone.ads.refusals import Fault


def judge_forecast(
    given: ForecastIn, currency: str, domains: Mapping[str, str], people: Collection[str]
) -> Iterator[Fault]:
    """Yield every reason not to answer, in no order.

    Args:
        given: As sent.
        currency: The community's.
        domains: Kinds of the named domains that there are.
        people: Those of the named people who are known.
    """
    for index, budget in enumerate(given.daily_budgets):
        yield from judge_money(budget, currency, f"daily_budgets[{index}]")
    yield from judge_money(given.bid, currency, "bid")
    context = GroupContext(
        before=None,
        campaign=CampaignIn(advertiser_id="forecast", objective="clicks", budget=Budget()),
        of_shop=True,
        domains=domains,
        people=people,
        currency=currency,
    )
    yield from judge_targeting(given.targeting, context)
