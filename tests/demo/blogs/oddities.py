"""Difficult blocks and comments for generated posts, each for every n-th post."""

from dataclasses import replace
from random import Random

from tests.demo.blogs import image_paths
from tests.demo.blogs.body import (
    Block,
    Bullets,
    Embed,
    Gap,
    Image,
    Linked,
    Preformatted,
    Quote,
    Strong,
    Table,
    para,
)
from tests.demo.blogs.forgeries import on_one_line, on_two_lines, quoted_page, with_page_footer
from tests.demo.blogs.labels import SIMPLIFIED, TRADITIONAL, Labels
from tests.demo.blogs.truth import DemoBlog, DemoComment, DemoPost
from tests.demo.blogs.urls import old_path

_FORGED_POST = 11
_FORGED_COMMENT = 5
_TWICE = 7
_RICH = 4


def make_awkward(blog: DemoBlog, post: DemoPost, ordinal: int, random: Random) -> DemoPost:
    """Return `post` with the oddities due at `ordinal`: rich blocks, forged lines, comments posted twice."""
    words = labels_of(blog, ordinal)
    body, comments = list(post.body), post.comments
    if ordinal % _RICH == 0:
        body[2:2] = _rich(blog, post, ordinal)
    if ordinal % _FORGED_POST == 0:
        body[1:1] = quoted_page(words, post.posted_at)
    if ordinal % _TWICE == 0 and comments:
        place = random.randrange(len(comments))
        comments = (*comments[:place], comments[place], *comments[place:])
    if ordinal % _FORGED_COMMENT == 0 and comments:
        comments = _forged(words, comments, ordinal, random)
    return replace(post, body=tuple(body), comments=comments)


def labels_of(blog: DemoBlog, ordinal: int) -> Labels:
    """Return the labels of the blog's script, half-width for odd ordinals: forgers do not know the markup."""
    words = TRADITIONAL if blog.traditional else SIMPLIFIED
    return words.half_width() if ordinal % 2 else words


def _forged(
    words: Labels, comments: tuple[DemoComment, ...], ordinal: int, random: Random
) -> tuple[DemoComment, ...]:
    place = random.randrange(len(comments))
    at = comments[place].posted_at
    text = (on_one_line(words, at), on_two_lines(words, at), with_page_footer(words))[ordinal // 5 % 3]
    return (*comments[:place], replace(comments[place], text=text), *comments[place + 1 :])


def _rich(blog: DemoBlog, post: DemoPost, ordinal: int) -> list[Block]:
    stamp = f"{post.posted_at:%Y%m%d%H%M%S}"
    pool: list[list[Block]] = [
        [Image(f"/u/{blog.uid}/upload_file/{stamp}.jpg"), Gap()],
        [Table((("年", "书", "页"), ("2009", "茶经", "88"), ("2010", "梦溪笔谈", "365")))],
        [Quote(("山中何所有", "岭上多白云"))],
        [Bullets(("米三斤", "盐一包", "灯油二两"))],
        [Preformatted("  一  二\n    三")],
        [
            Image(f"/upfile/{stamp[:8]}/{post.number}_1.png", alt="窗外"),
            Embed("https://www.youtube.com/embed/xyz"),
        ],
        [para("参看", Linked("旧文", old_path(post.number)), "和", Strong("下一篇"), "。")],
        [Image(image_paths.MISSING), Image(image_paths.TWINS[ordinal % 2])],
        [para("又见", Linked("另一处", f"/u/99{ordinal % 1000:03}/"), "。第一行\n第二行")],
    ]
    return pool[ordinal // _RICH % len(pool)]
