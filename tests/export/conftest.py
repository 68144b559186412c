"""Archives for the export tests, made by plain inserts into the current tables."""

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from blogarchive.store.posts.posts import content_hash
from blogarchive.store.rows import text_checksum
from tests.browse import chromium
from tests.demo.blogs.images import png_file
from tests.new_archive import new_archive

SEEN = "2025-02-01T09:00:00+00:00"
HOST = "https://blog.creaders.net"
HOSTILE_TITLES = (
    "../../../../tmp/出走",
    "..\\..\\windows\\system32",
    "CON",
    "nul.txt",
    'a<b>c:"d"/e\\f|g?h*i',
    "结尾有点...   ",
    "长" * 300,
    "\u202e反向\u200b零宽\x07响铃",
    "</title><script>alert(1)</script>",
    "=HYPERLINK(\"http://evil.example/\",\"点\")",
    "---\nevil: true\n---",
    "{{< readfile \"/etc/passwd\" >}} {{ 7*7 }} {% raw %}",
    "同题", "同题",
    "Case", "CASE",
    "e\u0301te\u0301", "été",
    "",
    "  ",
    "'单引号' \"双引号\" # 号 ^ [括] `反引`",
    "[链](javascript:alert(1)) ![图](http://evil.example/x.png)",
    "😀表情👨‍👩‍👧家",
    "&amp; &lt;b&gt; ]]>",
)  # fmt: skip


def png(red: int) -> bytes:
    """Return an image of one pixel."""
    return png_file(1, 1, bits=8, colour=2, packed=zlib.compress(bytes((0, red, 0, 0))))


@dataclass
class Made:
    """An archive under construction; each method inserts rows and returns the new id."""

    path: Path
    connection: sqlite3.Connection
    numbers: dict[str, int] = field(default_factory=dict)

    def row(self, table: str, **values: object) -> int:
        if values.get("body_text") is not None:  # a stored text has a checksum
            values["text_checksum"] = text_checksum(str(values["body_html"]), str(values["body_text"]))
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"insert into {table} ({names}) values ({marks})"
        return self.connection.execute(sql, tuple(values.values())).lastrowid or 0

    def blog(self, uid: str = "31182", **values: object) -> int:
        given = {
            "site": "creaders", "uid": uid, "nickname": "林木", "blog_title": "林木的角落",
            "tagline": "随手写下", "url": f"{HOST}/u/{uid}/", "first_seen_at": SEEN, "last_seen_at": SEEN,
        }  # fmt: skip
        author = self.row("authors", **given | values)
        self.row("author_stats", author_id=author, captured_at=SEEN, total_visits=1851847, account_age=3)
        return author

    def post(self, author: int, number: str, title: str | None, body: str | None, **values: object) -> int:
        posted = str(values.get("posted_at", "2025-01-28T01:46:53-08:00"))
        given = {
            "author_id": author, "number": number, "title": title,
            "url": f"{HOST}/u/31182/202501/{number}.html", "posted_at": posted,
            "posted_at_text": posted[:19].replace("T", " "), "body_html": body,
            "body_text": body and body.replace("<p>", "").replace("</p>", "\n").strip(),
            "content_hash": body and content_hash(title, body), "views": 1769, "likes": 9,
            "comment_count": 0, "first_seen_at": SEEN, "last_seen_at": SEEN,
        }  # fmt: skip
        return self.row("posts", **given | values)

    def comment(self, post: int, name: str, text: str, **values: object) -> int:
        number = self.numbers[name] = self.numbers.get(name, 0) + 1
        given = {
            "post_id": post, "author_name": name, "body_html": text, "body_text": text,
            "posted_at": "2025-01-29T08:00:00-08:00", "posted_at_text": "2025-01-29 08:00:00",
            "fingerprint": f"{number}|{name}", "first_seen_at": SEEN, "last_seen_at": SEEN,
        }  # fmt: skip
        return self.row("comments", **given | values)

    def category(self, author: int, post: int, name: str) -> None:
        found = self.connection.execute(
            "select id from categories where author_id = ? and name = ?", (author, name)
        ).fetchone()
        category = found[0] if found else self.row(
            "categories", author_id=author, name=name, first_seen_at=SEEN, last_seen_at=SEEN
        )  # fmt: skip
        self.row("post_categories", post_id=post, category_id=category)

    def picture(
        self, post: int, url: str, body: bytes | None, position: int = 0, kind: str = "image/png"
    ) -> None:
        sha = hashlib.sha256(body).hexdigest() if body else None
        if body:
            self.connection.execute(
                "insert or ignore into media_files values (?, ?, ?, ?)", (sha, kind, len(body), body)
            )
        found = self.connection.execute("select id from media where url = ?", (url,)).fetchone()
        media = found[0] if found else self.row(
            "media", url=url, sha256=sha, content_type=kind, status="held" if body else "failed"
        )  # fmt: skip
        self.row("post_media", post_id=post, url=url, position=position, media_id=media)

    def page(self, url: str, body: bytes, fetched_at: str = SEEN, **values: object) -> int:
        packed = zlib.compress(body)
        given = {
            "url": url, "fetched_at": fetched_at, "status": 200, "headers": '[["Content-Type", "text/html"]]',
            "body": packed, "body_size": len(body), "sha256": hashlib.sha256(body).hexdigest(),
            "kind": "post", "site": "creaders", "uid": "31182", "reader_version": 1,
        }  # fmt: skip
        return self.row("pages", **given | values)

    def done(self) -> Path:
        self.connection.commit()
        self.connection.close()
        return self.path


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return an empty archive with the current tables."""
    path = new_archive(tmp_path / "archive.db")
    return Made(path, sqlite3.connect(path))


def all_bytes(out: Path) -> dict[str, bytes]:
    """Return the files of an export by name."""
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }


LINKS = {
    "within": f"{HOST}/u/31182/202501/1.html?PHPSESSID=0a&language=big5#top",
    "old": f"{HOST}/user_blog_diary.php?did=1",
    "neighbour": f"{HOST}/u/98765/202501/7.html",
    "unknown": f"{HOST}/u/31182/202501/404.html",
    "another's": f"{HOST}/u/98765/202501/1.html",
    "elsewhere": "https://example.com/u/31182/202501/1.html",
}


def led_to(own: str, neighbours: str) -> dict[str, tuple[str, str | None]]:
    """Return the targets and titles of the links in an export, from the files of its two posts."""
    inside = {"within": own, "old": own, "neighbour": neighbours}
    return {name: (inside.get(name, url), url if name in inside else None) for name, url in LINKS.items()}


@pytest.fixture
def linking_archive(made: Made) -> Path:
    """Return two blogs; a post of the first has all `LINKS`, a comment on it the first one."""
    own, other = made.blog("31182"), made.blog("98765")
    made.post(other, 7, "邻居的", "<p>七</p>")
    made.post(own, 1, "第一篇", "<p>一</p>")
    made.post(own, 3, "未取", None)
    paragraphs = [f'<p><a href="{url}">{name}</a></p>' for name, url in LINKS.items()]
    paragraphs[2] = paragraphs[2].replace(HOST, "")
    post = made.post(own, 2, "第二篇", "".join(paragraphs))
    made.comment(post, "过客", f'<p><a href="{LINKS["within"]}">comment</a></p>')
    return made.done()


@pytest.fixture
def archive(made: Made) -> Path:
    """Return two blogs: posts with comments, images, categories, an edit, a deletion, and one not fetched yet."""
    author = made.blog()
    first = made.post(
        author, 101, "泡沫与房价", "<p>第一段谈泡沫。</p><p>第二段。"
        "<img src='/u/31182/upload_file/20250128.jpg' alt='图'></p>",
        comment_count=2,
    )  # fmt: skip
    made.picture(first, f"{HOST}/u/31182/upload_file/20250128.jpg", png(1))
    made.category(author, first, "经济")
    made.category(author, first, "随笔")
    made.comment(first, "过客", "写得好", author_url=f"{HOST}/u/99/", likes=2)
    edited = made.comment(first, "林木", "谢谢", reply_to="过客", posted_at="2025-01-30T08:00:00-08:00")
    made.row("comment_revisions", comment_id=edited, body_html="谢", body_text="谢", captured_at=SEEN)
    second = made.post(
        author, 102, "改过的一篇", "<p>新的正文</p>", posted_at="2025-02-03T10:00:00-08:00",
        last_changed_at="2025-02-05T09:00:00+00:00",
    )  # fmt: skip
    made.row(
        "post_revisions", post_id=second, content_hash=content_hash("改前的题", "<p>旧的正文</p>"), title="改前的题",
        body_html="<p>旧的正文</p>",
        body_text="旧的正文", captured_at=SEEN,
    )  # fmt: skip
    made.picture(second, "http://dead.example/x.png", None)
    made.post(
        author, 103, "已删的一篇", "<p>原站没有了</p>", posted_at="2024-12", gone_at=SEEN, gone_reason="404"
    )
    made.post(author, 104, "只见于目录", None, posted_at=None, posted_at_text=None, views=None, likes=None)
    other = made.blog("44", nickname="北窗", blog_title="北窗夜话", url=f"{HOST}/u/44/")
    made.post(other, 7, "繁體的一篇", "<p>這裡談國家與書</p>", posted_at="2010-05-15T08:00:00-07:00")
    return made.done()


@pytest.fixture
def hostile_archive(made: Made) -> Path:
    """Return a blog with titles, names and links chosen by an attacker."""
    author = made.blog("../../evil", nickname="<b>恶</b>", blog_title="..", url="javascript:alert(1)")
    for number, title in enumerate(HOSTILE_TITLES):
        post = made.post(
            author,
            number,
            title,
            "<script>alert(1)</script><p onclick='alert(1)'>正文 <img src='javascript:alert(1)'>"
            "<img src='../../../etc/passwd.jpg' onerror='alert(1)'><img src='http://evil.example/track.gif'>"
            "<iframe src='http://evil.example/'></iframe><a href='javascript:alert(1)'>点</a>"
            '{{&lt; readfile "/etc/passwd" &gt;}}</p>',
            url="javascript:alert(1)",
        )
        made.comment(
            post, "<i>坏</i>\n名", "<img src=x onerror=alert(1)>评", author_url="javascript:alert(1)"
        )
        made.category(author, post, "../类<别>")
        made.picture(post, "http://evil.example/track.gif", b"<html>not a picture</html>", kind="text/html")
    return made.done()


@pytest.fixture
def page(running_browser: chromium.Browser) -> chromium.Page:
    """Return a new tab."""
    return running_browser.page()
