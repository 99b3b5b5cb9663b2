"""What a process works out once for all the installations it opens, since it comes out the same every time.

A test opens a fresh home in most cases. Half of what that costs is Litestar's registering of some 400 handlers, a quarter Alembic's
making of 43 tables. Both run once in a process as they do in serving; afterwards the inner application (handlers hold nothing of an
installation: they find it in the application's state), the words of pages, the certificates of webhooks' connections
and the statements that were compiled are remembered, and the tables of an empty SQLite database are a copy, page by page, of those that were made. A database that is not empty, another revision and PostgreSQL are migrated as in serving.
"""

import asyncio
import copy
import functools
import sqlite3
import tempfile
from contextlib import closing
from typing import ClassVar

import httpx
from litestar.datastructures import State
from sqlalchemy import create_engine, inspect
from sqlalchemy.util import LRUCache

from lodestone.console import site
from lodestone.serve import app
from lodestone.stores import database
from lodestone.stores.sql.engine import engine_of
from tests.worlds.world import opened


def once_for_all():
    """Remember applications and tables from now on; calling it again changes nothing."""
    if not hasattr(database.migrate, "__wrapped__"):
        database.migrate = _copying(database.migrate)
        database.engine_of = _compiling_once(database.engine_of)
        app._inner = _sharing(app._inner)
        app.RouteTable = _TablesOnce
        site.Catalogue = functools.cache(site.Catalogue)
        site.StaticFiles = functools.cache(site.StaticFiles)
        httpx.create_ssl_context = functools.cache(httpx.create_ssl_context)


def before_forks(folder):
    """Open an installation here and close it, so that each process forked from this one finds it all remembered."""
    once_for_all()

    async def once():
        async with opened(folder):
            pass

    asyncio.run(once())


def _copying(migrate):
    """Copy the tables made first into every empty SQLite database."""

    @functools.cache
    def made():
        tables = sqlite3.connect(":memory:", check_same_thread=False)
        with tempfile.TemporaryDirectory() as folder:
            engine = engine_of(f"sqlite:///{folder}/records.db")
            migrate(engine)
            with closing(engine.raw_connection()) as source:
                source.driver_connection.backup(tables)
            engine.dispose()
        return tables

    @functools.wraps(migrate)
    def migrate_or_copy(engine, *, revision="head"):
        if (
            revision != "head"
            or engine.dialect.name != "sqlite"
            or inspect(engine).get_table_names()
        ):
            migrate(engine, revision=revision)
            return
        with closing(engine.raw_connection()) as target:
            made().backup(target.driver_connection)

    return migrate_or_copy


def _compiling_once(make):
    """Compile each statement for SQLite once: engines share their dialect, which holds nothing of a database, and what was compiled for it."""
    one = create_engine("sqlite://")
    one.connect().close()  # it looks at the library's version when it first connects
    compiled = LRUCache(5000)

    @functools.wraps(make)
    def engine_of(url, limits=None):
        engine = make(url, limits)
        if engine.dialect.name == one.dialect.name:
            engine.dialect = engine.pool._dialect = one.dialect
            engine._compiled_cache = compiled
        return engine

    return engine_of


def _sharing(make):
    """Make the inner application of the same handlers once: what differs between two is the state that handlers are given."""
    known = {}

    @functools.wraps(make)
    def shared(routes, pages):
        handlers = [*routes, *([] if pages is None else pages.routes)]
        made = known.get(tuple(map(id, handlers)))
        if made is None:
            made = known[tuple(map(id, handlers))] = make(routes, pages), handlers
        another = copy.copy(made[0])
        another.state = State() if pages is None else State(dict(pages.state))
        return another

    return shared


class _TablesOnce(app.RouteTable):
    """The routes of each inner application, read once; a shared one has the router of the first."""

    known: ClassVar = {}

    @classmethod
    def of(cls, inner):
        router = inner.asgi_router
        if router not in cls.known:
            cls.known[router] = super().of(inner)
        return cls.known[router]
