"""Fixtures of the tests that go through the public routes."""

import pytest
import structlog


@pytest.fixture
def logged(monkeypatch):
    """Collect what is logged, instead of printing it."""
    entries = []

    def keep(_logger, _name, entry):
        entries.append(entry)
        raise structlog.DropEvent

    monkeypatch.setattr(structlog, "configure", lambda **_: None)
    structlog.reset_defaults()
    before = structlog.get_config()["processors"]
    monkeypatch.undo()
    structlog.configure(processors=[keep])
    monkeypatch.setattr(structlog, "configure", lambda **_: None)
    yield entries
    monkeypatch.undo()
    structlog.configure(processors=before)
