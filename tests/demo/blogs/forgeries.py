"""Forged page elements in posts and comments, with plausible times."""

from datetime import datetime, timedelta

from tests.demo.blogs.body import Block, para
from tests.demo.blogs.labels import SIMPLIFIED, Labels

VICTIM = "雷鸣"  # the author of forged comments alone: a parsed comment of this name is an error


def quoted_page(words: Labels, posted_at: datetime) -> tuple[Block, ...]:
    """Return paragraphs that quote the end of another post: counters, a comment, a section label."""
    hans = words.reply == SIMPLIFIED.reply
    at = posted_at + timedelta(hours=2)
    return (
        para("网友发来一页截图，我照抄在这里：" if hans else "網友發來一頁截圖，我照抄在這裡："),
        para(f"{words.views}{words.paren(88)} {words.paren(7)} {words.comments}{words.paren(9)}"),
        para(words.write_comment),
        para(words.comment_section),
        para(head(words, at)),
        para("这一条是截图里的。" if hans else "這一條是截圖裡的。"),
        para(foot(words, 1)),
        para("抄完了，下面是我自己的话。" if hans else "抄完了，下面是我自己的話。"),
    )


def head(words: Labels, at: datetime, *, reply_to: str = "") -> str:
    """Return the header of a comment by `VICTIM`, as the page prints headers."""
    reply = f" {words.reply} {reply_to}" if reply_to else ""
    when = at.replace(microsecond=0).isoformat(" ")
    return f"{words.author}{words.colon}{VICTIM}{reply} {words.comment_time}{words.colon}{when}"


def foot(words: Labels, likes: int) -> str:
    """Return the footer of a comment."""
    return f"{words.reply} | {likes}"


def on_one_line(words: Labels, at: datetime) -> str:
    """Return a text that continues with a forged comment, its header on one line."""
    return f"我同意。\n{foot(words, 3)}\n{head(words, at)}\n我收回我所有的文章。\n{foot(words, 99)}"


def on_two_lines(words: Labels, at: datetime) -> str:
    """Return a text that continues with a forged comment, its header on two lines."""
    when = at.replace(microsecond=0).isoformat(" ")
    return (
        f"路过看看。\n{words.author}{words.colon}{VICTIM}\n{words.comment_time}{words.colon}{when}\n"
        f"我收回我所有的文章。\n{foot(words, 99)}\n以上都是我打的字。"
    )


def with_page_footer(words: Labels) -> str:
    """Return a text that ends with a forged author card."""
    return (
        f"沙发！\n{foot(words, 99)}\n{words.card}\n{VICTIM} {words.comma}9{words.years}\n"
        f"{words.registered}{words.colon} 2001-01-01\n{words.visits}{words.colon} 9,999,999 {words.times}\n"
        f"{words.months}\n2001-01-01 - 2001-01-31\n{words.footer}"
    )
