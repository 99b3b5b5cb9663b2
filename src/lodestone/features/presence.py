"""Where people are present: by their record or by a visit, of which the later holds, whichever comes first."""

from math import isnan
from typing import Any

import numpy as np

from lodestone.features.layout import PersonRow


def put_present(row: Any, person: PersonRow, *, fresh: bool) -> None:
    """Take a record's word of where somebody is; a later visit stands, unless they consent no longer.

    Args:
        row: Their row of the state, of `PERSON`.
        person: What the record says.
        fresh: Whether the row is new.
    """
    if fresh or not person.placed or person.present_at >= row["present_at"]:
        row["present_latitude"] = person.present_latitude
        row["present_longitude"] = person.present_longitude
        row["present_at"] = person.present_at


def visit(row: Any, at: int, latitude: float, longitude: float) -> None:
    """Take a visit's word of where somebody is; who does not consent to their position being used is nowhere.

    Args:
        row: Their row of the state, of `PERSON`.
        at: Microseconds since the epoch.
        latitude: Degrees.
        longitude: Degrees.
    """
    before = int(row["present_at"])
    if before == 0 and isnan(row["latitude"]):
        return
    here = (float(row["present_latitude"]), float(row["present_longitude"]))
    there = (float(np.float32(latitude)), float(np.float32(longitude)))  # as the columns keep them
    if at > before or (at == before and (isnan(here[0]) or there > here)):
        row["present_at"] = at
        row["present_latitude"], row["present_longitude"] = there
