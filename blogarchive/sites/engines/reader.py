"""Read the post of a page of an unknown host, each field by two witnesses where the page has them."""

from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import Post, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.sites.base import FieldSource
from blogarchive.sites.engines.body import added_parts, find_body
from blogarchive.sites.engines.comments import FoundComments, comment_sections, read_comments
from blogarchive.sites.engines.engine import Engine, find_engine
from blogarchive.sites.engines.outline import Outline, Title, find_title
from blogarchive.sites.engines.times import FoundTime, Surroundings, find_time
from blogarchive.sites.markup.picker import Body, Picker, read_body, tag_path


@dataclass(frozen=True, kw_only=True, slots=True)
class PostReading:
    """The post of a page, the engine that made the page, the problems, and the witness of each field."""

    post: Post | None
    engine: Engine | None
    problems: tuple[Problem, ...] = ()
    sources: tuple[FieldSource, ...] = ()


def read_post(outline: Outline, now: datetime, number: str, url: str) -> PostReading:
    """Return the post that the page shows; `now` is the fetch time in the site's zone."""
    engine = find_engine(outline)
    parts = engine or Engine(name="generic")
    title = find_title(outline, parts.title)
    heading = None if title is None else title.heading
    sections = comment_sections(outline, heading)
    element, agreed = find_body(outline, heading, sections, parts.body)
    if element is None:
        return PostReading(post=None, engine=engine)
    found = read_comments(outline, sections, element, now, parts.comments)
    closed = {node for section in found.sections for node in section.iter()}
    added = added_parts(outline, element, heading)
    time = find_time(Surroundings.of(outline, heading, element, added, closed, now), parts.posted)
    removed = {*added, *(one for one in found.sections if outline.contains(element, one))}
    body = read_body(Picker(tree=outline.tree), element, parts.drop, removed=removed)
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
    )
    problems = _problems(title, time, body, agreed, found)
    return PostReading(
        post=post, engine=engine, problems=problems, sources=_sources(title, time, element, body, found)
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
    if found.count is not None and found.count > len(found.comments) and not found.problems:
        problems.append(
            Problem(
                kind="incomplete",
                field="comments",
                detail=Detail.COMMENTS_COUNT.format(claimed=found.count, count=len(found.comments)),
            )
        )
    return tuple(problems)


def _sources(
    title: Title | None, time: FoundTime, element: Element, body: Body, found: FoundComments
) -> tuple[FieldSource, ...]:
    sources = (
        []
        if title is None
        else [
            FieldSource(
                field="title",
                selector="window title" if title.heading is None else _name(title.heading),
                value=title.text,
            )
        ]
    )
    if time.witnesses:
        names, values = zip(*time.witnesses, strict=True)
        sources.append(FieldSource(field="posted_at", selector=" + ".join(names), value=values[0]))
    sources.append(
        FieldSource(
            field="comments",
            selector=", ".join(map(_name, found.sections)),
            value=str(len(found.comments)),
        )
    )
    return tuple(sources)


def _name(node: Element) -> str:
    """Return the element as a person writes a selector for it."""
    classes = "".join(f".{name}" for name in (node.get("class") or "").split()[:2])
    return (
        f"{node.tag}#{node.get('id')}"
        if node.get("id")
        else f"{node.tag}{classes}"
        if classes
        else tag_path(node).rsplit("/", 3)[0]
    )
