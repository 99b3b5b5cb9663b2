"""The records on both databases; each test begins with empty ones."""

import shutil
import sys
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "worlds"))

from lodestone.content import CommunityIn
from lodestone.stores.sql.columns import METADATA
from postgres import cluster
from records_world import NOW, Place


@pytest.fixture(autouse=True)
def logged():
    """Collect what is logged, instead of printing it."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session")
def postgres_url():
    with cluster() as url:
        yield url


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """A database whose tables are made, to copy."""
    path = tmp_path_factory.mktemp("empty") / "records.db"
    Place(f"sqlite:///{path}").open().close()
    return path


@pytest.fixture(scope="session")
def postgres_engine(postgres_url):
    engine = create_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_place(tmp_path, empty_file):
    shutil.copy(empty_file, tmp_path / "records.db")
    return Place(f"sqlite:///{tmp_path / 'records.db'}")


@pytest.fixture
def postgres_place(postgres_url, postgres_engine):
    place = Place(postgres_url)
    place.open().close()
    with postgres_engine.begin() as connection:
        names = ", ".join(table.name for table in METADATA.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    return place


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    """Empty records, their tables made."""
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture(params=["sqlite", "postgres"])
def bare_place(request, tmp_path):
    """A database without a table."""
    if request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path / 'records.db'}")
        return
    engine = request.getfixturevalue("postgres_engine")
    clear(engine)
    yield Place(request.getfixturevalue("postgres_url"))
    clear(engine)


def clear(engine):
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


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
