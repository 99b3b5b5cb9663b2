"""A kill at any statement of a revocation or a logout leaves it whole or undone, and once acknowledged it holds."""

import itertools
import os
import secrets

import pytest
from sqlalchemy import event

from lodestone.content import CommunityIn
from lodestone.services.access.standing import AccessTable
from lodestone.stores.database import open_records
from tests.worlds.kill_points import KILLED, Count
from tests.worlds.postgres import cluster
from tests.worlds.records_world import NOW, project


@pytest.fixture(scope="module")
def postgres_url():
    with cluster() as url:
        yield url


def records_of(url):
    return open_records(url, draw=lambda: secrets.randbelow(2**63), project=project)


def dying(url, at, act):
    """Act in a process of its own that ends at the `at`th step; say how it ended."""
    child = os.fork()
    if child == 0:
        count = Count(at)
        records = records_of(url)
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(records._engine, name, lambda *_: count.tick())
        act(records)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def table_of(records):
    table = AccessTable()
    table.begin(records.access_state(NOW))
    return table


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_kill_leaves_a_key_good_or_revoked_whole_and_an_acknowledged_revocation_stands(
    tmp_path, database, request
):
    url = f"sqlite:///{tmp_path / 'records.db'}"
    if database == "postgres":
        url = request.getfixturevalue("postgres_url")
    records = records_of(url)
    records.create_community("c", CommunityIn(), now=NOW)
    ended = []
    for at in itertools.count(1):
        key, nonce = records.create_key("c", name="", scopes=["read"], now=NOW), f"{at:032x}"
        before = table_of(records)

        def act(own, key=key.record.id, nonce=nonce):
            own.revoke_key("c", key, now=NOW)
            own.end_login(nonce, now=NOW)

        status = dying(url, at, act)
        good = records.find_key(key.record.digest) is not None
        after = table_of(records)
        followed = before.principal(key.record.digest)
        before.apply(records.access_changes(before.number))
        assert followed is not None
        heard = before.principal(key.record.digest) is not None
        assert good == heard == (after.principal(key.record.digest) is not None)
        assert not (good and after.logged_out(nonce))
        ended.append((good, after.logged_out(nonce)))
        if status == 0:
            break
        assert status == KILLED
    records.close()

    assert ended[0] == (True, False)
    assert (False, False) in ended
    assert ended[-1] == (False, True)
    assert ended == sorted(ended, key=lambda end: (not end[0], end[1]))
