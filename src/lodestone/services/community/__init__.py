"""One community at work: what time brings about in it, and how its records' changes reach log and state.

Others use `tick` and `outbox`.
"""
