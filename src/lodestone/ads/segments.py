"""Segments: people by what the community knows of them, under names that targeting may use."""

from typing import Final

SEGMENTS: Final = {
    "customers": "has bought at the advertiser's shop",
    "followers": "follows the advertiser's owner",
    "newcomers": "was first seen within the last seven days",
}
"""Every segment there is, and who is in it. Segments of an advertiser's own come with conversions from outside."""
