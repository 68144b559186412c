"""`app` in a real Chromium: from an empty folder to a finished, exported backup, by mouse or keyboard."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browse import chromium
from tests.browse.app_server import AppServer, app_server, hurry
from tests.browse.test_browser import AXE, tab
from tests.demo import DemoHost, make_blog
from tests.lies import kinds
from tests.lies.blog import quoting_blog, stored
from tests.lies.host import LyingHost
from tests.sql import read_sql
from tests.tool import Tool

__all__ = ["tab"]

pytestmark = pytest.mark.browser
UID = "31182"
_PATIENCE = 90.0


@pytest.fixture
def host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(UID, posts=4)]) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    hurry(tmp_path / "archive.db", 0.3)  # slow enough to be seen running
    with app_server(tmp_path / "archive.db") as running:
        yield running


def text(tab: chromium.Page) -> str:
    return str(tab.value("document.body?.innerText ?? ''"))


def wait_for_text(tab: chromium.Page, words: str) -> None:
    end = time.monotonic() + _PATIENCE
    while words not in text(tab):
        assert time.monotonic() < end, text(tab)
        tab.settle(0.3)


def violations(tab: chromium.Page) -> list[object]:
    tab.value(AXE.read_text("utf-8"))
    found: list[object] = tab.value(
        "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)]))"
    )
    return found


def focus(tab: chromium.Page, what: str) -> None:
    """Press Tab until the focused element's name or text is `what`."""
    for _ in range(60):
        tab.press("Tab")
        name = "(e => e.name || e.innerText || '')(document.activeElement)"
        if str(tab.value(name)).startswith(what):
            return
    pytest.fail(f"Tab never reached {what!r}")


def test_from_an_empty_folder_to_an_exported_backup_with_the_keyboard_alone(
    tab: chromium.Page, server: AppServer, host: DemoHost
) -> None:
    tab.go(server.address)
    assert violations(tab) == []
    focus(tab, "url")
    tab.press("", text=host.blog_url(UID))
    tab.follow()
    assert "no site that this program knows" in text(
        tab
    )  # the demo host is no site that is known by its address
    assert violations(tab) == []
    focus(tab, "site")
    tab.press("ArrowDown")
    assert tab.value("document.activeElement.value") == "creaders"
    focus(tab, "Look again")
    tab.follow()
    assert "Is this right?" in text(tab)
    assert violations(tab) == []
    focus(tab, "Yes")
    tab.follow()
    wait_for_text(tab, "A backup is running")
    assert violations(tab) == []
    wait_for_text(tab, "Finished: everything that was found is stored.")
    assert violations(tab) == []
    focus(tab, "Copies and files")
    tab.follow()
    assert violations(tab) == []
    focus(tab, "Make a sealed copy")
    tab.follow()
    wait_for_text(tab, "Done, and complete")
    assert violations(tab) == []
    (sealed,) = server.db.parent.glob("blog-2*")
    assert (sealed / "html" / "index.html").exists()
    assert read_sql(server.db, "select count(content_hash) from posts")[0] == (4,)
    assert tab.messages == []


def test_a_blog_is_deleted_with_the_keyboard_only_after_its_number_was_typed(
    tab: chromium.Page, server: AppServer, host: DemoHost
) -> None:
    tab.go(server.address)
    server.post("/app/start", url=host.blog_url(UID), site="creaders")
    tab.go(f"http://{server.host}/app")
    wait_for_text(tab, "Finished")
    focus(tab, "Settings")
    tab.follow()
    assert violations(tab) == []
    focus(tab, "Delete what is stored")
    tab.follow()
    assert violations(tab) == []
    focus(tab, "typed")
    tab.press("", text="yes")
    tab.follow()
    assert "Nothing was deleted" in text(tab)
    assert violations(tab) == []
    focus(tab, "typed")
    tab.press("", text="4")
    tab.follow()
    wait_for_text(tab, "The blog is deleted")
    assert len(list(server.db.parent.glob("before-deleting-*.db"))) == 1


def test_no_page_is_wider_than_a_phone_and_a_page_of_an_ended_program_says_so(
    tab: chromium.Page, server: AppServer, host: DemoHost
) -> None:
    tab.size(360, 740, phone=True)
    tab.go(server.address)
    server.post("/app/start", url=host.blog_url(UID), site="creaders")
    tab.go(f"http://{server.host}/app")
    wait_for_text(tab, "Finished")
    titles = []
    for path in ("", "/files", f"/blog?name={UID}", f"/delete?name={UID}"):
        tab.go(f"http://{server.host}/app{path}")
        assert tab.value("document.documentElement.scrollWidth") <= 360, path
        titles.append(tab.value("document.title"))
        assert tab.value("[...document.querySelectorAll('h1')].map(one => one.innerText)") == titles[-1:]
    assert len(set(titles)) == len(titles), "tabs and the list of visited pages tell them apart"
    server.process.terminate()
    server.process.wait(20)
    wait_for_text(tab, "The program has ended")
    assert tab.value("[...document.querySelectorAll('main button')].every(button => button.disabled)")


def test_progress_is_shown_without_scripts_by_reloading(
    tab: chromium.Page, server: AppServer, host: DemoHost
) -> None:
    tab.go(server.address)
    tab.without_scripts()
    server.post("/app/start", url=host.blog_url(UID), site="creaders")
    tab.go(f"http://{server.host}/app")
    wait_for_text(tab, "A backup is running")
    wait_for_text(tab, "Finished: everything that was found is stored.")


def test_a_change_of_the_site_is_stored_after_its_question_was_read_and_answered(
    tab: chromium.Page, tmp_path: Path
) -> None:
    tool = Tool(tmp_path)
    hurry(tool.db, 0.01)
    with LyingHost(quoting_blog("html5"), "html5", hints=False) as host:
        tool.days_ahead = -1
        assert tool.run("backup", host.blog_url(UID)).code == 0
        host.tell(kinds.ad_above)
        tool.days_ahead = 0
        assert tool.run("update", "--full").code == 5
        assert stored(tool).revisions == 0
        with app_server(tool.db) as server:
            tab.go(server.address)
            assert violations(tab) == []
            focus(tab, "Look at the change")
            tab.follow()
            assert "Many posts begin with new text" in text(tab)
            assert violations(tab) == []
            focus(tab, "on the site")
            focus(tab, "as stored")
            focus(tab, "Yes, the site is right")
            tab.follow()
            wait_for_text(tab, "Finished")
            assert "waits for your answer" not in text(tab)
    assert stored(tool).revisions == 8
    assert tool.scalar("select count(*) from site_changes where ended_at is null") == 0
    assert tab.messages == []


def test_a_form_on_another_site_cannot_start_a_backup(
    tab: chromium.Page, server: AppServer, host: DemoHost, tmp_path: Path
) -> None:
    tab.go(server.address)
    attack = tmp_path / "attack.html"
    attack.write_text(
        f'<form method="post" action="http://{server.host}/app/start"><input name="url" value="{host.blog_url(UID)}">'
        '<input name="site" value="creaders"></form><script>document.forms[0].submit()</script>',
        "utf-8",
    )
    tab.go(attack.as_uri())
    tab.settle(2)
    assert "another site" in text(tab)
    assert not server.db.exists()
