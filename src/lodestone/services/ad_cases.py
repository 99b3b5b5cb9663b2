"""Use cases of ads in one community, each handed the ports and values it takes; see `use_cases`."""

import numpy as np

from lodestone.services.access import Principal
from lodestone.services.ads.advertising import Advertising
from lodestone.services.ads.authorisations import Authorisations
from lodestone.services.ads.deposits import Deposits
from lodestone.services.ads.desk import AdDesk
from lodestone.services.ads.diagnosis import Diagnosis
from lodestone.services.ads.forecast import Forecaster, Past, PeopleNow
from lodestone.services.ads.frontier import AdFrontier
from lodestone.services.ads.live import AdPublisher
from lodestone.services.ads.local import LocalAds
from lodestone.services.ads.matches import AdMatches
from lodestone.services.ads.reporting.report import AdReports
from lodestone.services.community.community import Engine
from lodestone.services.support.ids import decision_seed
from lodestone.services.use_cases import versions


def advertising(engine: Engine, who: Principal) -> Advertising:
    """Return the objects of advertising, for whoever asks."""
    return Advertising(
        engine.community, engine, engine.parts.records, engine.writes, ad_publisher(engine),
        engine.billing.spent, who,
    )  # fmt: skip


def authorisations(engine: Engine, who: Principal) -> Authorisations:
    """Return which posts of creators others may run, for whoever asks."""
    return Authorisations(
        engine.community, engine, engine.parts.records, engine.writes, ad_publisher(engine), who
    )


def ad_publisher(engine: Engine) -> AdPublisher:
    """Return what brings ads from their records into decisions."""
    return engine.billing.publisher


def ad_matches(engine: Engine) -> AdMatches:
    """Return what says why an ad was for somebody."""
    return AdMatches(
        engine.community, engine.parts.records, engine.state, engine.directory, ad_publisher(engine)
    )


def ad_frontier(engine: Engine) -> AdFrontier:
    """Return what says what other ad loads and prices would have earned on the last day, and what they would have displaced."""
    past = Past(engine.log, versions(engine), engine.now())
    return AdFrontier(past, engine.parts.kernels, engine.housekeeper.policy)


def forecaster(engine: Engine) -> Forecaster:
    """Return what forecasts an ad from the last day's pages; its intervals follow from what that day holds."""
    seed = decision_seed(engine.secret, engine.log.receipt_next())
    return Forecaster(
        engine.community, PeopleNow(engine.state, engine.directory, engine.alike),
        Past(engine.log, versions(engine), engine.now()), engine.parts.kernels, ad_publisher(engine),
        np.random.default_rng(seed),
    )  # fmt: skip


def deposits(engine: Engine, who: Principal) -> Deposits:
    """Return what advertisers pay in, for whoever asks."""
    records, leases = engine.parts.records, engine.billing.leases
    return Deposits(engine.community, engine, records, engine.writes, who, leases.paid_in)


def local_ads(engine: Engine, who: Principal) -> LocalAds:
    """Return what makes local campaigns, for whoever asks."""
    return LocalAds(
        engine.community, engine, engine.parts.records, engine.writes, advertising(engine, who),
        forecaster(engine).run,
    )  # fmt: skip


def ad_desk(engine: Engine) -> AdDesk:
    """Return what advertisers change at their desk."""
    return AdDesk(
        engine.community, engine, engine.parts.records, engine.writes, ad_publisher(engine),
        engine.billing.spent,
    )  # fmt: skip


def ad_diagnosis(engine: Engine) -> Diagnosis:
    """Return what says why campaigns deliver as they do."""
    return Diagnosis(
        engine.community, engine.log, engine.parts.records, engine.now(), forecaster(engine),
        engine.parts.kernels.auction,
    )  # fmt: skip


def ad_reports(engine: Engine) -> AdReports:
    """Return what reports what ads brought and cost."""
    return AdReports(
        engine.community, engine, engine.state, engine.directory, engine.log, engine.parts.records,
    )  # fmt: skip
