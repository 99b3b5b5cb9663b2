"""Advertisers, campaigns, ad groups and ads: the port (`port`) and their SQL."""
