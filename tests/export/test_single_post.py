import re
from base64 import b64decode
from pathlib import Path

import pytest
from lxml import html

from blogarchive.errors import UsageError
from blogarchive.export.single_post import export_single_post
from blogarchive.store.read.exports import Filters
from tests.browse import chromium
from tests.export.conftest import HOST, HOSTILE_TITLES, Made, png


def test_one_file_has_the_post_its_comments_and_its_images(archive: Path, tmp_path: Path) -> None:
    done = export_single_post(archive, tmp_path / "post", number="101")
    page = html.fromstring(done.out.read_bytes())
    assert (done.out.name, done.comments, done.pictures) == ("post.html", 2, 1)
    assert [page.findtext(".//h1"), *page.xpath("//article[@class='comment']//div[@class='body']/text()")] == [
        "泡沫与房价", "写得好", "谢谢",
    ]  # fmt: skip
    (image,) = page.xpath("//img")
    assert image.get("src").startswith("data:image/png;base64,")
    assert b64decode(image.get("src").partition(",")[2]) == png(1)
    assert (image.get("alt"), image.get("loading")) == ("图", "lazy")


def test_the_same_archive_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    one, two = (
        export_single_post(archive, tmp_path / name, number="101").out.read_bytes()
        for name in ("1.html", "2.html")
    )
    assert one == two


@pytest.mark.browser
def test_a_browser_shows_the_file_and_requests_nothing(
    archive: Path, tmp_path: Path, page: chromium.Page
) -> None:
    done = export_single_post(archive, tmp_path, number="101")
    page.go(done.out.as_uri())
    page.settle()
    assert page.value("document.images[0].decode().then(() => document.images[0].naturalWidth)") == 1
    assert page.value("getComputedStyle(document.querySelector('.page')).maxWidth") != "none"
    assert [url for url in page.requests if not url.startswith("data:")] == [done.out.as_uri()]
    assert page.messages == []


def test_hostile_posts_bring_no_script_and_no_request(hostile_archive: Path, tmp_path: Path) -> None:
    for number in range(len(HOSTILE_TITLES)):
        page = html.fromstring(
            export_single_post(hostile_archive, tmp_path, number=str(number)).out.read_bytes()
        )
        assert not page.xpath("//script | //iframe | //link | //img | //@onerror | //@onclick")
        assert not [url for url in page.xpath("//@href | //@src") if not re.match("https?://", url)]


def test_a_text_that_looks_like_an_image_stays_a_text(made: Made, tmp_path: Path) -> None:
    post = made.post(
        made.blog(), "1", "题", "<p>src=\"abc/1.png\" <img src='a.png' title='src=\"b.png\"'></p>"
    )
    made.picture(post, f"{HOST}/u/31182/202501/a.png", png(3))
    page = html.fromstring(export_single_post(made.done(), tmp_path, number="1").out.read_bytes())
    assert 'src="abc/1.png"' in page.text_content()
    assert [image.get("title") for image in page.xpath("//img")] == ['src="b.png"']


def test_a_number_of_several_blogs_needs_the_author(made: Made, tmp_path: Path) -> None:
    for uid in ("31182", "44"):
        made.post(made.blog(uid), "7", f"{uid} 的", "<p>七</p>")
    archive = made.done()
    with pytest.raises(UsageError, match=r"several blogs have a post 7: creaders/31182, creaders/44; choose"):
        export_single_post(archive, tmp_path, number="7")
    done = export_single_post(archive, tmp_path, number="7", filters=Filters(authors=("44",)))
    assert "44 的" in done.out.read_text("utf-8")


def test_a_number_of_no_post_is_a_usage_error(linking_archive: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no post 404"):
        export_single_post(linking_archive, tmp_path, number="404")
    with pytest.raises(UsageError, match="no blog of --author has a post 1"):
        export_single_post(linking_archive, tmp_path, number="1", filters=Filters(authors=("98765",)))
