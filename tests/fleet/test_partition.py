"""A crawl that is cut from PostgreSQL, but not from the blog host, stops before its lock is free."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.fleet.conftest import PATIENCE
from tests.fleet.fleet import Fleet, ended, wait_until
from tests.fleet.network import Network, NotPermitted
from tests.fleet.postgres import Postgres, binaries

LOCKS = "select count(*) from pg_locks where locktype = 'advisory'"


@pytest.fixture
def network() -> Iterator[Network]:
    """Return a network; skip if this user may make none."""
    try:
        made = Network()
    except NotPermitted:
        pytest.skip("ip netns is not permitted")
    with closing(made):
        yield made


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_a_crawl_that_is_cut_off_stops_before_its_lock_is_free(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_FLEET_PATIENCE", str(PATIENCE))
    with (
        closing(Postgres(network.database_address)) as server,
        DemoHost([make_blog("31182", posts=200)], address=network.host_address) as host,
    ):
        monkeypatch.setenv("BLOGARCHIVE_FLEET", server.url())
        with closing(Fleet(server.url(), tmp_path)) as fleet:
            assert fleet.run("init").code == 0
            crawl = fleet.backup(host.blog_url("31182"), "a", prefix=network.prefix)
            wait_until(lambda: len(host.requests) > 5)
            cut_at = time.time()
            network.cut_database()
            assert server.execute(LOCKS) == [(1,)]
            wait_until(lambda: server.execute(LOCKS) == [(0,)])
            freed_at = time.time()
            ran = ended(crawl)
    last = host.requests[-1].at
    assert ran.code == 3, ran.err
    assert "PostgreSQL cannot be reached" in ran.err
    assert last > cut_at, "it goes on for a moment: the network may come back"
    assert last < freed_at
