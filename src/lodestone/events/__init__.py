"""What happened: kinds of events and facts, their wire form, deduplication, and the signed beacon that binds an event to a slot."""
