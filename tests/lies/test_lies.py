"""A host that lies after a truthful first run changes nothing in the archive, and no later run ends better."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lies.blog import quoting_blog, stored
from tests.lies.host import UID, LyingHost
from tests.lies.kinds import LIES
from tests.tool import Tool

_MARKUPS = ("tables", "html5", "lines", "lists")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[LyingHost, Path]]]:
    """Return a host of each markup, every second one without hints, with an archive of its first state."""
    made = {}
    for place, markup in enumerate(_MARKUPS):
        host = LyingHost(quoting_blog(markup), markup, hints=place % 2 == 0).start()
        tool = Tool(tmp_path_factory.mktemp(markup))
        tool.days_ahead = -0.01  # times of the archive are whole seconds
        assert tool.run("backup", host.blog_url(UID)).code == 0
        made[markup] = host, tool.db
    yield made
    for host, _ in made.values():
        host.stop()


@pytest.mark.parametrize(("place", "name"), list(enumerate(LIES)), ids=list(LIES))
def test_a_lie_on_every_post_changes_nothing_and_its_second_run_ends_no_better(
    place: int, name: str, honest: dict[str, tuple[LyingHost, Path]], tmp_path: Path
) -> None:
    host, first = honest[_MARKUPS[place % len(_MARKUPS)]]
    tool = Tool(tmp_path)
    shutil.copy(first, tool.db)
    before = stored(tool)
    host.tell(*LIES[name])
    try:
        codes = [tool.run("update", *words).code for words in (("--full",), ("--full",))]
    finally:
        host.tell(None)
    assert (codes, stored(tool)) == ([1, 1] if name == "partial" else [5, 5], before)
