"""Use cases: what the engine does for a request or by the clock, over the ports of `stores`; one community's parts meet in `engine`."""
