"""A run may end at any moment among its images: no row is torn, and the same command goes on."""

import resource
import signal
from functools import partial

from tests.crawl.media.media_hosts import UID, blog, requested_images
from tests.demo import DemoHost
from tests.killer import Killer
from tests.tool import Tool, ended

PATHS = [f"/upfile/20250101/2000{place:04}.png" for place in range(24)]
POSTS = [PATHS[place : place + 6] for place in range(0, 24, 6)]
STORED = "select count(*) from media m join media_files f using (sha256) where m.status = 'stored'"


def test_a_run_killed_several_times_ends_with_every_image(tool: Tool) -> None:
    killer = Killer("/upfile/")
    with DemoHost([blog(*POSTS)], observer=killer.listen) as host:
        start = partial(tool.start, "backup", host.blog_url(UID))
        for after in (3, 7, 5):
            assert killer.start(start, after=after).returncode == -signal.SIGKILL
        assert killer.start(start, after=2, signum=signal.SIGTERM).returncode == 3
        assert 0 < tool.scalar(STORED) < len(PATHS)
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
