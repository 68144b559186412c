"""The elements of a page that are there but never shown: `display: none`, `visibility: hidden`, `hidden`."""

import re
from typing import cast

from lxml import etree

from blogarchive.reading.html_tree import Element

_UNSHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# From the attribute up to its element: six times as fast as asking every element for it.
_styled = etree.XPath("descendant-or-self::*/@style/..")
_hidden = etree.XPath("descendant-or-self::*/@hidden/..")


def hidden_elements(root: Element) -> frozenset[Element]:
    """The elements under `root` that their own attributes hide; style sheets are not read."""
    styled = cast("list[Element]", _styled(root))
    unshown = [node for node in styled if _UNSHOWN.search(node.get("style", ""))]
    return frozenset([*unshown, *cast("list[Element]", _hidden(root))])
