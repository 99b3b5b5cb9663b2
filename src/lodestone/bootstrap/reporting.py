"""Reports of a community at work: the one place that knows what they read of it."""

from lodestone.base.chance import Streams
from lodestone.insight.reports import Reports, Sources
from lodestone.services.community.community import Engine


def reports_of(streams: Streams, engine: Engine) -> Reports:
    """Return the reports of a community.

    Args:
        streams: What they draw from.
        engine: The community's.
    """
    return Reports(
        Sources(
            engine.community, engine, engine.state, engine.directory, engine.housekeeper, engine.log,
            engine.parts.records,
        ),
        streams,
    )  # fmt: skip
