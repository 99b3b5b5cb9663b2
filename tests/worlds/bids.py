"""A small log of auctions in iPinYou's layout, drawn from a seed; its clicks follow the given chances."""

import json

import numpy as np
import pyarrow as pa
from pyarrow import parquet

PRICES = 301


def training(chance, **changes):
    price = np.clip(chance.lognormal(4.0, 0.6, 20_000), 1, PRICES - 1).astype(int)
    info = {
        "price_counter_train": np.bincount(price, minlength=PRICES).tolist(),
        "clk_train": 40,
        "imp_train": 20_000,
    }
    return {**info, **changes}


def columns(advertiser, chance, *, episodes, auctions):
    count = episodes * auctions
    pctr = np.minimum(chance.lognormal(-5.0, 1.2, count), 1.0)
    # Prices of a day lie beside those of training, and rise a little with the chance of a click.
    dear = np.repeat(chance.lognormal(0.0, 0.15, episodes), auctions) * (pctr / 0.0067) ** 0.1
    price = np.clip(dear * chance.lognormal(4.0, 0.6, count), 1, PRICES - 1)
    return {
        "campaign": np.repeat(advertiser, count).astype(object),
        "episode": np.repeat(np.arange(1, episodes + 1), auctions).astype(np.int16),
        "t": np.tile(np.arange(auctions), episodes).astype(np.int16),
        "click": (chance.random(count) < pctr).astype(np.int8),
        "market_price": price.astype(np.int16),
        "pctr": pctr.astype(np.float32),
    }


def write(folder, table):
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(table), folder / "bid_logs.parquet")


def write_log(folder, *, advertisers=("11", "22"), episodes=5, auctions=500, seed=7):
    """Write a log of some advertisers and what training says of each; return the columns of the log."""
    chance = np.random.default_rng(seed)
    parts = [columns(name, chance, episodes=episodes, auctions=auctions) for name in advertisers]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    write(folder, table)
    for name in advertisers:
        (folder / f"{name}.info.json").write_text(json.dumps(training(chance)))
    return table
