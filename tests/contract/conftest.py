"""The records on both databases; each test begins with empty ones."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lodestone.content import CommunityIn
from lodestone.stores.records_schema import METADATA
from postgres import cluster
from records_world import NOW, Place


@pytest.fixture(scope="session")
def postgres_url():
    with cluster() as url:
        yield url


@pytest.fixture
def sqlite_place(tmp_path):
    return Place(f"sqlite:///{tmp_path / 'records.db'}")


@pytest.fixture
def postgres_place(postgres_url):
    yield Place(postgres_url)
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture
def records(place):
    opened = place.open()
    opened.create_community("town", CommunityIn(name="Town"), now=NOW)
    opened.create_community("other", CommunityIn(name="Other"), now=NOW)
    yield opened
    opened.close()


@pytest.fixture
def dump(place):
    """Return a function that reads every table whole."""

    def read():
        engine = create_engine(place.url)
        with engine.connect() as connection:
            tables = {
                table.name: sorted(map(repr, connection.execute(table.select()).all()))
                for table in METADATA.sorted_tables
            }
        engine.dispose()
        return tables

    return read
