"""The labels of the sidebar's sections; a short word is one only if a line of its section follows."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from blogarchive.items import PageKind
from blogarchive.sites.grammar.page.line_index import LineIndex
from blogarchive.sites.grammar.page.links import PageLink
from blogarchive.sites.grammar.page.vocabulary import (
    SECTION_START,
    WEAK_LABELS,
    match_section,
    strip_bullets,
    strip_label,
)

_CARD_FIELD = re.compile(
    r"(?:注册|登记|开博|开通|建立|加入|开站|建站)(?:日期|时间)?\s*:?\s*\d"
    r"|(?:[总今]|博客|空间|累[计积])*(?:访问|浏览|点击|人气)(?:总?[数量]|[人总]?次数?)?\s*:?\s*\d"
)
_MONTH = re.compile(r"\d{4}\s*[年/.-]\s*\d{1,2}(?!\d|\s*[月/.-]\s*\d)")
_CARD_LINES = 8  # below its label


def find_section_labels(
    folded: Sequence[str],
    line_index: LineIndex,
    image_labels: Mapping[int, str],
    links: Sequence[Sequence[PageLink]],
) -> dict[int, str]:
    """Map the lines that are labels of the sidebar's sections to the sections' names."""
    names: dict[int, str | None] = {}
    for index in line_index.find_lines(SECTION_START):
        name = match_section(folded[index])
        names[index] = _match_weak_label(folded, links, index) if name is None else name
    names.update({index: match_section(words) for index, words in image_labels.items()})
    return {index: name for index, name in sorted(names.items()) if name is not None}


def _match_weak_label(folded: Sequence[str], links: Sequence[Sequence[PageLink]], index: int) -> str | None:
    """Return the section of a short word if the lines below it are those of the section."""
    name = WEAK_LABELS.get(strip_label(folded[index]) or "")
    if name is None:
        return None
    below = list(islice((i for i in range(index + 1, len(folded)) if folded[i].strip()), _CARD_LINES))
    if name == "card":
        known = any(_CARD_FIELD.match(strip_bullets(folded[i])) for i in below)
    elif name == "months":
        known = any(_MONTH.match(strip_bullets(folded[i])) for i in below[:1])
    else:
        known = any(_links_to_category(links[i]) for i in below[:1])
    return name if known else None


def _links_to_category(links: Sequence[PageLink]) -> bool:
    return any(parsed_url is not None and parsed_url.kind is PageKind.CATEGORY for _, _, parsed_url in links)
