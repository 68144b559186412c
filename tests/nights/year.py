"""A year of a blog by the real program: `python -m tests.nights.year [--posts N] [--nights N] [--seed N] [--revisits N]`.

Prints a line for each night on which something happened, then the figures: how soon changes were noticed, false versions,
false marks, exit codes, requests and messages. Nothing is asserted: a person reads it.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from tests.demo.blogs.body import Image, para
from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.truth import DemoBlog, DemoComment, DemoPost, PostState
from tests.demo.changes import (
    add_comment,
    add_post,
    edit_post,
    pin_post,
    remove_post,
    rename_author,
    restore_post,
)
from tests.demo.server.response import Answer, GetRequest, page
from tests.nights.host import (
    BEGIN,
    UID,
    EvolvingHost,
    Night,
    Nights,
    closed,
    indented,
    maintenance,
    rename_category,
)
from tests.tool import Tool

YOUNG = 60
LATE_COMMENTS, OLD_EDITS = 112, 92
_CLOSED = 340  # the night on which the blog is closed for good
_ZONE = timedelta(hours=8)  # of the site, behind UTC
_FIRST_DAY = BEGIN.replace(tzinfo=None) - _ZONE
_CAPTCHA = "<html><head><title>安全验证</title></head><body><p>请输入验证码以继续访问。</p></body></html>"
_OTHER_SCRIPT = str.maketrans("的是有和我", "哋昰囿咊峩")


def captcha(request: GetRequest) -> Answer | None:
    """Ask for a captcha, with status 403."""
    return page(_CAPTCHA.encode(), "text/html; charset=utf-8", 403)


def outage(request: GetRequest) -> Answer | None:
    """Close the connection without an answer."""
    return Answer(drop=True)


def forbidding(request: GetRequest) -> Answer | None:
    """Forbid everything by robots.txt."""
    text = b"User-agent: *\nDisallow: /\n"
    return page(text, "text/plain") if request.path == "/robots.txt" else None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the ledger: its kind, its day as a fraction, the text by which the archive shows it."""

    kind: str
    day: float
    number: int
    mark: str


@dataclass
class Year:
    """The blog, its ledger of changes, and the nights."""

    nights: Nights
    random: Random
    length: int
    made: list[Change] = field(default_factory=list)
    messages: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    happened: dict[int, str] = field(default_factory=dict)

    @property
    def host(self) -> EvolvingHost:
        """Return the host that serves the blog."""
        return self.nights.host

    @property
    def blog(self) -> DemoBlog:
        """Return the blog."""
        return self.host.blog(UID)

    def comment(self, number: int, day: float, kind: str) -> None:
        """Add a comment to a post."""
        mark = f"读者{len(self.made)}"
        at = (BEGIN - _ZONE + timedelta(days=day)).replace(tzinfo=None, microsecond=0)
        text = self.random.choice(("说得好。", "不敢苟同。", "来晚了，还是要说一句。", "转给朋友看了。"))
        self.nights.change(add_comment(number, DemoComment(author_name=mark, posted_at=at, text=text)))
        self.made.append(Change(kind=kind, day=day, number=number, mark=mark))

    def edit(self, number: int, day: float, kind: str) -> None:
        """Edit title or body of a post."""
        mark = f"改于第{len(self.made)}次"
        post = self.blog.post(number)
        lines, place = post.body_text.split("\n"), self.random.randrange(4)
        if place == 0:
            self.nights.change(edit_post(number, title=f"{post.title[:12]}（{mark}）"))
        else:
            at = self.random.choice((0, len(lines) // 2, len(lines)))
            lines[at : at + (place == 2)] = [f"{mark}：补一句。"]
            self.nights.change(edit_post(number, lines=tuple(lines)))
        self.made.append(Change(kind=kind, day=day, number=number, mark=mark))


def plan_life(random: Random, blog: DemoBlog, nights: int) -> list[tuple[float, Callable[[Year], None]]]:
    """Return what author and readers do, by day: posts, young and late comments, edits, deletions, returns."""
    plan: list[tuple[float, Callable[[Year], None]]] = []

    def do(day: float, action: Callable[..., None], *values: object) -> None:
        if 0 < day < nights:
            plan.append((day, lambda year: action(year, *values)))

    _plan_new(random, blog, nights, do)
    _plan_old(random, blog, nights, do)
    return sorted(plan, key=lambda entry: entry[0])


def _plan_new(random: Random, blog: DemoBlog, nights: int, do: Callable[..., None]) -> None:
    def comments_of(number: int, posted: float) -> None:
        for _ in range(int(random.expovariate(1 / 4))):
            day = posted + random.expovariate(1 / 10)
            if posted < day < posted + YOUNG:
                do(day, _comment, number, day, "young")

    for post in blog.posts:
        age = (_FIRST_DAY - post.posted_at) / timedelta(days=1)
        if age < YOUNG:
            comments_of(post.number, -age)
    for index in range(nights // 4):
        day = 4 * index + random.random() * 3.5
        do(day, _write, 900_001 + index, day)
        comments_of(900_001 + index, day)
        if random.random() < 0.3:
            do(day + 1.5, _edit, 900_001 + index, day + 1.5, "young edit")


def _plan_old(random: Random, blog: DemoBlog, nights: int, do: Callable[..., None]) -> None:
    old = [post.number for post in blog.posts if (_FIRST_DAY - post.posted_at).days > YOUNG]
    gone = set(random.sample(old, min(20, len(old) // 4)))
    left = [number for number in old if number not in gone]
    for number in random.choices(
        left, [random.lognormvariate(0, 1.2) for _ in left], k=LATE_COMMENTS * len(blog.posts) // 738
    ):
        day = random.uniform(0, nights)
        do(day, _comment, number, day, "old")
    for number in random.choices(left, k=OLD_EDITS * len(blog.posts) // 738):
        day = random.uniform(0, nights)
        do(day, _edit, number, day, "old edit")
    for place, number in enumerate(gone):
        day = random.uniform(5, nights)
        do(day, _remove, number, (PostState.MISSING, PostState.DELETED, PostState.HIDDEN)[place % 3])
        if place % 5 == 0 and day + 70 < nights - 30:  # a listing shows it within thirty days
            do(day + 70, _restore, number)


def _comment(year: Year, number: int, day: float, kind: str) -> None:
    year.comment(number, day, kind)


def _edit(year: Year, number: int, day: float, kind: str) -> None:
    year.edit(number, day, kind)


def _write(year: Year, number: int, day: float) -> None:
    at = (BEGIN - _ZONE + timedelta(days=day)).replace(tzinfo=None, microsecond=0)
    like = year.random.choice(year.blog.posts)
    title = f"{like.title[:10]}之{number % 1000}"
    new = replace(
        like,
        number=number,
        title=title,
        posted_at=at,
        comments=(),
        state=PostState.SHOWN,
        listed=True,
        pinned=False,
    )
    year.nights.change(add_post(new))


def _remove(year: Year, number: int, state: PostState) -> None:
    year.nights.change(remove_post(number, state))


def _restore(year: Year, number: int) -> None:
    year.nights.change(restore_post(number))


def with_images(blog: DemoBlog) -> DemoBlog:
    """Return the blog with an image in every third post."""
    return replace(
        blog,
        posts=tuple(
            replace(post, body=(*post.body, Image(f"/upfile/20200101/{post.number}.jpg")))
            if place % 3 == 0
            else post
            for place, post in enumerate(blog.posts)
        ),
    )


def pin_in_the_future(year: Year) -> None:
    """Add a pinned post that is dated years ahead."""
    like = year.blog.newest_first()[0]
    title = "置顶：博客目录"
    post = replace(
        like, number=990_001, title=title, posted_at=datetime(2035, 1, 1), comments=(), pinned=True
    )
    year.nights.change(add_post(post))


def vanish_at_once(year: Year) -> None:
    """List a post whose page is gone already."""
    like = year.blog.newest_first()[1]
    at = like.posted_at + timedelta(minutes=5)
    lost = replace(like, number=990_002, title="发错了", posted_at=at, comments=(), state=PostState.MISSING)
    year.nights.change(add_post(lost))


def print_differently(host: EvolvingHost, markup: str) -> None:
    """Serve the same blog by another markup, its URLs and its charset, as after a redesign."""
    host.site.print_by(markup)


def add_share_bar(year: Year) -> None:
    """Add the same words to every post, as a site does; the ledger knows them."""
    for post in year.blog.posts:
        year.nights.change(lambda blog, post=post: blog.with_post(post.number, _with_bar))


def _with_bar(post: DemoPost) -> DemoPost:
    return replace(post, body=(*post.body, para("分享到：微信 微博 脸书 推特")))


def script(year: Year, moved: EvolvingHost) -> dict[int, tuple[str, Callable[[], None]]]:
    """Return what the host does, by night."""

    def instead(answer: Callable[[GetRequest], Answer | None] | None) -> Callable[[], None]:
        return lambda: setattr(year.host, "instead", answer)

    def reprint(change: Callable[[str], str] | None) -> Callable[[], None]:
        return lambda: setattr(year.host, "reprint", change)

    def move() -> None:
        old = year.host
        old.move_to(moved)
        moved.reprint = old.reprint

    return {
        18: ("a captcha for a week", instead(captcha)),
        25: ("no captcha", instead(None)),
        40: ("a lie: other characters", reprint(lambda text: text.translate(_OTHER_SCRIPT))),
        44: ("the lie ends", reprint(None)),
        60: ("a renamed category", lambda: year.nights.change(rename_category)),
        75: ("an outage", instead(outage)),
        79: ("no outage", instead(None)),
        90: ("a pinned post of 2035", lambda: pin_in_the_future(year)),
        104: ("another nickname", lambda: year.nights.change(rename_author("换名老王"))),
        115: ("a post that is gone before it was stored", lambda: vanish_at_once(year)),
        118: ("it is not listed any more", lambda: year.nights.change(remove_post(990_002))),
        130: ("GBK becomes UTF-8, other elements", lambda: print_differently(year.host, "html5")),
        150: ("unpinned", lambda: year.nights.change(pin_post(990_001, pinned=False))),
        160: ("maintenance", instead(maintenance)),
        162: ("no maintenance", instead(None)),
        185: ("words below every post", lambda: add_share_bar(year)),
        215: ("a new host", move),
        250: ("other indents", reprint(indented)),
        270: ("robots.txt forbids", instead(forbidding)),
        274: ("robots.txt allows", instead(None)),
        _CLOSED: ("closed", instead(closed)),
    }


def run(year: Year, moved: EvolvingHost, words: tuple[str, ...]) -> None:
    """Run the nights; do what messages ask for the night after."""
    life = plan_life(year.random, year.blog, min(year.length, _CLOSED - 1))
    events = script(year, moved)
    accept, command = False, ("update",)
    for number in range(1, year.length + 1):
        while life and life[0][0] < number:
            life.pop(0)[1](year)
        if number in events:
            year.happened[number], action = events[number]
            action()
            year.nights.write_down()
        more = ("--accept-changes",) if accept else ()
        night = year.nights.pass_by(
            1, *(("-q", *words) if command[0] == "update" else ()), *more, command=command
        )
        accept, command = False, ("update",)
        year.messages[number] = [line for line in night.ran.err.splitlines() if line.strip()]
        if night.ran.code == 5 and number >= 185:
            accept = True
        if night.ran.code == 4 and f"moved to {moved.url}" in night.ran.err:
            command, year.nights.host = ("backup", moved.blog_url(UID)), moved
        _print_night(year, number, night)


def _print_night(year: Year, number: int, night: Night) -> None:
    event = year.happened.get(number, "")
    codes = " ".join(f"{status}:{count}" for status, count in sorted(night.statuses.items()))
    if event or night.ran.code or night.statuses[301] > 2 or number % 20 == 0:
        sys.stdout.write(f"{number:4} exit {night.ran.code} requests {night.requests:4} [{codes}] {event}\n")
        if night.ran.code or event:
            for line in year.messages[number][:3]:
                sys.stdout.write(f"       {line[:180]}\n")
        sys.stdout.flush()


def figures(year: Year) -> Iterator[str]:
    """Yield the figures, one a line."""
    tool = year.nights.tool
    seen = dict(tool.rows("select author_name, min(first_seen_at) from comments group by 1"))
    texts = tool.rows("select coalesce(title, '') || coalesce(body_text, ''), captured_at from post_versions")
    for kind in ("young", "old", "young edit", "old edit"):
        waits, missed = [], 0
        changes = [change for change in year.made if change.kind == kind]
        for change in changes:
            at = seen.get(change.mark) or min((at for text, at in texts if change.mark in text), default=None)
            if at is None:
                missed += 1
            else:
                waits.append((datetime.fromisoformat(at) - BEGIN) / timedelta(days=1) - change.day)
        waits.sort()
        within = sum(wait <= 120 for wait in waits) / max(1, len(changes))
        yield (
            f"{kind}: {len(changes)}, median {median(waits):.1f}, 90 % {waits[int(len(waits) * 0.9)]:.1f} nights,"
            f" missed {missed} ({missed / max(1, len(changes)):.0%}), within 120 nights {within:.0%}"
        )
    yield f"false versions: {len(year.nights.false_versions())} {year.nights.false_versions()[:3]}"
    yield f"false marks: {year.nights.false_marks()}"
    nights = year.nights.nights[1:]
    yield f"exit codes: {dict(sorted(Counter(night.ran.code for night in nights).items()))}"
    yield f"nights with 5: {[night.number - 1 for night in nights if night.ran.code == 5]}"
    open_nights = [night.requests for night in nights[:17]] + [night.requests for night in nights[275:339]]
    if open_nights:
        yield f"requests of an undisturbed night: mean {sum(open_nights) / len(open_nights):.1f}, most {max(open_nights)}"
    yield f"requests of a closed blog: {[night.requests for night in nights[339:]]}"
    yield f"nights of more than two 301: {[(n.number - 1, n.statuses[301]) for n in nights if n.statuses[301] > 2]}"
    yield f"open failures: {tool.rows('select kind, field, count(*) from open_failures group by 1, 2')}"
    revisions = "select (select count(*) from post_revisions), (select count(*) from comment_revisions)"
    yield f"revisions of posts and comments: {tool.rows(revisions)[0]}"
    views = "select count(*), sum(views is not null) from posts where gone_at is null"
    yield f"posts, with views: {tool.rows(views)[0]}"
    yield f"archive: {tool.db.stat().st_size / 1e6:.1f} MB"
    yield from _repeated(year)


def _repeated(year: Year) -> Iterator[str]:
    """Yield the warnings that were printed twice within seven nights."""
    last: dict[str, int] = {}
    repeated: Counter[str] = Counter()
    for number, lines in year.messages.items():
        for line in lines:
            cause = "".join("0" if letter.isdigit() else letter for letter in line)[:90]
            if number - last.get(cause, -9) < 7:
                repeated[cause] += 1
            last[cause] = number
    for cause, count in repeated.most_common(12):
        yield f"printed again within a week {count} times: {cause}"


def main() -> None:
    """Run the year and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=738)
    parser.add_argument("--nights", type=int, default=364)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--markup", default="tables")
    parser.add_argument("--revisits", help="the option of update")
    given = parser.parse_args()
    blog = with_images(
        make_blog(UID, posts=given.posts, seed=given.seed, awkward=False, comments=2, months=96)
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        host = stack.enter_context(EvolvingHost(blog, markup=given.markup))
        moved = stack.enter_context(EvolvingHost(blog, markup="html5", address="127.0.0.2"))
        nights = Nights(host=host, tool=Tool(folder, media=True))
        nights.write_down()
        first = nights.pass_by(0, host.blog_url(UID), command=("backup",))
        sys.stdout.write(f"backup: exit {first.ran.code}, {first.requests} requests\n")
        year = Year(nights=nights, random=Random(given.seed), length=given.nights)
        run(year, moved, ("--revisits", given.revisits) if given.revisits else ())
        for line in figures(year):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
