from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from shutil import copy

import pytest

from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

UID = "27282"


@pytest.fixture(scope="session")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Path]]:
    """Return a host in its first state, and an archive of it."""
    with Host(World(blogs={UID: make_blog(UID, posts=30, seed=5, style="rows")})) as host:
        tool = Tool(tmp_path_factory.mktemp("first"))
        tool.days_ahead = -0.01  # the archive's times are whole seconds: what happened in one has no order
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        yield host, tool.db


@pytest.fixture
def host(backed: tuple[Host, Path]) -> Iterator[Host]:
    """Return the host, whose world a test may change."""
    host, first = backed[0], backed[0].world
    host.forget_requests()
    host.world = deepcopy(first)
    yield host
    host.world, host.fault = first, no_fault


@pytest.fixture
def tool(backed: tuple[Host, Path], tmp_path: Path) -> Tool:
    """Return the command with an archive of the host's first state."""
    made = Tool(tmp_path)
    copy(backed[1], made.db)
    return made
