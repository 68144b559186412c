"""Lies of a host: functions from an honest page to the text that is sent, or from an honest answer to another."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.server.response import Answer
from tests.lies.host import HINTS, HonestPage, Lie

_BODY = re.compile(r"""<(?:div|dd) class=['"](?:diary_content|x)['"]>\n?""")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_AD = "本站特惠：北美机票九折起，详情请点击"


def no_counters(page: HonestPage) -> str:
    """Withhold the counters of each post."""
    return page.text.replace(page.counters, "") if page.post else page.text


def no_comments(page: HonestPage) -> str:
    """Withhold the comments, which the counters still count."""
    text = page.text
    for comment in page.post.comments if page.post else ():
        printed = page.markup.comment(page.words, comment)
        text = text.replace(printed, "").replace(HINTS.sub("x", printed), "")
    return text


def nothing_below(page: HonestPage) -> str:
    """Withhold counters, comments and the labels between."""
    text = no_counters(replace(page, text=no_comments(page)))
    for label in (page.words.write_comment, page.words.comment_section):
        before, found, after = text.rpartition(label)
        text = before + after if page.post and found else text
    return text


def anonymous(page: HonestPage) -> str:
    """Hide the name of each commenter."""
    return _change_comments(page, lambda comment: replace(comment, author_name="匿名", author_path=None))


def cut_comments(page: HonestPage) -> str:
    """Show the beginning of each comment."""
    return _change_comments(page, lambda comment: replace(comment, text=f"{comment.text[:2]}…"))


def no_comment_at_all(page: HonestPage) -> str:
    """Withhold the comments, and count none."""
    return _count_comments(page, no_comments(page), 0)


def newest_comment_alone(page: HonestPage) -> str:
    """Withhold all comments but one, and count one."""
    text = page.text
    for comment in page.post.comments[1:] if page.post else ():
        printed = page.markup.comment(page.words, comment)
        text = text.replace(printed, "").replace(HINTS.sub("x", printed), "")
    return _count_comments(page, text, min(1, len(page.post.comments) if page.post else 0))


def no_date(page: HonestPage) -> str:
    """Withhold the time of each post."""
    return page.text.replace(page.post.posted_text, "", 1) if page.post else page.text


def shifted(page: HonestPage) -> str:
    """Show every time eight hours later."""
    return _TIME.sub(lambda match: _later(match[0]), page.text)


def shifted_posts(page: HonestPage) -> str:
    """Show every time on pages of posts eight hours later."""
    return shifted(page) if page.post else page.text


def ad_above(page: HonestPage) -> str:
    """Put an advertisement above each body."""
    return _BODY.sub(lambda match: match[0] + page.markup.paragraph(_AD), page.text)


def changing_ad_above(page: HonestPage) -> str:
    """Put an advertisement above each body, another one each time."""
    ad = f"特惠第{page.visit * 37 % 101}期：{'机票邮轮酒店'[page.visit % 5 :]}{page.visit * 7919}元"
    return _BODY.sub(lambda match: match[0] + page.markup.paragraph(ad), page.text)


def ad_below_title(page: HonestPage) -> str:
    """Put an advertisement between title and body."""
    return _BODY.sub(lambda match: f"<div>{_AD}</div>{match[0]}", page.text)


def ad_within(page: HonestPage) -> str:
    """Put an advertisement after the first paragraph of each body."""
    first = page.markup.paragraph(page.post.body_text.split("\n")[0]) if page.post else "\0"
    return page.text.replace(first, first + page.markup.paragraph(_AD), 1)


def share_bar(page: HonestPage) -> str:
    """Put a share bar at the end of each body."""
    return page.text.replace(page.body, f"{page.body}<p>分享到：微信 微博 脸书</p>", 1)


def marked_titles(page: HonestPage) -> str:
    """Put the name of the site behind each title."""
    return page.text.replace(page.post.title, f"{page.post.title}｜万维热帖") if page.post else page.text


def other_elements(page: HonestPage) -> str:
    """Print the same paragraphs by other elements, as after a redesign."""
    lines = page.post.body_text.split("\n") if page.post else ()
    return page.text.replace(page.body, "".join(f"<blockquote><b>{line}</b></blockquote>" for line in lines))


def half_of_bodies(page: HonestPage) -> str:
    """Show the first half of each body."""
    lines = page.post.body_text.split("\n") if page.post else []
    half = "".join(page.markup.paragraph(line) for line in lines[: len(lines) // 2])
    return page.text.replace(page.body, half, 1)


def partial(good: Answer, post: DemoPost) -> Answer:
    """Send each post as a part of a page."""
    return replace(good, status=206)


def half_character(good: Answer, post: DemoPost) -> Answer:
    """Leave out one byte of a character of each body."""
    return _spoil_bytes(good, post, lambda before: before[:-1])


def other_character(good: Answer, post: DemoPost) -> Answer:
    """Change one bit of a character of each body."""
    return _spoil_bytes(good, post, lambda before: before[:-1] + bytes((before[-1] ^ 1,)))


def _change_comments(page: HonestPage, change: Callable[[DemoComment], DemoComment]) -> str:
    text = page.text
    for comment in page.post.comments if page.post else ():
        old, new = (page.markup.comment(page.words, one) for one in (comment, change(comment)))
        text = text.replace(old, new).replace(HINTS.sub("x", old), HINTS.sub("x", new))
    return text


def _count_comments(page: HonestPage, text: str, count: int) -> str:
    if page.post is None:
        return text
    return text.replace(
        page.counters, page.markup.counters(page.words, replace(page.post, claimed_comments=count))
    )


def _spoil_bytes(good: Answer, post: DemoPost, spoil: Callable[[bytes], bytes]) -> Answer:
    first = next(line for line in post.body_text.split("\n") if line)
    for codec in ("utf-8", "gb18030", "big5hkscs"):
        line = first[: 8 + post.number // 100 % 9].encode(codec, "xmlcharrefreplace")
        before, found, after = good.body.rpartition(line)
        if found and not line.endswith(b";"):
            return replace(good, body=before + spoil(found) + after)
    return good


def _later(text: str) -> str:
    return (datetime.fromisoformat(text) + timedelta(hours=8)).isoformat(" ")


Spoil = Callable[[Answer, DemoPost], Answer]
_TEXTS: tuple[Lie, ...] = (
    *(no_counters, no_comments, nothing_below, no_date, shifted, shifted_posts),
    *(anonymous, cut_comments, no_comment_at_all, newest_comment_alone),
    *(ad_above, changing_ad_above, ad_below_title, ad_within, share_bar),
    *(marked_titles, half_of_bodies),
)
_ANSWERS: tuple[Spoil, ...] = (partial, half_character, other_character)

LIES: dict[str, tuple[Lie | None, Spoil | None]] = {
    **{lie.__name__: (lie, None) for lie in _TEXTS},  # type: ignore[attr-defined]
    **{lie.__name__: (None, lie) for lie in _ANSWERS},  # type: ignore[attr-defined]
}
