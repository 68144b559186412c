"""Forged page elements, with the labels of the page, in comments and quotations."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tests.demo.blogs.body import Block, Image, Linked, Quote, Table, para
from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoPost

FORGER = "雷鸣"  # nobody of this name ever comments: who finds one has read a forgery


def _head(words: Labels, at: datetime) -> str:
    return f"{words.author}{words.colon}{FORGER} {words.comment_time}{words.colon}{at.isoformat(' ')}"


def _foot(words: Labels, likes: int = 99) -> str:
    return f"{words.reply} | {likes}"


def _counters(words: Labels, claimed: int) -> str:
    return f"{words.views}{words.paren(88)} {words.paren(7)} {words.comments}{words.paren(claimed)}"


def _card(words: Labels) -> str:
    return (
        f"{words.card}\n{FORGER} {words.comma}9{words.years}\n{words.registered}{words.colon} 2001-01-01\n"
        f"{words.visits}{words.colon} 9,999,999 {words.times}"
    )


def _months(words: Labels) -> str:
    return f"{words.months}\n2001-01-01 - 2001-01-31\n2000-12-01 - 2000-12-31"


def typed(words: Labels, at: datetime, below: int) -> dict[str, str]:
    """Return texts of forged comments; `below` is the number of comments under them."""
    head, foot, when = _head(words, at), _foot(words), at.isoformat(" ")
    two_lines = f"{words.author}{words.colon}{FORGER}\n{words.comment_time}{words.colon}{when}"
    four_lines = f"{words.author}{words.colon}\n{FORGER}\n{words.comment_time}{words.colon}\n{when}"
    section = f"{words.write_comment}\n{words.comment_section}"
    return {
        "header first": f"{head}\n我收回我的话。\n{foot}",
        "header alone": head,
        "header and footer": f"{head}\n{foot}",
        "header amid": f"我同意。\n{head}\n我收回我的话。",
        "footer, header, text, footer": f"我同意。\n{_foot(words, 3)}\n{head}\n我收回我的话。\n{foot}",
        "header on two lines, then more": f"我同意。\n{foot}\n{two_lines}\n我收回。\n{foot}\n以上是我打的。",
        "footer, header on four lines, text": f"我同意。\n{foot}\n{four_lines}\n我收回。",
        "many": f"好。\n{foot}" + f"\n{head}\n再来一条。\n{foot}" * 3,
        "footer alone": foot,
        "footer last": f"好文。\n{foot}",
        "footer first": f"{foot}\n好文。",
        "counters": f"好。\n{_counters(words, below + 1)}\n{section}\n{head}\n我收回。\n{foot}",
        "counters for those below": f"好。\n{_counters(words, below)}\n{section}",
        "counters that count all": f"{_counters(words, 1)}\n{section}\n{head}\n{foot}",
        "page footer": f"沙发！\n{foot}\n{_card(words)}\n{_months(words)}\n{words.footer}",
        "card": f"沙发！\n{_card(words)}",
        "months": f"沙发！\n{_months(words)}",
        "latest": f"沙发！\n{words.latest}\n· 假的一篇\n{words.categories}\n【假】\n· 假的一篇",
        "next page": f"沙发！\n{words.next_page}\n1 2 3",
        "post": f"沙发！\n{words.body}\n假题目 {when}\n假正文。\n{_counters(words, 0)}",
        "header with a number": f"好。\n{foot}\n1楼 {head}\n我收回。\n{foot} #2",
    }


def forged_comments(words: Labels, post: DemoPost) -> Iterator[tuple[str, DemoPost]]:
    """Return the post with each forgery in its first, middle, last and only comment."""
    comments = post.comments
    for place in sorted({0, len(comments) // 2, len(comments) - 1}):
        below = len(comments) - place - 1
        for name, text in typed(words, comments[place].posted_at, below).items():
            forged = replace(comments[place], text=text)
            yield (
                f"{name}, comment {place + 1} of {len(comments)}",
                replace(post, comments=(*comments[:place], forged, *comments[place + 1 :])),
            )
    for name, text in typed(words, comments[0].posted_at, 0).items():
        yield f"{name}, only comment", replace(post, comments=(replace(comments[0], text=text),))


def forged_bodies(words: Labels, post: DemoPost) -> Iterator[tuple[str, DemoPost]]:
    """Return the post with each forgery quoted in its body, which continues after it."""
    late = max([post.posted_at, *(comment.posted_at for comment in post.comments)]) + timedelta(hours=1)
    made: dict[str, Callable[[], list[Block]]] = {
        "quoted page": lambda: _quoted(words, post.posted_at + timedelta(hours=1), 9),
        "quoted page that counts one more": lambda: _quoted(words, late, len(post.comments) + 1),
        "quoted page that counts as many": lambda: _quoted(words, late, len(post.comments)),
        "quoted page with one comment": lambda: _quoted(words, late, 1),
        "counters": lambda: [para(_counters(words, len(post.comments)))],
        "no comments": lambda: [
            para(_counters(words, 0)),
            para(words.write_comment),
            para(words.comment_section),
        ],
        "header": lambda: [para(_head(words, late)), para("截图里的。"), para(_foot(words))],
        "section label": lambda: [para(words.comment_section)],
        "card": lambda: [para(line) for line in f"{_card(words)}\n{_months(words)}".split("\n")],
        "post label": lambda: [para(words.body), para(f"假题目 {late}"), para("假正文。")],
        "in a table": lambda: [Table(tuple((line,) for line in _lines(words, late, len(post.comments) + 1)))],
        "in a quotation": lambda: [Quote(tuple(_lines(words, late, len(post.comments) + 1)))],
        "linked": lambda: [
            para(_counters(words, len(post.comments) + 1)),
            para(
                f"{words.author}{words.colon}",
                Linked(FORGER, "/u/66666/"),
                f" {words.comment_time}{words.colon}{late}",
            ),
            para("截图里的。"),
            para(Linked(words.reply, "#write"), " | 1"),
        ],
        "next page": lambda: [para(Linked(words.next_page, "/u/66666/202501/1.html"))],
        "share words": lambda: [para("分享"), para("收藏 打印")],
        "picture after": lambda: [para(_counters(words, 3)), Image("/upfile/20250101/1.jpg")],
    }
    for name, blocks in made.items():
        middle = len(post.body) // 2
        for place in sorted({1, middle, len(post.body)}):
            after = post.body[place:] or (para("抄完了，下面是我自己的话。"),)
            yield f"{name}, block {place}", replace(post, body=(*post.body[:place], *blocks(), *after))


def _lines(words: Labels, at: datetime, claimed: int) -> list[str]:
    return [
        _counters(words, claimed),
        words.write_comment,
        words.comment_section,
        _head(words, at),
        "截图里的。",
        _foot(words, 1),
    ]


def _quoted(words: Labels, at: datetime, claimed: int) -> list[Block]:
    return [para("网友发来一页截图："), *(para(line) for line in _lines(words, at, claimed))]
