from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copy

import pytest
import pytest_asyncio
from datasette.app import DEFAULT_SETTINGS, Datasette

from blogarchive.browse.serve import SETTINGS, create_app
from tests.browse.make_archive import make
from tests.once import made_once


@pytest.fixture(scope="session", autouse=True)
def no_short_time_limits() -> Iterator[None]:
    """Give statements and facets a minute: on a busy machine, a limit of 0.2 seconds ends any of them."""
    with pytest.MonkeyPatch.context() as patch:
        for settings in (DEFAULT_SETTINGS, SETTINGS):
            for name in ("sql_time_limit_ms", "facet_time_limit_ms"):
                patch.setitem(settings, name, 60_000)
        yield


@pytest.fixture(scope="session")
def archive_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive that no test writes to."""
    folder = made_once(tmp_path_factory, "browse", lambda folder: make(folder / "archive.db"))
    return folder / "archive.db"


@pytest.fixture
def own_archive(archive_path: Path, tmp_path: Path) -> Path:
    """Return a copy of the archive for one test."""
    return Path(copy(archive_path, tmp_path / "archive.db"))


@pytest.fixture(autouse=True)
def plain_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Datasette print no coloured traceback with all variables for each error: one takes half a second of CPU."""
    monkeypatch.setattr("datasette.handle_exception.rich", None)


@pytest_asyncio.fixture(scope="session")
async def datasette(archive_path: Path) -> AsyncIterator[Datasette]:
    """Return Datasette as `datasette archive.db` starts it; it compiles each template once for all tests."""
    served = Datasette([str(archive_path)])
    await served.invoke_startup()
    yield served
    close(served)


@pytest_asyncio.fixture(scope="session")
async def own_server(archive_path: Path) -> AsyncIterator[Datasette]:
    """Return Datasette as `blogarchive serve` starts it."""
    served = create_app(archive_path)
    await served.invoke_startup()
    yield served
    close(served)


def close(served: Datasette) -> None:
    """Close the threads and connections of a Datasette."""
    if served.executor is not None:
        served.executor.shutdown(wait=True)
    for database in served.databases.values():
        database.close()
