import os
import plistlib
import zlib
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.importing.html import import_html
from blogarchive.importing.identify import PageUrls, read_page_urls
from blogarchive.importing.saved_files import find_image_sources
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import reparse_pages
from blogarchive.store.pages.pages import stored_pages
from blogarchive.store.posts.revisions import image_urls
from blogarchive.workers.batch_reparse import parse_stored_pages
from tests.importing.archives import dump, rows
from tests.importing.pages import (
    HOME,
    NEWER,
    OLDER,
    PNG,
    listing,
    page,
    post_url,
    save,
    saved_from,
    single_file,
)
from tests.paths import REAL


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.mark.parametrize(
    ("declared", "charset"),
    [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("big5", "big5"), ("gb2312", "utf-8"), ("utf-8", "utf-16")],
)
def test_a_page_in_any_charset_becomes_the_rows_that_a_crawl_makes(
    archive: Path, tmp_path: Path, declared: str, charset: str
) -> None:
    text = page(
        charset=declared, top=saved_from(101), title="泡沫", body="<p>第一段文字在此，看得出是哪一種字。</p>"
    )
    if charset == "big5":
        text = text.encode("big5", "xmlcharrefreplace").decode("big5")
    save(tmp_path / "in" / "a.html", text, charset=charset)
    done = import_html(archive, tmp_path / "in")
    assert (done.pages, done.posts, done.comments, done.unplaced) == (1, 1, 2, ())
    assert rows(archive, "select site, uid, nickname, blog_title from authors") == [
        ("creaders", "31182", "林木", "林木的角落")
    ]
    assert rows(
        archive,
        "select number, url, title, body_text, views, likes, comment_count from posts where content_hash is not null",
    ) == [("101", post_url(101), "泡沫", "第一段文字在此，看得出是哪一種字。", 1769, 9, 2)]
    assert rows(
        archive, "select author_name, reply_to, body_text, likes from comments order by posted_at"
    ) == [("过客", None, "写得好。", 2), ("林木", "过客", "谢谢你来看。", 0)]


def where(number: int = 101) -> dict[str, dict[str, str]]:
    """Return the places in a saved page that have its URL."""
    return {
        "saved from": {"top": saved_from(number)},
        "canonical": {"head": f'<link rel="canonical" href="{post_url(number)}">'},
        "og:url": {"head": f'<meta property="og:url" content="{post_url(number)}">'},
        "its own title in the sidebar": {},
        "a form's hidden field": {"inner": f'<form><input type="hidden" name="did" value="{number}"></form>'},
    }


@pytest.mark.parametrize("way", where())
def test_the_url_is_found_in_the_page(archive: Path, tmp_path: Path, way: str) -> None:
    own_link = way.startswith("its own")
    save(tmp_path / "in" / "无名.htm", page(own_link=own_link, **where()[way]))
    done = import_html(archive, tmp_path / "in")
    assert done.unplaced == ()
    assert rows(archive, "select number, title from posts where content_hash is not null") == [
        ("101", "泡沫与房价")
    ]


@pytest.mark.parametrize("name", ["101.html", "blog.creaders.net/u/31182/202501/101.html", "did=101.html"])
def test_the_url_is_found_in_the_path(archive: Path, tmp_path: Path, name: str) -> None:
    save(tmp_path / "in" / name, page(own_link=False))
    assert import_html(archive, tmp_path / "in").unplaced == ()
    assert rows(archive, "select number from posts where content_hash is not null") == [("101",)]


def test_two_numbers_in_a_form_say_no_post(archive: Path, tmp_path: Path) -> None:
    fields = "".join(f'<input type="hidden" name="did" value="{number}">' for number in (101, 102))
    save(tmp_path / "in" / "无名.htm", page(own_link=False, inner=f"<form>{fields}</form>"))
    (left,) = import_html(archive, tmp_path / "in").unplaced
    assert "nothing in it says the number" in left.why


def test_two_posts_with_the_title_of_the_page_say_no_post(archive: Path, tmp_path: Path) -> None:
    again = page(inner=f'<p><a href="{post_url(102)}">泡沫与房价</a></p>')
    save(tmp_path / "in" / "无名.htm", again)
    (left,) = import_html(archive, tmp_path / "in").unplaced
    assert "nothing in it says the number" in left.why


def test_an_unknown_url_of_a_known_blog_is_a_page_of_it(archive: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "无名.html", page(own_link=False))
    done = import_html(archive, file, url=f"{HOME}some/address.html")
    assert "URL of no blog" not in str(done.unplaced)
    with pytest.raises(UsageError, match="URL of no blog"):
        import_html(archive, file, url="https://blog.creaders.net/some/address.html")


def test_the_url_of_one_file_can_be_given(archive: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "无名.html", page(own_link=False))
    assert import_html(archive, file, url=post_url(101)).posts == 1
    with pytest.raises(UsageError, match="single file"):
        import_html(archive, tmp_path, url=post_url(101))
    with pytest.raises(UsageError, match="--site"):
        import_html(archive, file, url="https://nowhere/1.html")


@pytest.mark.parametrize("title_link", [True, False], ids=["title that leads to itself", "plain title"])
def test_pages_without_their_own_url_are_identified_with_the_blog_s_url(
    archive: Path, tmp_path: Path, title_link: bool
) -> None:
    for number in (101, 102):
        text = page(number, title=f"第 {number} 篇文章的题目", title_link=title_link)
        save(tmp_path / "in" / f"无名{number}.htm", text)
    done = import_html(archive, tmp_path / "in" / "无名101.htm", url=HOME)
    assert (done.posts, done.unplaced) == (1, ())
    done = import_html(archive, tmp_path / "in", url=HOME)
    assert (done.posts, done.same, done.unplaced) == (1, 1, ())
    assert rows(archive, "select number from posts where body_text <> '' order by number") == [
        ("101",),
        ("102",),
    ]
    assert rows(archive, "select distinct kind from pages") == [("post",)]


def test_a_page_with_a_title_that_links_to_itself_is_identified_without_a_url(
    archive: Path, tmp_path: Path
) -> None:
    save(tmp_path / "in" / "无名.htm", page(own_link=False, title_link=True))
    assert import_html(archive, tmp_path / "in").unplaced == ()
    assert rows(archive, "select number from posts where content_hash is not null") == [("101",)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (page(own_link=False), "says the number"),
        (listing(101), "which post it is"),
        (page(body="", title_link=True), "no text of the post"),
    ],
    ids=["a post without a number", "one row of a list", "a further page of comments"],
)
def test_an_unidentified_page_is_listed_and_never_stored_as_the_home_page(
    archive: Path, tmp_path: Path, text: str, why: str
) -> None:
    save(tmp_path / "in" / "a.html", text)
    (one,) = import_html(archive, tmp_path / "in", url=HOME).unplaced
    assert (one.name, why in one.why) == ("a.html", True)
    assert not archive.exists()


def test_a_list_of_posts_is_a_page_of_the_blog_and_no_post(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", listing(101, 102, 103))
    assert import_html(archive, tmp_path / "in", url=HOME).unplaced == ()
    assert rows(archive, "select kind from pages") == [("home",)]
    assert rows(archive, "select count(*), count(body_text) from posts") == [(3, 0)]


def test_unidentified_files_are_listed_with_the_reason(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", page(own_link=False))
    save(tmp_path / "in" / "b.html", "<html><body>别处的一页</body></html>")
    save(tmp_path / "in" / "c.html", "   ")
    save(
        tmp_path / "in" / "d.html", saved_from(5) + "<html><body><p>该日志不存在或已被删除</p></body></html>"
    )
    save(tmp_path / "in" / "good.html", page(top=saved_from(101)))
    done = import_html(archive, tmp_path / "in")
    assert [one.name for one in done.unplaced] == ["a.html", "b.html", "c.html", "d.html"]
    assert all(one.why for one in done.unplaced)
    assert done.posts == 1


def test_images_are_imported_from_the_folder_beside_the_page_but_pages_in_it_are_not(
    archive: Path, tmp_path: Path
) -> None:
    body = '<p>图：<img src="./泡沫 房价_files/a.png"><img src="./泡沫 房价_files/b.png"><img src="../../secret.png"></p>'
    save(tmp_path / "in" / "泡沫 房价.html", page(top=saved_from(101), body=body))
    folder = tmp_path / "in" / "泡沫 房价_files"
    folder.mkdir()
    (folder / "a.png").write_bytes(PNG)
    (folder / "b.png").write_bytes(b"<html>not found</html>")
    (folder / "frame.html").write_text(page(7, top=saved_from(7)))
    (tmp_path / "secret.png").write_bytes(PNG + b"1")
    done = import_html(archive, tmp_path / "in")
    assert (done.pages, done.pictures) == (1, 1)
    assert rows(archive, "select content_type, size from media_files") == [("image/png", len(PNG))]
    held = "select count(*) from post_media pm join media m on m.id = pm.media_id where m.sha256 is not null"
    assert rows(archive, held) == [(1,)]


@pytest.mark.parametrize(
    ("date", "fetched_at"),
    [
        ("Sat, 1 Feb 2025 09:00:00 +0000", "2025-02-01T09:00:00+00:00"),
        ("Thu, 1 Jan 2099 09:00:00 +0000", OLDER.isoformat()),
        ("Fri, 31 Dec 9999 23:59:59 -0100", OLDER.isoformat()),
        ("Mon, 1 Jan 1968 09:00:00 +0000", OLDER.isoformat()),
    ],
)
def test_an_mhtml_has_its_url_plausible_time_and_images(
    archive: Path, tmp_path: Path, date: str, fetched_at: str
) -> None:
    picture = "https://blog.creaders.net/u/31182/upload_file/20250128.png"
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = post_url(101)
    message["Date"] = date
    message.make_related()
    text = EmailMessage()
    text.set_content(
        page(own_link=False, body=f'<p>字<img src="{picture}"></p>'), subtype="html", cte="quoted-printable"
    )
    text["Content-Location"] = post_url(101)
    image = EmailMessage()
    image.set_content(PNG, "image", "png")
    image["Content-Location"] = picture
    message.attach(text)
    message.attach(image)
    (tmp_path / "页.mhtml").write_bytes(message.as_bytes())
    os.utime(tmp_path / "页.mhtml", (OLDER.timestamp(), OLDER.timestamp()))
    done = import_html(archive, tmp_path / "页.mhtml")
    assert (done.posts, done.pictures, done.unplaced) == (1, 1, ())
    assert rows(archive, "select fetched_at from pages") == [(fetched_at,)]


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML], ids=["binary", "xml"])
def test_a_web_archive_of_safari_has_its_url_charset_and_images(
    archive: Path, tmp_path: Path, form: plistlib.PlistFormat
) -> None:
    picture = "https://blog.creaders.net/u/31182/upload_file/20250128.png"
    text = page(own_link=False, body=f'<p>字<img src="{picture}"></p>', charset="x").encode("gb18030")
    main = {"WebResourceURL": post_url(101), "WebResourceMIMEType": "text/html", "WebResourceData": text}
    main |= {"WebResourceTextEncodingName": "gb18030"}
    image = {"WebResourceURL": picture, "WebResourceMIMEType": "image/png", "WebResourceData": PNG}
    whole = plistlib.dumps({"WebMainResource": main, "WebSubresources": [image]}, fmt=form)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "页.webarchive").write_bytes(whole)
    done = import_html(archive, tmp_path / "in")
    assert (done.posts, done.pictures, done.unplaced) == (1, 1, ())
    assert rows(archive, "select substr(body_text, 1, 1) from posts where body_text is not null") == [("字",)]


@pytest.mark.parametrize(
    "body",
    [
        b"bplist00",
        b"<plist><dict>",
        plistlib.dumps([]),
        plistlib.dumps({"WebMainResource": {"WebResourceURL": "a", "WebResourceData": 10**12}}),
        plistlib.dumps({"WebMainResource": {"WebResourceURL": 1, "WebResourceData": b""}}),
        plistlib.dumps({"WebMainResource": "x", "WebSubresources": 5}),
        b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>',
    ],
)
def test_a_damaged_web_archive_is_named_and_imports_nothing(
    archive: Path, tmp_path: Path, body: bytes
) -> None:
    (tmp_path / "a.webarchive").write_bytes(body)
    done = import_html(archive, tmp_path / "a.webarchive")
    assert (done.posts, [one.why for one in done.unplaced]) == (0, ["its text is cut short or damaged"])


def test_importing_twice_changes_nothing(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    save(tmp_path / "in" / "b.html", page(102, title="第二篇文章", top=saved_from(102)), at=NEWER)
    import_html(archive, tmp_path / "in")
    before = dump(archive)
    again = import_html(archive, tmp_path / "in")
    assert (again.pages, again.same) == (0, 2)
    os.utime(tmp_path / "in" / "a.html")
    import_html(archive, tmp_path / "in")
    assert dump(archive) == before


def test_an_older_page_never_overwrites_later_values(archive: Path, tmp_path: Path) -> None:
    new = page(top=saved_from(101), body="<p>改过之后的正文，长短也差不多这样。</p>", views=2000)
    old = page(
        top=saved_from(101), title="旧题目", body="<p>改之前的正文，长短也差不多这样的。</p>", views=10
    )
    save(tmp_path / "new" / "a.html", new, at=NEWER)
    save(tmp_path / "old" / "a.html", old.replace("2025-01-28 01:46:53", "2025-01-28 00:00:00"), at=OLDER)
    import_html(archive, tmp_path / "new")
    import_html(archive, tmp_path / "old")
    held = "select title, body_text, views, posted_at_text, first_seen_at, last_seen_at from posts where number = 101"
    assert rows(archive, held) == [
        (
            "泡沫与房价", "改过之后的正文，长短也差不多这样。", 2000, "2025-01-28 01:46:53",
            "2024-06-01T08:00:00+00:00", "2025-03-01T08:00:00+00:00",
        )
    ]  # fmt: skip
    assert rows(archive, "select title, captured_at from post_revisions") == [
        ("旧题目", "2024-06-01T08:00:00+00:00")
    ]
    assert [row[0] for row in rows(archive, "select views from post_stats order by captured_at")] == [
        10,
        2000,
    ]


def test_old_and_new_in_either_order_make_the_same_post(tmp_path: Path) -> None:
    texts = {
        OLDER: "<p>改之前的正文，长短也差不多这样的。</p>",
        NEWER: "<p>改过之后的正文，长短也差不多这样。</p>",
    }
    for place, (at, body) in enumerate(texts.items()):
        save(tmp_path / str(place) / "a.html", page(top=saved_from(101), body=body), at=at)
    wanted = "select title, body_text, views, posted_at, first_seen_at, last_seen_at, version_at from posts order by number"
    results = []
    for order in ("01", "10"):
        archive = tmp_path / f"{order}.db"
        for place in order:
            import_html(archive, tmp_path / place)
        results.append(
            (rows(archive, wanted), rows(archive, "select title, body_text, captured_at from post_revisions"))
        )
    assert results[0] == results[1]


def test_a_page_that_names_another_blog_in_its_text_stays_with_its_own(archive: Path, tmp_path: Path) -> None:
    body = "<p>请看 https://blog.creaders.net/u/666/ 和 <a href='https://blog.creaders.net/u/666/202501/1.html'>泡沫与房价</a></p>"
    save(tmp_path / "in" / "a.html", page(body=body))
    import_html(archive, tmp_path / "in")
    assert rows(archive, "select uid from authors") == [("31182",)]


def test_a_missing_folder_and_an_empty_one_are_usage_errors(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        import_html(archive, tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no saved page"):
        import_html(archive, tmp_path / "empty")


@pytest.mark.skipif(not (REAL / "wenxuecity_2006").is_dir(), reason="the real pages are not here")
def test_a_real_page_of_2006_that_declares_gb2312_is_imported(archive: Path, tmp_path: Path) -> None:
    _, _, body = (REAL / "wenxuecity_2006" / "page.html").read_bytes().partition(b"\n")
    url = "http://blog.wenxuecity.com/archives.php?date=200506&blogID=1854&wid=2"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "page.html").write_bytes(
        f"<!-- saved from url=({len(url):04}){url} -->\n".encode() + body
    )
    done = import_html(archive, tmp_path / "in")
    assert (done.pages, done.unplaced) == (1, ())
    assert done.posts > 1
    assert rows(archive, "select site, uid from authors") == [("wenxuecity", "1854")]
    assert rows(archive, "select encoding from pages") == [("gb18030",)]


PAGE_HOME = "http://blog.creaders.net/u/31182/"


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="gbk"?>', "<!-- 注 -->", "\0"])
def test_a_page_is_parsed_as_html_whatever_it_begins_with(head: str) -> None:
    urls = read_page_urls(
        f"{head}<html><a href=/u/1/> 甲\n乙&nbsp;丙<br><img src=a.jpg></a></html>", PAGE_HOME
    )
    assert urls.links == (("http://blog.creaders.net/u/1/", "甲 乙 丙"),)


def test_declared_urls_and_post_numbers_are_found_in_any_case() -> None:
    urls = read_page_urls(
        "<LINK REL='Alternate Canonical' HREF=' http://a.net/1 '><link rel=canonicals href=/no>"
        "<META PROPERTY='OG:URL' CONTENT=http://a.net/2><input NAME=Diary_ID value=' 12 '><input name=idx value=3>"
    )
    assert urls.declared == ("http://a.net/1", "http://a.net/2")
    assert urls.number_fields == (("Diary_ID", "12"), ("idx", "3"))
    site = site_by_name("creaders")
    assert [site.is_number_field(name) for name, _ in urls.number_fields] == [True, False]


def test_a_url_of_a_browser_that_the_text_quotes_is_not_that_of_the_page() -> None:
    quoted = "<p><!-- saved from url=(0012)http://a.net/1 --></p>"
    assert read_page_urls(f"<html><head><title>x</title></head><BODY>{quoted}").saved_from is None
    saved = "<!DOCTYPE html>\n<!-- saved from url=(0012)http://a.net/2 -->\n"
    assert read_page_urls(f"{saved}<html><body>{quoted}").saved_from == "http://a.net/2"


def test_a_page_of_singlefile_has_the_url_and_the_time_that_it_states(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "1.html", single_file("Sun Mar 02 2025 08:00:00 GMT+0800 (中国标准时间)"))
    assert import_html(archive, tmp_path / "1.html").unplaced == ()
    assert rows(archive, "select number from posts where body_text is not null") == [("101",)]
    assert rows(archive, "select fetched_at from pages") == [("2025-03-02T00:00:00+00:00",)]


def test_images_in_a_page_of_singlefile_are_stored_whatever_their_size(archive: Path, tmp_path: Path) -> None:
    photo = PNG + bytes(3_000_000)
    text = single_file("Sun Mar 02 2025 08:00:00 GMT+0800", photo, PNG, photo)
    done = import_html(archive, save(tmp_path / "1.html", text))
    assert (done.pages, done.pictures, done.unplaced) == (1, 2, ())
    [(html,)] = rows(archive, "select body_html from posts where body_html is not null")
    stored = dict(rows(archive, "select url, size from media where sha256 is not null"))
    assert [stored[url] for url in image_urls(str(html))] == [len(photo), len(PNG), len(photo)]
    assert [zlib.decompress(body) for (body,) in rows(archive, "select body from pages")] == [text.encode()]  # type: ignore[arg-type]
    with Archive.open(archive) as opened:
        assert list(reparse_pages(opened, parse_stored_pages(stored_pages(opened), [], 1))) == []


def test_a_page_of_singlefile_is_no_edit_of_a_stored_post(archive: Path, tmp_path: Path) -> None:
    shown = f"{HOME}a.png"
    crawled = page(top=saved_from(101), body=f'<p>山里的早晨。</p><img src="{shown}">')
    import_html(archive, save(tmp_path / "0.html", crawled))
    saved = save(tmp_path / "1.html", single_file("Sun Mar 02 2025 08:00:00 GMT+0800", PNG))
    assert import_html(archive, saved).pictures == 1
    assert rows(archive, "select count(*) from post_revisions") == [(0,)]
    assert rows(archive, "select url, size from media where sha256 is not null") == [(shown, len(PNG))]


def test_images_in_a_page_of_save_page_we_have_the_urls_that_it_keeps(archive: Path, tmp_path: Path) -> None:
    head = f'''<style>body{{background:url(data:image/gif;base64,{"R0lG" * 600_000})}}</style>
<meta name="savepage-url" content="{post_url(101)}">
<meta name="savepage-date" content="Sun Mar 02 2025 08:00:00 GMT+0800 (China Standard Time)">'''
    image = (
        f'<img data-savepage-src="/a.png?x=1&amp;y=2" src="data:image/png;base64,{b64encode(PNG).decode()}">'
    )
    text = page(head=f"{head}</head>", own_link=False, body=f"<p>山里的早晨。</p>{image}")
    assert import_html(archive, save(tmp_path / "1.html", text)).pictures == 1
    url = "https://blog.creaders.net/a.png?x=1&y=2"
    assert rows(archive, "select url, size from media where sha256 is not null") == [(url, len(PNG))]
    assert rows(archive, "select number from posts where body_text is not null") == [("101",)]
    assert rows(archive, "select fetched_at from pages") == [("2025-03-02T00:00:00+00:00",)]


def test_the_url_that_save_page_we_states_may_have_any_characters(archive: Path, tmp_path: Path) -> None:
    head = '<meta name="savepage-url" content="https://blog.example.org/?p=12&amp;x=(1)"></head>'
    import_html(archive, save(tmp_path / "1.html", page(12, head=head)))
    assert rows(archive, "select number from posts where body_text is not null") == [("?p=12&x=%281%29",)]


def test_a_page_of_a_mirror_of_httrack_has_the_url_that_it_states(archive: Path, tmp_path: Path) -> None:
    top = "<!-- Mirrored from blog.example.org/?p=12 by HTTrack Website Copier/3.x, Mon, 03 Mar 2025 08:00:00 GMT -->"
    save(tmp_path / "in" / "blog.example.org" / "index39d2.html", page(12, top=top))
    import_html(archive, tmp_path / "in")
    assert rows(archive, "select number from posts where body_text is not null") == [("?p=12",)]


def test_a_list_of_a_mirror_is_not_the_home_page_of_its_blog(archive: Path, tmp_path: Path) -> None:
    links = "".join(
        f"<h2><a href=/{name}/>{name} 的标题</a></h2><p>第一段。</p>" for name in ("mei", "lan", "zhu")
    )
    mirror = tmp_path / "in" / "blog.example.org"
    for path in ("tags/hua/index.html", "index.html", "2025/05/index.html"):
        save(mirror / path, f"<html><title>花园</title><body>{links}</body></html>")
        import_html(archive, tmp_path / "in")
        home = rows(archive, "select url from authors")
        assert home[0][0] in ("https://blog.example.org/", "https://blog.example.org/index.html")


def test_relative_links_follow_the_base_of_the_page() -> None:
    text = "<base><base href='http://b.net/x/'><a href=y>甲</a><a href='http://[/'>乙</a><a href=#>丙</a>"
    assert [url for url, _ in read_page_urls(text, PAGE_HOME).links] == [
        "http://b.net/x/y",
        "http://b.net/x/",
    ]


@pytest.mark.parametrize("text", ["", " ", "<!-- 注 -->"])
def test_an_empty_page_has_no_urls(text: str) -> None:
    urls = read_page_urls(text)
    assert urls == PageUrls(saved_from=None, declared=(), links=(), written=(), number_fields=())
    assert find_image_sources(text.encode(), None) == ()


def test_a_saved_page_keeps_its_comments_though_an_interface_that_nobody_asks_has_more(
    archive: Path, tmp_path: Path
) -> None:
    url = "https://notes.example.org/2019/05/der-regen/"
    head = f'<title>Der Regen</title><link rel="canonical" href="{url}"><link rel="shortlink" href="/?p=7">'
    shown = "".join(
        f'<li id="comment-{n}" class="comment"><cite class="fn">{name}</cite> <time>21. Mai 2019 um 11:2{n} Uhr</time>'
        f'<p class="comment-content">Das war bei uns am See auch so, Nummer {n}.</p></li>'
        for n, name in enumerate(("Jutta", "Sven"))
    )
    text = "<p>Der Regen fiel den ganzen Tag auf die Dächer der alten Stadt, und niemand ging hinaus.</p>" * 4
    save(
        tmp_path / "a.html",
        f'<html><head>{head}<link rel="https://api.w.org/" href="/wp-json/"></head><body class="single-post"><article>'
        f'<h1 class="entry-title">Der Regen</h1><time datetime="2019-05-20T09:00:00+02:00">20. Mai 2019</time>'
        f'<div class="entry-content">{text}</div></article><div id="comments"><h2 class="comments-title">5 Kommentare'
        f'</h2><ol class="comment-list">{shown}</ol></div></body></html>',
    )
    import_html(archive, tmp_path / "a.html")
    assert rows(archive, "select author_name from comments order by position") == [("Jutta",), ("Sven",)]
    assert rows(archive, "select detail from failures where field = 'comments'") == [
        ("the page claims 5 comments and shows 2",)
    ]


def test_a_list_of_a_host_without_a_site_is_imported_by_its_url(archive: Path, tmp_path: Path) -> None:
    rows_of_list = "".join(f'<tr><td><a href="s{one}.htm">雾里的船 {one}</a></td></tr>' for one in range(5))
    file = save(tmp_path / "list.htm", f"<html><body><table>{rows_of_list}</table></body></html>")
    url = "http://river.example.org/essays/index.htm"
    assert import_html(archive, file, url=url).unplaced == ()
    assert rows(archive, "select title from posts order by number") == [
        (f"雾里的船 {one}",) for one in range(5)
    ]
    before = dump(archive)
    assert import_html(archive, file, url=url).same == 1
    assert dump(archive) == before


def test_a_page_of_a_host_without_a_site_that_shows_and_lists_no_post_is_refused(
    archive: Path, tmp_path: Path
) -> None:
    file = save(tmp_path / "home.html", "<html><title>Notes</title><body><p>We are moving.</p></body></html>")
    for url in ("https://notes.example.org/", "https://notes.example.org/category/rain/"):
        done = import_html(archive, file, url=url)
        assert (done.pages, [one.why for one in done.unplaced]) == (
            0,
            ["it shows no post, and it lists none"],
        )


def test_a_file_that_claims_to_be_older_than_its_post_keeps_the_time_of_the_post(
    archive: Path, tmp_path: Path
) -> None:
    text = "<p>Der Regen fiel den ganzen Tag auf die Dächer der alten Stadt, und niemand ging hinaus.</p>" * 4
    body = f"<body><article><h1>Der Regen</h1><p>May 20, 2019</p><div class='entry-content'>{text}</div></article></body>"
    file = save(tmp_path / "a.html", f"<html><head><title>Der Regen</title></head>{body}</html>")
    os.utime(file, (315532800, 315532800))  # 1980, as in many ZIP files
    import_html(archive, file, url="https://notes.example.org/2019/05/regen/")
    assert rows(archive, "select posted_at, substr(first_seen_at, 1, 10) from posts") == [
        ("2019-05-20", "2019-05-20")
    ]
    assert rows(archive, "select field from failures where field = 'posted_at'") == []


def test_pages_of_a_host_without_a_site_are_posts_of_their_own_and_never_of_the_given_blog(
    archive: Path, tmp_path: Path
) -> None:
    blog = "https://notes.example.org/"
    text = "<p>Der Regen fiel den ganzen Tag auf die Dächer der alten Stadt, und niemand ging hinaus.</p>" * 4
    heads = {
        "canonical": f'<link rel="canonical" href="{blog}2019/05/regen-1/">',
        "own": "",
        "silent": "",
        "foreign": '<link rel="canonical" href="https://other.example.org/2019/05/regen-9/">',
    }
    for place, (name, head) in enumerate(heads.items(), 1):
        title = f"Der Regen {place}"
        heading = f'<a href="{blog}2019/05/regen-2/">{title}</a>' if name == "own" else title
        body = f"<body><h1>{heading}</h1><p>2019-05-20</p>{text}</body>"
        save(
            tmp_path / "in" / f"{name}.html", f"<html><head><title>{title}</title>{head}</head>{body}</html>"
        )
    done = import_html(archive, tmp_path / "in", url=blog)
    assert [Path(one.name).stem for one in done.unplaced] == ["foreign", "silent"]
    assert all("name its URL" in one.why for one in done.unplaced)
    assert rows(archive, "select number, title from posts order by number") == [
        ("2019/05/regen-1", "Der Regen 1"),
        ("2019/05/regen-2", "Der Regen 2"),
    ]
    assert rows(archive, "select count(*) from post_revisions") == [(0,)]


def test_a_page_of_a_diary_is_the_post_of_the_given_day(archive: Path, tmp_path: Path) -> None:
    text = "<p>Der Regen fiel den ganzen Tag auf die Dächer der alten Stadt, und niemand ging hinaus.</p>" * 4
    body = f"<body><article><h1>Der Regen</h1><p>2019-05-20</p>{text}</article></body>"
    file = save(tmp_path / "a.html", f"<html><head><title>Der Regen</title></head>{body}</html>")
    import_html(archive, file, url="https://notes.example.org/2019/05/20/")
    assert rows(archive, "select number, title from posts") == [("2019/05/20", "Der Regen")]


def test_a_page_that_replaces_no_stored_post_is_reported_with_the_reason(
    archive: Path, tmp_path: Path
) -> None:
    import_html(archive, save(tmp_path / "a.html", page()), url=post_url(101))
    done = import_html(archive, save(tmp_path / "b.html", listing(102, 103)), url=post_url(101))
    assert (done.pages, done.posts) == (1, 0)
    assert [one.why for one in done.unplaced] == [
        "stored, but it changes no post: the body is 150 characters, 20 are stored, and fields are missing: the time"
    ]


@pytest.mark.parametrize(("ending", "posts"), [(".html", 1), ("", 1), (".htm", 0)])
def test_a_page_may_declare_its_address_in_two_forms(
    archive: Path, tmp_path: Path, ending: str, posts: int
) -> None:
    url = "https://notes.example.org/archives/12"
    head = f'<title>Der Regen</title><meta property="og:url" content="{url}.html"><link rel="canonical" href="{url}">'
    text = "<p>Der Regen fiel den ganzen Tag auf die Dächer der alten Stadt, und niemand ging hinaus.</p>" * 4
    save(
        tmp_path / "a.html",
        f"<html><head>{head}</head><body><h1>Der Regen</h1><p>2019-05-20</p>{text}</body></html>",
    )
    done = import_html(archive, tmp_path / "a.html", url=url + ending)
    assert (done.posts, len(done.unplaced)) == (posts, 1 - posts)
