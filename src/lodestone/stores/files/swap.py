"""An installation built aside and put in place whole: a kill leaves the old one or the new one, no half.

What is built lies in one folder of the home. Its renaming is the moment from which the new one holds; what
follows can be cut short and done again, and whoever opens the home next does so.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lodestone.stores.disk import sync, sync_tree
from lodestone.stores.files.home import Home
from lodestone.stores.files.modes import tighten

COMMUNITIES: Final = "communities"
MEDIA: Final = "media"
RECORDS: Final = "records.db"
_ASIDE: Final = "restore.new"
_READY: Final = "restore.ready"
_STRANGE: Final = "strange.keys"


def begin(home: Home) -> Home:
    """Return an empty home inside the home, to build in."""
    aside = home.path / _ASIDE
    _remove(aside)
    (aside / COMMUNITIES).mkdir(parents=True, mode=0o700)
    return Home(aside)


def commit(home: Home, strange: Sequence[str]) -> None:
    """Let what was built aside hold from now on; `settle` puts it in place.

    Args:
        home: The home it was built in.
        strange: Names of keys kept in the home that the new records do not know.
    """
    aside = home.path / _ASIDE
    (aside / _STRANGE).write_text("\n".join(strange))
    tighten(aside)
    sync_tree(aside)
    aside.rename(home.path / _READY)
    sync(home.path)


def abandon(home: Home) -> None:
    """Clear away what was built aside and is not to hold."""
    _remove(home.path / _ASIDE)


def settle(home: Home, take_media: Callable[[Path], None]) -> None:
    """Put in place what was committed, or clear away what never was. Again changes nothing.

    Args:
        home: Locked by whoever calls.
        take_media: Copies a folder of media into the store's.
    """
    _remove(home.path / _ASIDE)
    ready = home.path / _READY
    if not ready.exists():
        return
    take_media(ready / MEDIA)
    if (ready / COMMUNITIES).exists():
        _remove(home.path / COMMUNITIES)
        (ready / COMMUNITIES).rename(home.path / COMMUNITIES)
    if (ready / RECORDS).exists():
        # What SQLite kept beside the old records is none of the new ones'.
        for path in home.path.glob(f"{RECORDS}-*"):
            path.unlink()
        (ready / RECORDS).replace(home.path / RECORDS)
    if (ready / _STRANGE).exists():
        for name in (ready / _STRANGE).read_text().split():
            home.drop_key(name)
    sync(home.path)
    _remove(ready)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
