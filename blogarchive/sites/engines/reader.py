"""Read the post of a page of an unknown host, each field by two witnesses where the page has them."""

from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import Post, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.sites.base import FieldSource
from blogarchive.sites.engines.body import added_parts, find_body
from blogarchive.sites.engines.comments import FoundComments, comment_sections, read_comments
from blogarchive.sites.engines.outline import Outline, Title, find_title
from blogarchive.sites.engines.times import FoundTime, Surroundings, find_time
from blogarchive.sites.engines.urls import PATTERNS, pattern
from blogarchive.sites.markup.picker import Body, Picker, read_body, tag_path

_GENERATOR = pattern("reader", "generator")
_MARKS: dict[str, str] = PATTERNS["marks"]
"""Elements that only pages of the engine have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostReading:
    """The post of a page, the problems, and the witness of each field."""

    post: Post
    problems: tuple[Problem, ...]
    sources: tuple[FieldSource, ...]


def find_reader(outline: Outline) -> str:
    """Return `engine:` and the engine that made the page, by its generator tag, else by its marks; else `generic`."""
    if stated := _GENERATOR.search(outline.metas.get("generator", "")):
        return f"engine:{stated[1].lower()}"
    return next(
        (f"engine:{name}" for name, marks in _MARKS.items() if outline.select_hidden(marks)), "generic"
    )


def read_post(outline: Outline, now: datetime, number: str, url: str) -> PostReading | None:
    """Return the post that the page shows, None if it shows no text; `now` is the fetch time in the site's zone."""
    title = find_title(outline)
    heading = None if title is None else title.heading
    sections = comment_sections(outline, heading)
    element, agreed = find_body(outline, heading, sections)
    if element is None:
        return None
    found = read_comments(outline, sections, element, now)
    closed = {node for section in found.sections for node in section.iter()}
    added = added_parts(outline, element, heading)
    time = find_time(Surroundings(outline, heading, element, added, closed, now))
    removed = {*added, *(one for one in found.sections if outline.contains(element, one))}
    body = read_body(Picker(tree=outline.tree), element, removed=removed)
    post = Post(
        number=number,
        url=url,
        title=None if title is None else title.text,
        posted=time.value,
        body_html=body.html,
        body_text=body.text,
        images=body.images,
        comment_count=found.count,
        comments=found.comments,
        read_by=find_reader(outline),
    )
    return PostReading(
        post=post,
        problems=_problems(title, time, body, agreed, found),
        sources=_sources(title, time, element, found),
    )


def _problems(
    title: Title | None, time: FoundTime, body: Body, agreed: bool, found: FoundComments
) -> tuple[Problem, ...]:
    problems = list(found.problems)
    if title is None or not title.is_confirmed:
        problems.append(Problem(kind="unreadable", field="title", detail=Detail.TITLE_ALONE))
    if time.doubt is not None:
        problems.append(Problem(kind="unreadable", field="posted_at", detail=time.doubt))
    if not agreed or not (body.text or body.images):
        problems.append(Problem(kind="unreadable", field="body", detail=Detail.BODY_ALONE))
    return tuple(problems)


def _sources(
    title: Title | None, time: FoundTime, element: Element, found: FoundComments
) -> tuple[FieldSource, ...]:
    shown = [("body", _name(element), "")]
    if title is not None:
        name = "window title" if title.heading is None else _name(title.heading)
        shown.insert(0, ("title", name, title.text))
    if time.witnesses:
        shown.insert(-1, ("posted_at", " + ".join(name for name, _ in time.witnesses), time.witnesses[0][1]))
    shown.append(("comments", ", ".join(map(_name, found.sections)), str(len(found.comments))))
    return tuple(FieldSource(field=field, selector=name, value=value) for field, name, value in shown)


def _name(node: Element) -> str:
    """Return the element as a person writes a selector for it."""
    if node.get("id"):
        return f"{node.tag}#{node.get('id')}"
    classes = "".join(f".{name}" for name in (node.get("class") or "").split()[:2])
    return f"{node.tag}{classes}" if classes else tag_path(node).rsplit("/", 3)[0]
