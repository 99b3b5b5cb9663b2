"""Events and the engine's own writes become facts: validation, the fast path, what trade and records add."""
