"""Own a home: say what is wrong with it, and finish what a restore began."""

import logging
import sys
from typing import Final

import structlog

from lodestone.media import MediaFolder
from lodestone.stores.files import swap
from lodestone.stores.files.home import Home

_LOG: Final = structlog.get_logger("lodestone")


def tell_logs(level: str) -> None:
    """Let what goes wrong be written to standard error, one JSON object a line, values of variables never.

    Args:
        level: The least that is written, see the setting `log_level`.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def tell_tightened(home: Home) -> None:
    """Say once what others could read in a home until now."""
    if home.tightened:
        _LOG.warning(
            "what others could read in the home is its owner's alone now",
            home=str(home.path),
            folders=home.tightened.folders,
            files=home.tightened.files,
        )


def settle_restore(home: Home, media: MediaFolder) -> None:
    """Finish a restore that was cut short after its stroke, or clear one away that had not come to it."""
    swap.settle(home, lambda folder: MediaFolder(folder).copy_to(media.path))
