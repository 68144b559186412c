"""A run may end at any moment among its pictures: nothing is torn, and the same command goes on."""

import resource
import signal
import subprocess
import threading

from blogarchive.demo import DemoHost
from blogarchive.demo.server.http_server import Request
from tests.crawl.media.media_hosts import UID, asked_pictures, blog
from tests.tool import Tool, ended

PATHS = [f"/upfile/20250101/2000{place:04}.png" for place in range(24)]
POSTS = [PATHS[place : place + 6] for place in range(0, 24, 6)]
STORED = "select count(*) from media m join media_files f using (sha256) where m.status = 'stored'"


class Killer:
    """Sends a signal to a process when the host is asked for its n-th picture from now."""

    def __init__(self) -> None:
        self._left = 0
        self._how = signal.SIGKILL
        self.process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def after(self, pictures: int, how: signal.Signals) -> None:
        self._left, self._how, self.process = pictures, how, None

    def listen(self, request: Request) -> None:
        with self._lock:
            if "/upfile/" in request.path:
                self._left -= 1
                if self._left == 0 and self.process is not None:
                    self.process.send_signal(self._how)


def test_killed_again_and_again_it_ends_with_every_picture(tool: Tool) -> None:
    killer = Killer()
    with DemoHost([blog(*POSTS)], observer=killer.listen) as host:
        for after in (3, 7, 5):
            killer.after(after, signal.SIGKILL)
            killer.process = tool.start("backup", host.blog_url(UID))
            killer.process.communicate(timeout=50)
            assert killer.process.returncode == -signal.SIGKILL
        killer.after(2, signal.SIGTERM)
        killer.process = tool.start("backup", host.blog_url(UID))
        killer.process.communicate(timeout=50)
        assert killer.process.returncode == 3
        assert 0 < tool.scalar(STORED) < len(PATHS)
        killer.after(0, signal.SIGKILL)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        asked = asked_pictures(host)
    assert tool.scalar(STORED) == len(PATHS)
    assert tool.rows("pragma integrity_check") == [("ok",)]
    assert len(asked) <= len(PATHS) + 2 * 4, "again at most what was on the wire, and what was being stored"


def test_a_full_disk_among_the_pictures_is_6_and_nothing_is_torn(tool: Tool) -> None:
    with DemoHost([blog(*POSTS)]) as host:
        assert tool.run("backup", host.blog_url(UID), "--no-media").code == 0
        room = tool.db.stat().st_size + 16_000
        full = tool.start(
            "update", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        )
        assert ended(full).code == 6
        assert tool.rows("pragma integrity_check") == [("ok",)]
        assert tool.scalar(STORED) < len(PATHS)
        assert tool.run("update").code == 0
    assert tool.scalar(STORED) == len(PATHS)


def test_verify_finds_a_picture_whose_bytes_have_changed(tool: Tool) -> None:
    with DemoHost([blog([PATHS[0]])]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        held = tool.rows("select body_html from posts")
        assert PATHS[0] in str(held), "what is stored names the picture as the page did"
    assert tool.run("verify").code == 0
    tool.change("update media_files set body = zeroblob(length(body))")
    damaged = tool.run("verify")
    assert damaged.code == 6
    assert str(tool.rows("select sha256 from media")[0][0]) in damaged.err
