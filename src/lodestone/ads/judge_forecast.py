"""Whether a forecast is answered: its audience and money are judged as those of an ad group."""

from collections.abc import Iterator

from lodestone.ads.forecast import ForecastIn
from lodestone.ads.judge_campaign import judge_money
from lodestone.ads.judge_group import TargetingContext, judge_targeting
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.ads.segments import speaks_of_own


def judge_forecast(given: ForecastIn, currency: str, context: TargetingContext) -> Iterator[Fault]:
    """Yield every reason not to answer, in no order.

    Args:
        given: As sent.
        currency: The community's.
        context: How things stand that the targeting names.
    """
    for index, budget in enumerate(given.daily_budgets):
        yield from judge_money(budget, currency, f"daily_budgets[{index}]")
    yield from judge_money(given.bid, currency, "bid")
    if given.advertiser_id is None and speaks_of_own(given.targeting):
        yield Fault(AdRefusal.ADVERTISER_MISSING, "advertiser_id")
    yield from judge_targeting(given.targeting, context)
