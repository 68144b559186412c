"""The elements of a page that are there but never shown: `display: none`, `visibility: hidden`, `hidden`."""

import re
from typing import cast

from lxml import etree

from blogarchive.parsing.html.parse import Element

_MAY_HIDE = re.compile(r"display|visibility", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# From the attribute up to its element: six times as fast as asking every element for it.
_select_styled = etree.XPath("descendant-or-self::*/@style/..")
_select_hidden = etree.XPath("descendant-or-self::*/@hidden/..")


def hidden_elements(root: Element) -> frozenset[Element]:
    """The elements under `root` that their own attributes hide; style sheets are not read."""
    styled = cast("list[Element]", _select_styled(root))
    unshown = [node for node in styled if _hides_element(node.get("style", ""))]
    return frozenset([*unshown, *cast("list[Element]", _select_hidden(root))])


def _hides_element(style: str) -> bool:
    """Whether a style's declarations hide its element; of several of one property the last one holds."""
    if not _MAY_HIDE.search(style):
        return False
    values = {}
    for declaration in _COMMENT.sub("", style).lower().split(";"):
        name, _, value = declaration.partition(":")
        values[name.strip()] = value.partition("!")[0].strip()
    return values.get("display") == "none" or values.get("visibility") == "hidden"
