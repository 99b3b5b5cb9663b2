"""Gorse's interface under `/api`, so that its client libraries work unchanged; see docs/gorse.md."""
