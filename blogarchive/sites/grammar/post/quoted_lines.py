"""Lines of a post's text that match the page's counters or labels because the author quotes a page.

The template's own lines follow the text. So a line is quoted if the element of the text continues after it,
and labels or headers of comments follow that element.
"""

import re
from collections.abc import Sequence

from blogarchive.sites.grammar.comments.headers import CommentHeader
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL, TIME_OF_DAY
from blogarchive.sites.grammar.post.counter_patterns import OWNER_WORDS

_SHARE = (
    rf"\[?(?:打印|收藏|分享|转发|举报|推荐|转载|引用|编辑|邀请|订阅|{OWNER_WORDS}|[发写]表?评论)"
    r"(?:到|本文|此文|文章)?:?\]?"
)
# Lines of templates between a post's time and its counters that are no part of the post.
_TEMPLATE_TEXT = re.compile(
    r"(?:上一篇|下一篇|前一篇|后一篇)(?:文章|日志|博文)?\s*(?::.*)?|[<>«»]*\s*(?:上一篇|下一篇)\s*[<>«»]*"
    r"|(?:字[体号](?:大小)?\s*:?)?\s*[\[【(]?\s*(?:大\s*中\s*小|小\s*中\s*大)\s*[\]】)]?"
    r"|\[?(?:本(?:日志|文|篇)|此文|该日志)由\s*.{1,30}?\s*于\s*.{1,40}?\s*(?:编辑|修改)(?:过)?\]?|(?:文章)?(?:来自|来源|出处)\s*:.{1,60}"
    r"|(?:引用(?:通告|地址)|[Tt]ags?)\s*:.{1,80}|(?:本文)?字数(?:统计)?\s*:?.{1,60}|-{0,9}\s*本文结束\s*-{0,9}|赠金笔"
    r"|(?:[\[【](?:关闭|打印|返回|收藏|推荐)(?:窗口|本页|此文|首页|列表|本文)?[\]】]\s*){1,6}"
    r"|(?:没有|暂无|尚无)(?:评论|留言|回应|回复)\s*:?|\d{1,6}\s*[条个篇则](?:评论|留言|回应)\s*:"
    r"|(?:文章|日志|所属|个人)?(?:分类|类别|栏目|标签|关键[词字])\s*:.{1,60}"
    r"|分享[到至]?\s*:.{0,60}|版权(?:声明|所有)\s*:.{1,120}|发表在\s*[^《]{1,40}"
    rf"|(?:发帖者|张贴者|[Pp]osted by)\s*:?\s*.{{1,30}}?\s*(?:时间|于|at)\s*:?\s*{TIME_OF_DAY}"
    r"|路过\s*鸡蛋\s*鲜花\s*握手\s*雷人|刚表态过的朋友\s*(?:\(\s*\d{1,5}\s*人\s*\))?"
    rf"|{_SHARE}(?:\s*\|?\s*{_SHARE})*"
)
_METADATA = re.compile(r"(?:作者|来源|标签|关键词|时间|日期|(?:发表|发布|更新)(?:于|时间|日期))\s*:.{1,60}")


def is_template_text(text: str) -> bool:
    """Return True if templates put this folded line around a post's text."""
    return _TEMPLATE_TEXT.fullmatch(text) is not None


def find_text_element(view: PageView, title: int, begin: int, line: int) -> range | None:
    """Return the lines of the innermost element with `line` and the text's first line, or None if it has
    the title.
    """
    first = next((i for i in range(begin, line + 1) if view.folded[i].strip()), line)
    inside = view.document.lines_in(view.document.common_ancestor(view.lines[first], view.lines[line]))
    return None if title in inside else inside


def is_quoted(view: PageView, headers: Sequence[CommentHeader], title: int, begin: int, line: int) -> bool:
    """Return True if `line` is inside the text that begins at `begin`, and comments follow that text."""
    element = find_text_element(view, title, begin, line)
    if element is None or all(is_metadata(view, i) for i in range(begin, line)):
        return False
    goes_on = any(not is_metadata(view, i) and not view.links[i] for i in range(line + 1, element.stop))
    return goes_on and comments_follow(view, headers, element.stop)


def is_metadata(view: PageView, index: int) -> bool:
    """Return True if a line is blank or shows data about the post around its text."""
    text = view.folded[index].strip()
    return not text or is_template_text(text) or _METADATA.fullmatch(text) is not None


def comments_follow(view: PageView, headers: Sequence[CommentHeader], line: int) -> bool:
    """Return True if a label or a header of comments is on line `line` or below, above the sidebar."""
    end = next((i for i in view.sections if i >= line and view.is_section(i)), len(view.lines))
    return any(line <= header.first < end for header in headers) or any(
        line <= index < end and index not in view.sections for index in find_labels(view, COMMENTS_LABEL)
    )
