"""Serving state: columns of people, items, authors and edges in memory, a pure function of the log; compiled kernels apply facts to it."""
