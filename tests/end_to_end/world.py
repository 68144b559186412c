"""The data of a host: blogs that a test changes between two runs."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

CLOCK = ZoneInfo("America/Los_Angeles")
State = Literal["there", "404", "410", "notice", "hidden", "home"]

_HEADS = ("闲话", "再说", "小议", "记", "答客问：", "重读", "旧文一篇：", "也谈")
_THINGS = (
    *(
        "院子里的柿子树",
        "父亲的自行车",
        "南方的雨",
        "一封没有寄出的信",
        "超市里的豆腐",
        "邻居家的狗",
        "图书馆的旧报纸",
    ),
    *(
        "地铁上的陌生人",
        "老家的井",
        "中学的钟声",
        "退税",
        "搬家",
        "春晚与饺子",
        "朱镕基讲话实录",
        "陶喆的歌",
        "加州的野火",
    ),
)
_WORDS = (
    *(
        "那一年冬天很长，",
        "后来才知道，",
        "说到底，",
        "母亲总是讲，",
        "我在窗前坐了一下午，",
        "车开过大桥的时候，",
        "他没有回答，",
    ),
    *(
        "事情就这样过去了。",
        "雪一直下到除夕。",
        "谁也没有再提起。",
        "这大概就是缘分吧。",
        "隔壁的灯还亮着。",
        "茶已经凉了。",
    ),
)
_FOLK = (
    "秋水",
    "老邢",
    "SleeplessInSD",
    "阿Q正传",
    "过路人",
    "芳草地",
    "体育老师",
    "北风_吹",
    "Wang.Er",
    "墙里秋千",
)
_SHELVES = ("时政评论", "往事", "读书笔记", "厨房", "Travel 游记")


@dataclass(kw_only=True)
class Comment:
    """A comment; `home` is the uid of the commenter's blog, if the name is a link."""

    author: str
    when: datetime
    text: str
    reply_to: str | None = None
    likes: int = 0
    home: str | None = None


@dataclass(kw_only=True)
class Post:
    """A post, its comments newest first; if `listed` is None, it is listed while its state is `there`.

    In the state `home` its URL redirects to the home page of the blog.
    """

    number: int
    title: str
    when: datetime
    paragraphs: list[str]
    category: str
    views: int = 0
    likes: int = 0
    comments: list[Comment] = field(default_factory=list)
    state: State = "there"
    pinned: bool = False
    listed: bool | None = None
    image: str | None = None

    @property
    def is_listed(self) -> bool:
        return self.state == "there" if self.listed is None else self.listed

    @property
    def month(self) -> str:
        return f"{self.when:%Y%m}"


@dataclass(kw_only=True)
class Blog:
    """A blog, with the numbers of its categories by name.

    If `endless`, each page of a list or of comments links to a next one. Pages beyond the last have the items of the
    first page, or none.
    """

    uid: str
    nickname: str
    title: str
    tagline: str
    registered: date
    style: str = "aside"
    age: int = 9
    visits: int = 1000
    posts: dict[int, Post] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    per_page: int = 10
    comments_per_page: int = 10
    endless: Literal["no", "same", "empty"] = "no"

    def listed(self, *, category: str | None = None, month: str | None = None) -> list[Post]:
        """Return the posts of a listing, newest first; on the home page pinned ones before all."""
        found = [
            post
            for post in self.posts.values()
            if post.is_listed and category in (None, post.category) and month in (None, post.month)
        ]
        found.sort(key=lambda post: (post.when, post.number), reverse=True)
        return sorted(found, key=lambda post: not post.pinned) if category is month is None else found

    def months(self) -> list[tuple[str, date, date]]:
        """Return each month with its first and last day, newest first."""
        days: dict[str, list[date]] = {}
        for post in self.listed():
            days.setdefault(post.month, []).append(post.when.date())
        return [(month, min(found), max(found)) for month, found in sorted(days.items(), reverse=True)]

    def write(self, when: datetime, *, title: str | None = None, number: int | None = None) -> Post:
        """Add a post of that time to the first category."""
        number = number or max(self.posts, default=600000) + 17
        post = Post(
            number=number,
            title=title or f"新写的第{number}篇",
            when=when,
            paragraphs=[f"这是{number}号的正文。" * 12, "完。"],
            category=next(iter(self.categories)),
        )
        self.posts[number] = post
        return post


@dataclass(kw_only=True)
class World:
    """All blogs of a host, by uid."""

    blogs: dict[str, Blog] = field(default_factory=dict)

    def raise_counters(self) -> None:
        """Raise each counter of each page, and change nothing else."""
        for blog in self.blogs.values():
            blog.visits += 321
            for post in blog.posts.values():
                post.views += 7


def make_blog(
    uid: str, *, posts: int, seed: int, style: str = "aside", until: datetime | None = None
) -> Blog:
    """Return an invented blog of so many posts over some years, the same for the same seed."""
    chance = random.Random(f"{uid}/{seed}")
    moment = until or datetime(2025, 1, 28, 21, 46, 53)
    blog = Blog(
        uid=uid,
        nickname=f"{chance.choice(_FOLK)}{uid[-2:]}",
        title=f"{chance.choice(_THINGS)}·文集",
        tagline="一个人的编年史，写给忘记的人",
        registered=date(2015, 6, 17),
        style=style,
        visits=chance.randrange(10_000, 2_000_000),
        categories={name: 136000 + place + int(uid) for place, name in enumerate(_SHELVES)},
    )
    number = 506000 + int(uid) % 97
    for _ in range(posts):
        post = _make_post(chance, number, moment, seed)
        blog.posts[number] = post
        moment -= timedelta(days=chance.choice((0, 1, 3, 9, 20, 41)), seconds=chance.randrange(60, 40_000))
        number -= chance.randrange(1, 900)
    return blog


def _make_post(chance: random.Random, number: int, when: datetime, seed: int) -> Post:
    thing = chance.choice(_THINGS)
    title = f"{chance.choice(_HEADS)}{thing}" + (f"（{number % 9 + 1}）" if chance.random() < 0.4 else "")
    if chance.random() < 0.2:
        title += "，兼谈这些年的变化与不变，以及没有说完的话"
    paragraphs = [
        "".join(chance.choices(_WORDS, k=chance.randrange(3, 14))) for _ in range(chance.randrange(2, 7))
    ]
    paragraphs.insert(0, f"{thing}，{seed}-{number}。")
    return Post(
        number=number,
        title=title,
        when=when.replace(microsecond=0),
        paragraphs=paragraphs,
        category=chance.choice(_SHELVES),
        views=chance.randrange(30, 90_000),
        likes=chance.randrange(0, 60),
        comments=_make_comments(chance, when),
    )


def _make_comments(chance: random.Random, when: datetime) -> list[Comment]:
    count = chance.choice((0, 0, 1, 2, 3, 3, 5, 8, 10, 11, 20, 27))
    moment, found = when, []
    for place in range(count):
        moment += timedelta(seconds=chance.randrange(30, 90_000))
        author = chance.choice(_FOLK)
        comment = Comment(
            author=author,
            when=moment.replace(microsecond=0),
            text=f"{chance.choice(_WORDS)}{chance.choice(_WORDS)}（{place + 1}楼）",
            reply_to=chance.choice(_FOLK) if chance.random() < 0.3 else None,
            likes=chance.randrange(0, 9),
            home=str(20000 + len(author)) if chance.random() < 0.4 else None,
        )
        found.insert(0, comment)
        if chance.random() < 0.06:  # sent twice, by a double click
            found.insert(0, replace(comment))
    return found
