"""The page's own labels above a post and above its comments: lines that say nothing else."""

import re

from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import POST_LABEL, label_text


def is_label(view: View, index: int, label: "re.Pattern[str]") -> bool:
    """Whether the line is that label and nothing else, and no link."""
    text = label_text(view.folded[index])
    if text is None or label.fullmatch(text) is None:
        return False
    return view.lines[index].link_at(0, len(view.folded[index])) is None


def labels(view: View, label: "re.Pattern[str]") -> list[int]:
    """The lines that are that label and nothing else, and no link."""
    return [index for index in view.whole.holding(label) if is_label(view, index, label)]


def has_post_label(view: View) -> bool:
    """Whether the page says that it shows a post: 网络日志正文."""
    return bool(labels(view, POST_LABEL))
