"""What a process works out once for all the installations it opens, since it comes out the same every time.

A test opens a fresh home in most cases. Half of what that costs is Litestar's reading of the signatures of some 400 handlers, a
quarter Alembic's making of 43 tables. Both run once in a process as they do in serving; afterwards signatures, the words of pages and
the certificates of webhooks' connections are remembered, and the tables of an empty SQLite database are a copy, page by page, of those
that were made. A database that is not empty, another revision and PostgreSQL are migrated as in serving.
"""

import asyncio
import functools
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from types import FunctionType

import httpx
from litestar.handlers import base
from sqlalchemy import inspect

from lodestone.console import site
from lodestone.stores import database
from lodestone.stores.sql.engine import engine_of
from tests.worlds.world import opened


def once_for_all():
    """Remember signatures and tables from now on; calling it again changes nothing."""
    if not hasattr(database.migrate, "__wrapped__"):
        database.migrate = _copying(database.migrate)
        signature, model = base.ParsedSignature.from_fn, base.SignatureModel.create
        base.ParsedSignature.from_fn = staticmethod(_remembering_signatures(signature))
        base.SignatureModel.create = staticmethod(_remembering_models(model))
        site.Catalogue = functools.cache(site.Catalogue)
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


def _remembering_signatures(parse):
    """Remember what a function's signature was read as; each reader gets a dictionary of its own, since documents add to it."""
    known = {}

    @functools.wraps(parse)
    def remembered(fn, signature_namespace):
        if type(fn) is not FunctionType or hasattr(fn, "__wrapped__"):
            return parse(fn, signature_namespace)
        # A function that a call makes anew has the code of the one before it.
        given = [fn.__annotations__, fn.__defaults__, fn.__kwdefaults__, signature_namespace]
        before, signature = known.get(fn.__code__, (None, None))
        if before != given:
            signature = parse(fn, signature_namespace)
            known[fn.__code__] = given, signature
        return replace(signature, parameters={**signature.parameters})

    return remembered


def _remembering_models(create):
    """Remember the model of a signature that is a module's own, or Litestar's for OPTIONS: one function is one handler."""
    known = {}

    @functools.wraps(create)
    def remembered(*, fn, type_decoders, **of):
        if "<locals>" in fn.__qualname__ and not fn.__module__.startswith("litestar."):
            return create(fn=fn, type_decoders=type_decoders, **of)
        given = [of, [[_made_of(call) for call in pair] for pair in type_decoders]]
        before, model = known.get(fn.__code__, (None, None))
        if before != given:
            model = create(fn=fn, type_decoders=type_decoders, **of)
            known[fn.__code__] = given, model
        return model

    return remembered


def _made_of(call):
    """Return what a partial call is made of: two of the same are not equal."""
    if isinstance(call, functools.partial):
        return call.func, call.args, call.keywords
    return call
