"""Write a snapshot in a copy of this process, which holds the state as it stood while this one serves on."""

import gc
import os
import traceback
from collections.abc import Callable
from typing import Final

from lodestone.base.errors import InternalError

_NICE: Final = 10
_FILES_FIRST: Final = 3
"""Descriptors from here on are the serving process's: a connection that it closes must not stay open here."""
_FILES_MOST: Final = 1 << 16


def forked(work: Callable[[], object]) -> int:
    """Begin `work` in a copy of this process; return the copy's number, to be handed to `ended`.

    The copy runs this thread alone. What it does must take no lock that another thread may have held, reach no
    database and no socket, and not count on anything it writes in memory.

    Raises:
        OSError: The system has no room for another process.
    """
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        gc.disable()
        os.closerange(_FILES_FIRST, _FILES_MOST)
        os.nice(_NICE)
        work()
        code = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
        raise
    finally:
        os._exit(code)  # nothing of this process's is closed, flushed or waited for


def ended(process: int) -> None:
    """Wait for a copy's end; in a thread.

    Raises:
        InternalError: It could not do its work.
    """
    _, status = os.waitpid(process, 0)
    if status:
        raise InternalError("internal", f"a copy of the process ended with {status}")
