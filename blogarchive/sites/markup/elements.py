"""Describe elements of a page: their names, the elements around them, and the shapes that a template repeats.

A template writes the same tags and classes for each comment. The search for the element around each goes up from all
texts at once, until two of them meet. A comment may also be several elements: a `dt` and a `dd`, two rows of a table.
Then its other elements are beside the one with the text.
"""

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from itertools import chain, islice

from blogarchive.parsing.html import BLOCKS, Element

Shape = tuple[tuple[str, str], ...]
# More than themes have between the text of a comment and the list of comments.
_MAX_OFFSET = 14
# Of a class that a bundler has made unique: `main_content-LcrEruCc` of ifeng, `summary___3oqrM` of Readhub.
_HASH = re.compile(
    r"[-_]+(?:(?=[\w-]*[A-Z])(?=[\w-]*\d[\w-]*[A-Za-z])[\w-]{5,8}|(?=(?:[A-Z]?[a-z]+[A-Z]){2})\w{8})$"
)
# A number, or the place in the list: `odd` and `first` of a `dt` of Dotclear, `me` of the blog's author.
_PLACE = re.compile(r"\S*[0-9]\S*|(?<!\S)(?:odd|even|first|last|alt|me)(?!\S)")


def names_of(node: Element) -> tuple[str, ...]:
    """Return the classes and the id of an element, without those that WordPress makes of the words of a post."""
    return _split_names(f"{node.get('class') or ''} {node.get('id') or ''}")


@lru_cache(maxsize=4096)  # a template repeats few names
def _split_names(text: str) -> tuple[str, ...]:
    names = [_HASH.sub("", name.removeprefix("wp-block-")) for name in text.split()]
    # tag-政治 is a word of the author, not of the template.
    of_words = ("tag-", "category-") if "hentry" in names or "type-post" in names else ()
    return tuple(name for name in names if not name.startswith(of_words))


def has_role(node: Element, role: re.Pattern[str]) -> bool:
    """Return whether a class or the id of an element names a role."""
    classes, own_id = node.get("class"), node.get("id")
    return (classes is not None or own_id is not None) and _name_role(classes, own_id, role.pattern)


@lru_cache(maxsize=16_384)  # about 20 roles are asked of each element
def _name_role(classes: str | None, own_id: str | None, pattern: str) -> bool:
    return any(re.search(pattern, name) for name in _split_names(f"{classes or ''} {own_id or ''}"))


def ancestors(nodes: Iterable[Element | None]) -> set[Element]:
    """Return all elements around these; None has none."""
    found: set[Element] = set()
    for node in nodes:
        above = None if node is None else node.getparent()
        while above is not None and above not in found:
            found.add(above)
            above = above.getparent()
    return found


def beside_heading(heading: Element | None) -> list[Element]:
    """Return the elements of each `header` around a heading that do not contain it, and each `footer` beside it.

    A footer is beside it at any depth in its `header` or `article`.
    """
    above = ancestors([heading])
    outer = [one for one in above if one.xpath("ancestor-or-self::header or ancestor-or-self::article")]
    inner = (one for node in outer for one in node if node.tag == "header" or one.tag == "footer")
    return [one for one in inner if one not in above and one is not heading]


def outside_forms(node: Element, notice: re.Pattern[str]) -> set[Element]:
    """Return all elements in an element, without its forms, those around them, and those beside them but articles.

    A notice that comments are closed, which matches `notice`, is in the place of a form.
    """
    closed = (one for one in node.iter() if isinstance(one.text, str) and notice.fullmatch(one.text))
    forms = ancestors(chain(node.iter("form", "textarea"), closed))
    near = (one for form in forms for one in form if one not in forms and one.tag != "article")
    return {*node.iter()} - forms - {one for root in near for one in root.iter()}


def block_around(node: Element) -> Element:
    """Return the innermost block that contains an element, or is it; the element itself if there is none."""
    return next((one for one in (node, *node.iterancestors()) if one.tag in BLOCKS), node)


def shape_of(node: Element) -> Shape:
    """Return the tags and classes of the element and the one around it, as a template repeats them.

    Of several classes the first in the alphabet counts, since a template adds others to some of the elements. Names with
    a number or of a place do not count.
    """
    above = islice(chain((node,), node.iterancestors()), 2)
    names = ((one.tag, _PLACE.sub(" ", one.get("class") or "").split()) for one in above)
    return tuple((tag, min(classes, default="")) for tag, classes in names)


def lift(nodes: list[Element], stops: set[Element]) -> list[Element]:
    """Return the elements around these, at one distance from each, as large as they are still different ones.

    None of `stops` is returned, unless it is one of `nodes`. Nothing is returned if two of `nodes` are one element: then
    no element is around one of the texts only.
    """
    level = nodes if len({*nodes}) == len(nodes) else []
    for _ in range(_MAX_OFFSET if level else 0):
        parents = [node.getparent() for node in level]
        above = {parent: None for parent in parents if parent is not None and parent not in stops}
        # The next element is around several texts: it is the list, or the page.
        if len(above) < len(level) or any(node.tag in ("body", "html") for node in above):
            break
        level = list(above)
    return level


def around_several(rows: Iterable[tuple[Element, str]], depth: int) -> set[Element]:
    """Return the elements around links to several posts, as far as `depth`: a date in them may be of another post."""
    first: dict[Element, str] = {}
    around = ((node, url) for row, url in rows for node in islice(row.iterancestors(), depth))
    return {node for node, url in around if first.setdefault(node, url) != url}


def beside(element: Element, preceding: bool, others: Set[Element], closed: tuple[str, ...]) -> list[Element]:
    """Return the siblings that belong to an element: `dd` to `dt`, the second row of a table to the first.

    They follow it or precede it, the nearest first. They end before one of `others`, an item of a list, an element with
    a closed tag, or one around a form.
    """
    found: list[Element] = []
    for one in element.itersiblings(preceding=preceding):
        is_closed = one.tag in closed or one.tag == element.tag == "li"
        # Nucleus has the name in a heading above the text, and the time below it.
        is_head = preceding and found and one.tag in ("h3", "h4", "h5")
        if one in others or (is_closed and not is_head) or one.find(".//form") is not None:
            break
        found.append(one)
        if is_closed:
            break
    return found
