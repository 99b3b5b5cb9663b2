"""Advertising at work: advertisers, campaigns, ad groups and ads, charges and releases of paid slots, leases in the ledger."""
