"""A run may end at any moment among its images: no row is torn, and the same command goes on."""

import resource
import signal
import subprocess
import threading

from tests.crawl.media.media_hosts import UID, blog, requested_images
from tests.demo import DemoHost
from tests.demo.server.http_server import LoggedRequest
from tests.tool import Tool, ended

PATHS = [f"/upfile/20250101/2000{place:04}.png" for place in range(24)]
POSTS = [PATHS[place : place + 6] for place in range(0, 24, 6)]
STORED = "select count(*) from media m join media_files f using (sha256) where m.status = 'stored'"


class Killer:
    """Sends a signal to a process when the host gets its n-th request for an image from now."""

    def __init__(self) -> None:
        self._left = 0
        self._signum = signal.SIGKILL
        self.process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def after(self, images: int, signum: signal.Signals) -> None:
        self._left, self._signum, self.process = images, signum, None

    def listen(self, request: LoggedRequest) -> None:
        with self._lock:
            if "/upfile/" in request.path:
                self._left -= 1
                if self._left == 0 and self.process is not None:
                    self.process.send_signal(self._signum)


def test_a_run_killed_several_times_ends_with_every_image(tool: Tool) -> None:
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
        asked = requested_images(host)
    assert tool.scalar(STORED) == len(PATHS)
    assert tool.rows("pragma integrity_check") == [("ok",)]
    assert len(asked) <= len(PATHS) + 2 * 4, (
        "repeats at most the request in flight and the image being stored"
    )


def test_a_full_disk_among_the_images_is_6_and_no_row_is_torn(tool: Tool) -> None:
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


def test_verify_finds_an_image_with_changed_bytes(tool: Tool) -> None:
    with DemoHost([blog([PATHS[0]])]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        stored = tool.rows("select body_html from posts")
        assert PATHS[0] in str(stored), "the stored body has the image URL of the page"
    assert tool.run("verify").code == 0
    tool.change("update media_files set body = zeroblob(length(body))")
    damaged = tool.run("verify")
    assert damaged.code == 6
    assert str(tool.rows("select sha256 from media")[0][0]) in damaged.err
