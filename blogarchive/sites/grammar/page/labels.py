"""The page's own labels above a post and above its comments: lines that say nothing else."""

import re

from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import POST_LABEL, strip_label


def is_label(view: PageView, index: int, label: "re.Pattern[str]") -> bool:
    """Whether the line is that label and nothing else, in words or as a picture, and no link."""
    text = strip_label(view.folded[index] or view.image_labels.get(index, ""))
    if text is None or label.fullmatch(text) is None:
        return False
    line = view.lines[index]
    return line.link_at(0, len(line.text)) is None and all(anchor is None for _, anchor in line.media)


def find_labels(view: PageView, label: "re.Pattern[str]") -> list[int]:
    """The lines that are that label and nothing else, in words or as a picture, and no link."""
    written = [
        index for index in view.line_index.find_lines_containing(label) if is_label(view, index, label)
    ]
    return sorted([*written, *[i for i in view.image_labels if is_label(view, i, label)]])


def has_post_label(view: PageView) -> bool:
    """Whether the page says that it shows a post: 网络日志正文."""
    return bool(find_labels(view, POST_LABEL))
