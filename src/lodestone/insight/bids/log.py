"""Read the iPinYou log in the layout of Cai et al. (WSDM 2017): auctions by episode, and what is known from training.

`bid_logs.parquet` holds `campaign, episode, t, click, market_price, pctr`; an advertiser's episodes follow one another
and the auctions of an episode stand in order of `t`. `<advertiser>.info.json` holds `price_counter_train`, how often each
price 0, 1, 2... was the market price in training, and its clicks and impressions, `clk_train` and `imp_train`. Prices count in the log's own unit (fen of a yuan a thousand
impressions), which is taken for a micro here.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.errors import InvalidError, Problem

LOG_FILE: Final = "bid_logs.parquet"
COLUMNS: Final = ("campaign", "episode", "t", "click", "market_price", "pctr")
_BATCH: Final = 20_000
_WHOLE: Final = ("episode", "t", "click", "market_price")
_PRICE_MAX: Final = 10**9


class Episode(NamedTuple):
    """One run of auctions with a budget of its own; arrays of shape (auctions,)."""

    number: int
    click: Ints
    """1 where the impression was clicked."""
    market_price: Ints
    """The least bid that wins and what the winner pays, micros."""
    click_chance: Floats
    """Predicted chance of a click, in [0, 1]."""


class _Rows(NamedTuple):
    """An advertiser's rows of one batch, arrays of shape (rows,)."""

    row: Ints
    """Number of the row in the file, from 1."""
    episode: Ints
    t: Ints
    click: Ints
    market_price: Ints
    pctr: Floats

    def part(self, first: int, last: int) -> "_Rows":
        return _Rows._make(column[first:last] for column in self)


class Training(NamedTuple):
    """What is known of an advertiser before its first auction."""

    price_count: Ints
    """Shape (prices,): auctions of the training part by market price 0, 1, 2... micros."""
    click_rate: float
    """Clicks an impression in the training part; no bidder but `linear` is given it."""

    @property
    def price_mean(self) -> float:
        """Mean market price of the histogram, micros."""
        return float(self.price_count @ np.arange(self.price_count.size) / self.price_count.sum())


def training_of(folder: Path, advertiser: str) -> Training:
    """Read what the training part says: `<advertiser>.info.json`. Raises InvalidError."""
    path = folder / f"{advertiser}.info.json"
    if not path.is_file():
        raise _refused(path, "is missing: it holds the histogram of training prices")
    try:
        info = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise _refused(path, f"is no JSON object ({error})") from error
    counts = info.get("price_counter_train")
    if not isinstance(counts, list) or not counts:
        raise _refused(path, "holds no list price_counter_train")
    for place, count in enumerate(counts):
        if type(count) is not int or not 0 <= count <= _PRICE_MAX:
            raise _refused(path, f"price_counter_train[{place}] is {count!r}, not a whole number")
    if not any(counts[1:]):
        raise _refused(path, "holds a price_counter_train without a price above 0")
    clicks, impressions = (_count(path, info, name) for name in ("clk_train", "imp_train"))
    return Training(np.array(counts, np.int64), clicks / impressions)


def _count(path: Path, info: dict[str, Any], name: str) -> int:
    count = info.get(name)
    if type(count) is not int or count <= 0:
        raise _refused(path, f"has {name} {count!r}, not a whole number above 0")
    return count


def advertisers_of(folder: Path) -> dict[str, int]:
    """Return the advertisers of a log and how many auctions each has, in order of name. Raises InvalidError."""
    counts: dict[str, int] = {}
    for batch in _batches(folder, ("campaign",)):
        names, sizes = np.unique(_names(batch), return_counts=True)
        for name, size in zip(names.tolist(), sizes.tolist(), strict=True):
            counts[name] = counts.get(name, 0) + size
    return dict(sorted(counts.items()))


def episodes_of(folder: Path, advertiser: str) -> Iterator[Episode]:
    """Yield an advertiser's episodes in the order of the file, one in memory at a time. Raises InvalidError."""
    path = folder / LOG_FILE
    waiting: list[_Rows] = []
    done: set[int] = set()
    for rows in _rows(folder, advertiser):
        cuts = np.flatnonzero(np.diff(rows.episode)) + 1
        for first, last in pairwise([0, *cuts.tolist(), rows.row.size]):
            part = rows.part(first, last)
            if waiting and waiting[0].episode[0] != part.episode[0]:
                yield _episode(path, waiting, done)
                waiting = []
            waiting.append(part)
    if waiting:
        yield _episode(path, waiting, done)


def _episode(path: Path, parts: list[_Rows], done: set[int]) -> Episode:
    rows = _Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    number = int(rows.episode[0])
    if number in done:
        problem = f"row {rows.row[0]:,} goes back to episode {number}, which ended before; sort the rows by episode and t"
        raise _refused(path, problem)
    done.add(number)
    back = np.flatnonzero(np.diff(rows.t) <= 0)
    if back.size:
        at = int(back[0]) + 1
        problem = (
            f"row {rows.row[at]:,} has t {rows.t[at]} behind t {rows.t[at - 1]} of the same episode"
        )
        raise _refused(path, problem)
    return Episode(number, rows.click, rows.market_price, rows.pctr)


def _rows(folder: Path, advertiser: str) -> Iterator[_Rows]:
    path, before = folder / LOG_FILE, 0
    for batch in _batches(folder, COLUMNS):
        mine = np.flatnonzero(_names(batch) == advertiser)
        rows, before = mine + 1 + before, before + batch.num_rows
        if rows.size:
            taken = batch.take(mine)
            columns = [_column(path, taken, name, rows) for name in COLUMNS[1:]]
            checked = _Rows(rows, *columns)
            _require_sane(path, checked)
            yield checked


def _batches(folder: Path, columns: tuple[str, ...]) -> Iterator[Any]:
    # Loading it takes long, and only who replays a log needs it.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    path = folder / LOG_FILE
    if not path.is_file():
        raise _refused(path, f"is missing; name the folder that holds {LOG_FILE}")
    number = 0
    try:
        with parquet.ParquetFile(path) as table:
            missing = [name for name in COLUMNS if name not in table.schema_arrow.names]
            if missing:
                raise _refused(path, f"has no column {', '.join(missing)}")
            for batch in table.iter_batches(_BATCH, columns=list(columns)):
                number += batch.num_rows
                yield batch
    except (pa.ArrowException, OSError) as error:
        where = f"is not readable behind row {number:,}" if number else "is no Parquet"
        raise _refused(path, f"{where} ({error})") from error


def _names(batch: Any) -> NDArray[np.str_]:
    return np.array([str(name) for name in batch.column("campaign").to_pylist()])


def _column(path: Path, batch: Any, name: str, row: Ints) -> Any:
    """Return a column as whole numbers or fractions. Raises InvalidError naming the first row that is neither."""
    column = batch.column(name)
    if column.null_count:
        at = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise _refused(path, f"row {row[at]:,} has no {name}")
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind not in "iuf":
        values = _numbers(path, values, name, row)
    if name not in _WHOLE:
        return values.astype(np.float64)
    if values.dtype.kind == "f":
        _refuse_any(path, name, row, values, np.isfinite(values) & (values == np.round(values)))
    return values.astype(np.int64)


def _numbers(path: Path, values: NDArray[Any], name: str, row: Ints) -> Floats:
    numbers = np.empty(values.size)
    for at, value in enumerate(values.tolist()):
        try:
            numbers[at] = float(value)
        except (TypeError, ValueError):
            raise _refused(
                path, f"row {row[at]:,} has {name} {value!r}, which is no number"
            ) from None
    return numbers


def _require_sane(path: Path, rows: _Rows) -> None:
    price = rows.market_price
    _refuse_any(path, "episode", rows.row, rows.episode, rows.episode >= 0)
    _refuse_any(path, "t", rows.row, rows.t, rows.t >= 0)
    _refuse_any(path, "click", rows.row, rows.click, (rows.click == 0) | (rows.click == 1))
    _refuse_any(path, "market_price", rows.row, price, (price >= 0) & (price <= _PRICE_MAX))
    _refuse_any(path, "pctr", rows.row, rows.pctr, (rows.pctr >= 0) & (rows.pctr <= 1))


def _refuse_any(path: Path, name: str, row: Ints, values: NDArray[Any], sane: Bools) -> None:
    wrong = np.flatnonzero(~sane)
    if wrong.size:
        at = int(wrong[0])
        raise _refused(path, f"row {row[at]:,} has {name} {values[at]}")


def _refused(path: Path, problem: str) -> InvalidError:
    return InvalidError("bid_log_invalid", f"{path.name} {problem}", (Problem(path.name, problem),))
