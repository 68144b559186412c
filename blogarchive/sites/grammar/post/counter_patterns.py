"""Patterns of a post's counters, labels and numbers in any order: `浏览(1769) (9) 评论(3)`, `1769 次浏览 | 3 条评论`."""

import re

from blogarchive.sites.grammar.page.vocabulary import DATE, DATETIME, NUMBER

VIEW_WORDS = ("浏览", "阅读", "点击", "点阅", "人气", "访问", "已读")
VIEWS_LABEL = rf"(?:本文|本篇|此文|本博)?被?(?:{'|'.join(VIEW_WORDS)}|查看(?=次数)|[Vv]iews)"
COMMENTS_WORD = r"(?:评论|回应|回响|回复|留言|[Cc]omments?)"
_VIEWS = rf"{VIEWS_LABEL}(?:次数|人数|数|量|全文)?"
_COMMENTS = rf"{COMMENTS_WORD}(?:次数|人数|数|量)?"
_LIKES = r"点赞数?|赞|顶|推荐|喜欢|支持|票数|鲜花"
_OTHERS = r"分享|收藏|转载|转发|引用(?:通告)?|订阅|反对|TrackBacks?"
# A number, with or without brackets, or any short text in brackets.
_VALUE = (
    rf"(?:[(\[【]\s*(?P<value>{NUMBER})\s*[次条人]?\s*[)\]】]|(?P<bare>{NUMBER})\s*[次条人则篇个]?"
    r"|[(\[【](?P<junk>[^()\[\]【】]{0,12})[)\]】])"
)
# The blog's owner sees 推送 置顶 修改 喜欢 删除 beside the counters.
OWNER_WORDS = "推送|(?:取消)?置顶|修改|喜欢|删除"
BUTTON_WORDS = (
    r"发表评论|文章评论|赠金笔|[Pp]ermalink|固定链接|收藏|分享|打印|举报|转发|转载|推荐|编辑|引用|订阅|邀请"
    rf"|{OWNER_WORDS}|返回顶部|[tT][oO][pP]"
)
# Data about the post between or after the counts.
_ABOUT = r"(?:(?:个人|系统|文章)?(?:分类|类别|栏目)|标签|作者)\s*:\s*[^\s|:]{1,30}"
COUNTED_LIKES = rf"(?:{_LIKES})\s*:?\s*[(\[]?\s*\d"
_EDGE = r"[\s|,/·•;]*"
_HAVING = r"(?:(?:已有?|共有?|总共)\s*)?"
_CLASSIFIED = (
    rf"{_HAVING}(?P<number>{NUMBER})\s*(?:[次人条篇个位则]{{1,2}}\s*(?:被|已)?|(?=赞(?!\s*[:(\[\d])))"
)
_ITEM = re.compile(
    rf"{_EDGE}(?:\[(?:{BUTTON_WORDS})\]|{_CLASSIFIED}(?:(?P<viewed>{_VIEWS})|(?P<said>{_COMMENTS})|(?P<liked>{_LIKES})|(?P<other>{_OTHERS})过?)"
    rf"|(?:(?P<views>{_VIEWS})|(?P<comments>{_COMMENTS})|(?P<likes>{_LIKES})|(?P<others>{_OTHERS})|)\s*:?\s*{_VALUE}"
    rf"|\[?(?:{BUTTON_WORDS})(?:到:?)?\]?|(?P<uncounted>评论数?)|{_ABOUT}){_EDGE}"
)
_NUMBERED = re.compile(
    rf"{_EDGE}{_HAVING}(?P<number>{NUMBER})\s*[次人条篇个位则]{{0,2}}\s*"
    rf"(?:(?P<viewed>{_VIEWS})|(?P<said>{_COMMENTS})|(?P<liked>{_LIKES})|(?P<other>{_OTHERS})){_EDGE}"
)
_LABELLED = re.compile(
    rf"(?P<viewed>{_VIEWS})|(?P<said>{_COMMENTS})|(?P<liked>{_LIKES})|(?P<other>{_OTHERS})|(?P<number>{NUMBER})"
)
_IS_NUMBER = re.compile(NUMBER)
_BRACKETED = re.compile(
    rf"[(\[【]\s*((?:{_VIEWS}|{_COMMENTS}|{_LIKES}|{_OTHERS})\s*:?\s*{NUMBER}\s*[次条人]?)\s*[)\]】]"
)
_OPENING = ("(", "[", "【")
# Before the views: the time, the category or the author of the post.
COUNTER_PREFIX = (
    rf"(?:(?:(?:(?:发表|发布|提交)(?:于|时间|日期)?|时间|日期)?\s*:?\s*[(\[]?(?:{DATETIME}|{DATE})[)\]]?"
    r"|(?:分类|类别|栏目|作者|发布者?|发表人)\s*:\s*[^\s|]{1,30})[\s|,]*)"
)
_PREFIX = re.compile(rf"{COUNTER_PREFIX}{{0,3}}+")
_NAMES = {
    "views": "views",
    "viewed": "views",
    "comments": "comments",
    "said": "comments",
    "uncounted": "comments",
    "likes": "likes",
    "liked": "likes",
    "other": "other",
    "others": "other",
}

_VALUES = frozenset(("value", "bare", "junk"))
_LABELS = ("views", "comments", "likes", "others")

CountTexts = dict[str, str | None]
"""The texts shown as `views`, `likes` and `comments`; absent if not shown."""

REPEATED: CountTexts = {}
"""The result for a text with two equal labels: no text after it makes it counters."""


def parse_labels_first(text: str) -> CountTexts | None:
    """Return the counts of a text with labels before numbers; None if it has other words or no count.

    The one number without a label counts likes, whose label is an image. The number of comments may be
    missing if its label is shown. If number and label are one word, as in 3 条评论, the number may come first.
    """
    return _parse_items(_BRACKETED.sub(r" \1 ", text) if text[:1] in _OPENING else text, _ITEM)


def parse_numbers_first(text: str) -> CountTexts | None:
    """Return the counts of a text with numbers before labels; None if it has other words or no count."""
    return _parse_items(text, _NUMBERED)


def parse_two_rows(text: str) -> CountTexts | None:
    """Return the counts of a text with all labels first, then as many numbers; None otherwise."""
    words = text.split()
    half = len(words) // 2
    if len(words) % 2 or _IS_NUMBER.fullmatch(words[-1]) is None:
        return None
    found = [_LABELLED.fullmatch(word) for word in words]
    if not all(found):
        return None
    kinds = [match.lastgroup or "" for match in found if match is not None]
    if "number" in kinds[:half] or set(kinds[half:]) != {"number"}:
        return None
    names = [_NAMES[kind] for kind in kinds[:half]]
    return dict(zip(names, words[half:], strict=True)) if len(set(names)) == half else None


def _parse_items(text: str, item: "re.Pattern[str]") -> CountTexts | None:
    started = _PREFIX.match(text)
    offset = started.end() if started else 0
    found: CountTexts = {}
    while offset < len(text):
        match = item.match(text, offset)
        if match is None or match.end() == offset:
            return None
        offset = match.end()
        name, value = _parse_item(match)
        if name is None or name == "other":
            continue  # words of a button, or another count
        if name in found:
            # A number without a label may get one in the text that follows; two equal labels never fit.
            return REPEATED if match.lastgroup not in _VALUES or match[name] else None
        found[name] = value
    return found or None


def _parse_item(match: "re.Match[str]") -> tuple[str | None, str | None]:
    """Return the name of a count and the text shown; no name for the words of a button."""
    last = match.lastgroup
    if last is None:
        return None, None
    if last not in _VALUES:
        return _NAMES[last], None if last == "uncounted" else match["number"]
    label = next((name for name in _LABELS if match[name] is not None), "likes")
    return _NAMES[label], match[last]
