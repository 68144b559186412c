"""Make an archive of two invented blogs, one in Simplified and one in Traditional, with every kind of row.

`python -m tests.browse.make_archive OUT.db` writes it; the tests make their own.
"""

import hashlib
import random
import sys
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blogarchive.store.database.archive import Archive
from tests.demo.blogs.images import png_file
from tests.new_archive import new_archive

LOOKED = "2025-03-01T09:00:00+00:00"
LOOKED_BEFORE = "2025-02-01T09:00:00+00:00"
HOST = "https://blog.example.invalid"
_ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A comment to store: author, text, name it replies to, hours after the post."""

    name: str
    text: str
    hours: int
    reply_to: str | None = None
    likes: int | None = None
    gone_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A post to store; `before` are its replaced texts, oldest first."""

    number: int
    title: str | None
    at: str
    html: str | None
    text: str | None
    category: str = "随笔"
    remarks: tuple[Remark, ...] = ()
    before: tuple[str, ...] = ()
    views: int = 300
    gone_at: str | None = None
    gone_reason: str | None = None
    images: tuple[tuple[str, bytes | None], ...] = field(default=())


def png(red: int, green: int, blue: int, width: int = 480, height: int = 270) -> bytes:
    """Return a small image: a hill under a sky of that colour."""
    rows = bytearray()
    for y in range(height):
        shade = y / height
        sky = bytes(int(c + (255 - c) * shade * 0.8) for c in (red, green, blue))
        hill = bytes((70, int(110 - 40 * shade), 70))
        rows.append(0)
        for x in range(width):
            rows += hill if y > height * 0.62 + 40 * ((x / width - 0.5) ** 2) * 4 - 30 else sky

    return png_file(width, height, bits=8, colour=2, packed=zlib.compress(bytes(rows), 9))


PICTURE = png(120, 160, 220)
_HELD = f"{HOST}/u/27282/upload_file/20250126120000.png"
_LOST = f"{HOST}/u/27282/upload_file/20250126120130.jpg"

_SAMPLES = Path(__file__).parent / "samples"
_SPRING, _SPRING_TEXT, _RIVER_TEXT = (
    (_SAMPLES / name).read_text("utf-8").strip() for name in ("spring.html", "spring.txt", "river.txt")
)
_PENULTIMATE = _SPRING_TEXT.replace("螺丝确实涨了两毛", "螺丝确实涨了一毛")
_SPRING_BEFORE = (_PENULTIMATE.replace("写到这里手机没电了，明年再写。", "（待续）"), _PENULTIMATE)
_CAT = "后山来了一只野猫，黑白花。\n给它留了半条鱼。"
_RULES = "镇上贴了新规矩，赶集改在初一。\n第二天就撕了。"

_WORDS = (_SAMPLES / "words.txt").read_text("utf-8").split()
_LINES = [
    "早上起来先听见的是{a}，然后才是鸡叫。",
    "{a}的事说来话长，先从{b}讲起。",
    "邻居问我什么时候再写{a}，我说等{b}的事忙完。",
    "去年这个时候还在谈{b}，今年只剩下{a}了。",
    "路过{a}，遇见多年不见的同学，聊了半个钟头{b}。",
    "这一段记下来，免得日后忘了{a}。",
]


def _plain(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.split("\n"))


def _daily(author: int, how_many: int) -> list[Entry]:
    chance = random.Random(author)
    entries = []
    at = datetime(2015, 3, 4, 21, 10, tzinfo=_ZONE)
    for number in range(how_many):
        a, b = chance.sample(_WORDS, 2)
        text = "\n".join(
            "".join(line.format(a=a, b=b) for line in chance.sample(_LINES, 3)) for _ in range(3)
        )
        entries.append(
            Entry(
                number=500000 + author * 1000 + number * 7,
                title=f"{a}与{b}",
                at=at.isoformat(),
                html=_plain(text),
                text=text,
                category=chance.choice(["随笔", "时事", "山居"]),
                views=chance.randrange(80, 9000),
            )
        )
        at += timedelta(days=chance.randrange(3, 130 if number % 9 else 20), minutes=chance.randrange(900))
    return entries


def first_blog() -> list[Entry]:
    """Return the blog in Simplified; its newest post has every kind of row."""
    remarks = (
        Remark(name="河边人", text="写得好，看得想家。螺丝那段笑出声。", hours=3, likes=4),
        Remark(name="过路客", text="冬笋今年哪里都贵。", hours=5),
        Remark(name="山里人", text="谢谢。家里的螺丝还够用十年。", hours=6, reply_to="河边人"),
        Remark(name="河边人", text="那就好，明年去你家过年。", hours=8, reply_to="山里人"),
        Remark(name="Old Wang", text="Trump 的关税 2.0 才刚开始，等着瞧。", hours=20, likes=1),
        Remark(name="不说话的人", text="（一句后来删掉的气话）", hours=21, gone_at=LOOKED),
    )
    return [
        *_daily(1, 46),
        Entry(
            number=500020,
            title="后山的野猫",
            at="2024-11-16T20:14:09-08:00",
            html=_plain(_CAT),
            text=_CAT,
            category="山居",
            views=1204,
            remarks=(Remark(name="河边人", text="有照片吗？", hours=1),),
        ),
        Entry(
            number=553384,
            title="回乡过年：一笔细账",
            at="2025-01-28T01:46:53-08:00",
            html=_SPRING,
            text=_SPRING_TEXT,
            category="山居",
            remarks=remarks,
            before=_SPRING_BEFORE,
            views=1769,
            images=((_HELD, PICTURE), (_LOST, None)),
        ),
        Entry(
            number=551100,
            title="镇上的新规矩",
            at="2024-12-30T08:00:11-08:00",
            html=_plain(_RULES),
            text=_RULES,
            category="时事",
            gone_at="2025-02-10T09:00:00+00:00",
            gone_reason="gone",
            views=5021,
        ),
        Entry(number=551500, title="一篇只在目录里见过的", at="2025-01-03", html=None, text=None),
    ]


def second_blog() -> list[Entry]:
    """Return the blog in Traditional."""
    return [
        Entry(
            number=552001,
            title="拆掉的茶館",
            at="2025-01-05T22:03:40-08:00",
            html=_plain(_RIVER_TEXT),
            text=_RIVER_TEXT,
            category="河岸",
            views=880,
            remarks=(
                Remark(name="山里人", text="可惜了那碗面。", hours=2),
                Remark(name="河岸老林", text="麵在人在。", hours=3, reply_to="山里人"),
            ),
        ),
        *_daily(2, 12),
    ]


def make(path: Path) -> Path:
    """Write the archive to `path`, which must not exist."""
    with Archive.open(new_archive(path)) as archive, archive.atomic():
        run = archive.insert(
            "insert into runs (command, started_at, epoch_at, finished_at, outcome, exit_code, version)"
            " values ('backup', ?, ?, ?, 'done', 1, '0.1.0')",
            (LOOKED_BEFORE, LOOKED_BEFORE, LOOKED),
        )
        _blog(archive, "27282", "山里人", "山里人的灶台", "一灶烟火，两本旧账", first_blog())
        _blog(archive, "31007", "河岸老林", "河岸札記", "茶館裡寫的", second_blog())
        archive.insert(
            "insert into failures (run_id, site, uid, url, kind, field, detail, first_failed_at,"
            " last_failed_at, next_try_at) values (?, 'creaders', '27282', ?, 'incomplete', 'comments',"
            " '6 of 7 comments read', ?, ?, '2025-03-02T09:00:00+00:00')",
            (run, f"{HOST}/u/27282/202501/553384.html", LOOKED, LOOKED),
        )
    return path


def _blog(archive: Archive, uid: str, name: str, title: str, tagline: str, entries: list[Entry]) -> None:
    author = archive.insert(
        "insert into authors (site, uid, nickname, blog_title, tagline, url, registered_on,"
        " registered_on_text, first_seen_at, last_seen_at)"
        " values ('creaders', ?, ?, ?, ?, ?, '2015-03-01', '2015-03-01', ?, ?)",
        (uid, name, title, tagline, f"{HOST}/u/{uid}/", LOOKED_BEFORE, LOOKED),
    )
    for month, crawled_pages in enumerate((1790210, 1808800, 1819004, 1851847)):
        archive.insert(
            "insert into author_stats (author_id, captured_at, total_visits, account_age)"
            " values (?, ?, ?, 9)",
            (author, f"2025-0{month + 1}-01T09:00:00+00:00", crawled_pages),
        )
    for entry in entries:
        _post(archive, author, uid, entry)
    _months(archive, author, uid, entries)


def _months(archive: Archive, author: int, uid: str, entries: list[Entry]) -> None:
    months: dict[str, list[str]] = {}
    for entry in entries:
        months.setdefault(entry.at[:7], []).append(entry.at[:10])
    for month, days in sorted(months.items()):
        archive.insert(
            "insert into archive_months (author_id, month, first_post_on, last_post_on, url, posts_listed,"
            " first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
            (author, month, min(days), max(days), f"{HOST}/u/{uid}/{month.replace('-', '')}/",
             len(days) + (month == "2024-12"), LOOKED_BEFORE, LOOKED),
        )  # fmt: skip


def _post(archive: Archive, author: int, uid: str, entry: Entry) -> None:
    url = f"{HOST}/u/{uid}/{entry.at[:7].replace('-', '')}/{entry.number}.html"
    post = archive.insert(
        "insert into posts (author_id, number, url, title, posted_at, posted_at_text, body_html, body_text,"
        " content_hash, views, likes, comment_count, first_seen_at, last_seen_at, last_changed_at, version_at,"
        " gone_at, gone_reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (author, entry.number, url, entry.title, entry.at, entry.at.replace("T", " ")[:19], entry.html,
         entry.text, _hash(entry.text), entry.views, 9, len(entry.remarks), LOOKED_BEFORE, LOOKED,
         LOOKED if entry.before else None, LOOKED if entry.before else None, entry.gone_at, entry.gone_reason),
    )  # fmt: skip
    category = archive.row(
        "select id from categories where author_id = ? and name = ?", (author, entry.category)
    )
    category_id = (
        category[0]
        if category
        else archive.insert(
            "insert into categories (author_id, name, url, first_seen_at, last_seen_at)"
            " values (?, ?, ?, ?, ?)",
            (author, entry.category, f"{HOST}/u/{uid}/36918.html", LOOKED_BEFORE, LOOKED),
        )
    )
    assert isinstance(category_id, int)
    archive.insert("insert into post_categories (post_id, category_id) values (?, ?)", (post, category_id))
    _history(archive, post, entry)
    for position, remark in enumerate(entry.remarks):
        _comment(archive, post, entry, remark, position)
    for position, (image_url, body) in enumerate(entry.images):
        _image(archive, post, image_url, position, body)


def _history(archive: Archive, post: int, entry: Entry) -> None:
    for day, text in enumerate(entry.before):
        archive.insert(
            "insert into post_revisions (post_id, content_hash, title, body_html, body_text, captured_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (post, _hash(text), entry.title, _plain(text), text, f"2025-02-0{day + 1}T09:00:00+00:00"),
        )
    if entry.text is None:
        return
    for step in range(6):
        archive.insert(
            "insert into post_stats (post_id, captured_at, views, likes, comment_count)"
            " values (?, ?, ?, ?, ?)",
            (post, f"2025-02-{3 + step * 5:02}T09:00:00+00:00",
             int(entry.views * (0.3 + 0.7 * (step / 5) ** 0.5)), 4 + step,
             min(len(entry.remarks), step + 1)),
        )  # fmt: skip


def _comment(archive: Archive, post: int, entry: Entry, remark: Remark, position: int) -> None:
    at = (datetime.fromisoformat(entry.at) + timedelta(hours=remark.hours)).isoformat()
    archive.insert(
        "insert into comments (post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, fingerprint, position, first_seen_at, last_seen_at, gone_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (post, remark.name, f"{HOST}/u/27282/" if remark.name == "山里人" else None, remark.reply_to,
         f"<p>{remark.text}</p>", remark.text, at, at.replace("T", " ")[:19], remark.likes,
         f"{remark.name} {at} 0", position, LOOKED_BEFORE, LOOKED, remark.gone_at),
    )  # fmt: skip


def _image(archive: Archive, post: int, url: str, position: int, body: bytes | None) -> None:
    sha256 = None
    if body is not None:
        sha256 = hashlib.sha256(body).hexdigest()
        archive.insert(
            "insert into media_files (sha256, content_type, size, body) values (?, 'image/png', ?, ?)",
            (sha256, len(body), body),
        )
    media = archive.insert(
        "insert into media (url, sha256, content_type, size, width, height, status, attempts, fetched_at)"
        " values (?, ?, ?, ?, ?, ?, ?, 1, ?)",
        (url, sha256, "image/png" if body else None, len(body or b"") or None, 480 if body else None,
         270 if body else None, "held" if body else "failed", LOOKED),
    )  # fmt: skip
    archive.insert(
        "insert into post_media (post_id, url, position, media_id) values (?, ?, ?, ?)",
        (post, url, position, media),
    )


def _hash(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
