"""Facts and catalogues written by hand, and the reports over them."""

import numpy as np

from lodestone.events.facts import FLAG_DECISION, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.insight.credit import Catalogue, credited
from lodestone.insight.flow import flow as flow_of_credited
from lodestone.insight.liu import efficiency as efficiency_of_credited
from lodestone.insight.worths import Worths

DAY = 86_400 * 1_000_000


def facts_of(*rows):
    facts = empty_facts(len(rows))
    for index, row in enumerate(rows):
        facts["flags"][index] = FLAG_DECISION
        for name, value in row.items():
            facts[name][index] = value
        facts["time"][index] = row.get("time", row.get("day", 0) * DAY)
    return facts


def catalogue_of(owner=(77, 78), domains=None):
    """Return videos of unknown length, by their owners and domains."""
    owner = np.array(owner)
    codes = np.full((owner.size, 1), -1) if domains is None else np.array(domains)
    return Catalogue(owner, codes, np.zeros(owner.size, np.int64), np.full(owner.size, np.nan))


def efficiency(facts, span, today, worths, first_receipts, versions):
    catalogue = catalogue_of()
    of_version = Worths(worths, first_receipts, versions)
    return efficiency_of_credited(credited(facts, catalogue), span, today, of_version, catalogue)


def flow(facts, span, owner, domains, worths, side=None, today=10_000):
    catalogue = catalogue_of(owner, domains)
    return flow_of_credited(credited(facts, catalogue), span, today, catalogue, worths, side)


def worths(*follow):
    """Let version n, in force from receipt 100 (n - 1) on, hold a follow worth the nth of these."""
    by_version = {}
    for version, micros in enumerate(follow, 1):
        by_version[version] = np.zeros(13)
        by_version[version][FactKind.FOLLOW] = micros
    return Worths(by_version, np.arange(len(follow)) * 100, np.arange(len(follow)) + 1)
