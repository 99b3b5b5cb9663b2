"""A published log of auctions replayed against bidders: what a pacing rule would have bought, beside simple peers."""
