"""Advertising in SQL, all parts together. See `port`."""

from lodestone.stores.ads.authorisations import SqlAuthorisations
from lodestone.stores.ads.reading import AdReads
from lodestone.stores.ads.writing import AdWrites


class SqlAds(AdReads, AdWrites, SqlAuthorisations):
    """See `AdRecords`."""
