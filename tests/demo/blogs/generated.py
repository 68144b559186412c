"""Generate blogs of any size from a word stock and a seed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from tests.demo.blogs.body import Block, para
from tests.demo.blogs.oddities import make_awkward
from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoComment, DemoPost, Habits
from tests.demo.blogs.word_stock import HANS, HANT, Stock

NEWEST = datetime(2025, 1, 28, 1, 46, 53)


def make_blog(
    uid: str,
    *,
    posts: int = 80,
    seed: int = 1,
    months: int | None = None,
    comments: int = 3,
    newest: datetime = NEWEST,
    traditional: bool = False,
    habits: Habits | None = None,
    awkward: bool = True,
    length: int | None = None,
) -> DemoBlog:
    """Return a blog of `posts` posts over `months` months, the same for the same arguments.

    A post has `comments` comments on average. Two blogs share no post number unless their uids are equal
    modulo 97. If `awkward` is False, `oddities` are left out. A text has at least `length` characters, or two to
    eight paragraphs.
    """
    stock = HANT if traditional else HANS
    random = Random(f"{uid}/{seed}")
    categories = tuple(
        DemoCategory(number=36000 + int(uid) % 9973 + index, name=name)
        for index, name in enumerate(stock.categories)
    )
    blog = DemoBlog(
        uid=uid,
        username=f"writer_{uid}",
        nickname=random.choice(stock.names),
        title=random.choice(stock.blog_titles),
        tagline=random.choice(stock.taglines),
        registered_on=date(2022, 6, 17),
        account_age=3,
        total_visits=random.randrange(1_000, 3_000_000),
        categories=categories,
        posts=(),
        habits=habits or Habits(),
        traditional=traditional,
    )
    made = _posts(
        random, stock, blog, posts, months or max(1, min(posts // 6, 200)), comments, newest, length
    )
    if awkward:
        made = tuple(make_awkward(blog, post, posts - index, random) for index, post in enumerate(made))
    first_day = min((post.posted_at.date() for post in made), default=newest.date())
    return replace(blog, posts=made, registered_on=first_day)


def _posts(
    random: Random,
    stock: Stock,
    blog: DemoBlog,
    count: int,
    months: int,
    comments: int,
    newest: datetime,
    length: int | None,
) -> tuple[DemoPost, ...]:
    step = timedelta(days=30.4 * months) / max(1, count)
    pool = tuple(stock.paragraph(random) for _ in range(60))
    made = []
    for index in range(count):
        posted_at = newest - step * index - timedelta(seconds=random.randrange(3600) if index else 0)
        number = 400_000 + 100 * (count - index) + int(blog.uid) % 97
        made.append(
            DemoPost(
                number=number,
                title=stock.title(random, count - index),
                posted_at=posted_at.replace(microsecond=0),
                body=_body(random, stock, pool, count - index, length),
                categories=(random.choice(blog.categories).name,),
                comments=_comments(random, stock, posted_at, random.randrange(2 * comments + 1)),
                views=random.randrange(10, 20_000),
                likes=random.randrange(60),
            )
        )
    return tuple(made)


def _body(
    random: Random, stock: Stock, pool: tuple[str, ...], ordinal: int, length: int | None
) -> tuple[Block, ...]:
    lines = [stock.opening(ordinal), *random.sample(pool, random.randrange(2, 9))]
    while length is not None and sum(map(len, lines)) < length:
        lines.append(stock.paragraph(random))
    return tuple(para(line) for line in lines)


def _comments(random: Random, stock: Stock, since: datetime, count: int) -> tuple[DemoComment, ...]:
    at = since.replace(microsecond=0)
    made: list[DemoComment] = []
    for _ in range(count):
        at += timedelta(seconds=random.randrange(60, 40_000))
        earlier = made[-1].author_name if made and random.random() < 0.3 else None
        made.append(
            DemoComment(
                author_name=random.choice(stock.names),
                author_path=f"/u/{random.randrange(90_000, 99_999)}/",
                posted_at=at,
                text=random.choice(stock.remarks),
                reply_to=earlier,
                likes=random.randrange(10),
            )
        )
    return tuple(reversed(made))
