"""PostgreSQL for the tests of a fleet, with a patience of two seconds instead of eight."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.fleet.shard import PATIENCE_VARIABLE, URL_VARIABLE
from tests.fleet.fleet import Fleet
from tests.fleet.postgres import Postgres, binaries

PATIENCE = 2
_REQUIRED = os.environ.get("BLOGARCHIVE_REQUIRE_POSTGRESQL") == "1"


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """Return a server; skip if there is none, unless BLOGARCHIVE_REQUIRE_POSTGRESQL is set."""
    if binaries() is None and not _REQUIRED:
        pytest.skip("PostgreSQL is not installed")
    with closing(Postgres()) as made:
        yield made


@pytest.fixture
def url(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a new database, which BLOGARCHIVE_FLEET names."""
    made = server.make_database()
    monkeypatch.setenv(URL_VARIABLE, made)
    monkeypatch.setenv(PATIENCE_VARIABLE, str(PATIENCE))
    return made


@pytest.fixture
def fleet(url: str, tmp_path: Path) -> Iterator[Fleet]:
    """Return a fleet with its tables and an empty folder."""
    with closing(Fleet(url, tmp_path)) as made:
        made.run("init")
        yield made
