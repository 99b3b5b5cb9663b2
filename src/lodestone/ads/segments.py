"""Segments: people by what the community knows of them, under names that targeting may use."""

from typing import Final

from lodestone.ads.ad_group import Targeting

SEGMENTS: Final = {
    "customers": "has bought at the advertiser's shop",
    "followers": "follows the advertiser's owner",
    "newcomers": "was first seen within the last seven days",
}
"""Every segment there is, and who is in it. Segments of an advertiser's own come with conversions from outside."""

OWNED: Final = frozenset({"customers", "followers"})
"""Those that are an advertiser's own."""


def speaks_of_own(targeting: Targeting) -> bool:
    """Say whether whom a targeting means depends on who advertises."""
    names = {*targeting.segments_in, *targeting.segments_out, targeting.lookalike_of}
    return targeting.exclude_converted_days is not None or not names.isdisjoint(OWNED)
