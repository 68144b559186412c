"""Read the comments of a page by selectors, and refuse all of them if someone forged one."""

from dataclasses import dataclass

from blogarchive.items import Comment
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.sites.markup.parts import CommentParts
from blogarchive.sites.markup.picker import Picker, have_one_path, keep_outermost, read_body, with_descendants

_MAX_TEXTS = 2  # of a comment: its own, and the owner's answer


@dataclass(frozen=True, kw_only=True, slots=True)
class PageComments:
    """The comments of a page; `unseen` is the number of those that the page counts and does not show.

    `doubt` is why one may be forged, unless the page counts exactly these.
    """

    comments: tuple[Comment, ...] = ()
    unseen: int = 0
    doubt: str | None = None

    @property
    def counted(self) -> int:
        """Return how many comments the page's count includes."""
        return self.unseen + sum(comment.is_counted for comment in self.comments)


def find_comment_elements(
    picker: Picker, parts: CommentParts | None, within: Element | None = None
) -> list[Element]:
    """Return the elements of the comments, of unseen ones and of answers: they are closed to other selectors."""
    if parts is None:
        return []
    found = picker.elements(parts.each, within)
    unseen = picker.elements(parts.unseen, within)
    answers = [answer for element in found for answer in _find_answers(picker, parts, element)]
    return keep_outermost([*found, *unseen, *answers])


def _find_answers(picker: Picker, parts: CommentParts, element: Element) -> list[Element]:
    return [] if parts.answers is None else picker.elements(parts.answers.each, element)


def read_comments(picker: Picker, parts: CommentParts | None, elements: list[Element]) -> PageComments:
    """Return the comments in `elements`; none, and a problem, if structure shows that one is forged."""
    if parts is None:
        return PageComments()
    unclosed = picker.with_closed()
    unseen, wanted = set(unclosed.elements(parts.unseen)), set(unclosed.elements(parts.each))
    own = [element for element in elements if element in wanted and element not in unseen]
    reason = _find_forgery(unclosed, parts, own)
    comments: list[Comment] = []
    for element in own:
        reason = reason or _read_comment(unclosed, parts, element, comments)
    if reason is not None:
        picker.add_problem("forged", "comments", reason)
        return PageComments()
    begins = set(map(_begins_on_new_line, own))
    doubt = Detail.COMMENTS_BEGIN if len(begins) > 1 else None
    return PageComments(comments=tuple(comments), unseen=len(unseen.intersection(elements)), doubt=doubt)


def check_doubt(picker: Picker, found: PageComments, claimed: int | None = None) -> PageComments:
    """Return the comments; none, and a problem, if one may be forged and the page does not count exactly these."""
    if found.doubt is None or found.counted == claimed:
        return found
    picker.add_problem("forged", "comments", found.doubt)
    return PageComments()


def _find_forgery(picker: Picker, parts: CommentParts, elements: list[Element]) -> str | None:
    """Return why the elements are not all of the page's own; None if they are."""
    if not have_one_path(elements):
        return Detail.COMMENTS_POSITIONS
    if _some_end_implied(picker, elements):
        return Detail.COMMENT_ENDED
    if any(_some_end_implied(picker, list(element)) for element in elements):
        return Detail.COMMENT_TEXT_ENDED
    if any(
        "</" in str(value)
        for element in elements
        for node in element.iter()
        for value in node.attrib.values()
    ):
        return Detail.COMMENT_ATTRIBUTE
    if len({_ends_on_new_line(picker, element) for element in elements}) > 1:
        return Detail.COMMENTS_END
    if _have_typed_answers(picker, parts, elements):
        return Detail.COMMENT_ANSWER
    return None


def _some_end_implied(picker: Picker, elements: list[Element]) -> bool:
    """Return whether some elements have an end tag, and others end because a sibling begins.

    A template either closes all of them or none. So someone typed one of the siblings.
    """
    tree = picker.tree
    ended = [tree.has_end_tag(element) for element in elements if tree.may_end_implied(element)]
    return any(ended) and not all(ended)


def _begins_on_new_line(element: Element) -> bool:
    return (element.text or "").lstrip(" \t\r").startswith("\n")


def _ends_on_new_line(picker: Picker, element: Element) -> bool:
    return picker.tree.text_at_end(element).rstrip(" \t\r").endswith("\n")


def _have_typed_answers(picker: Picker, parts: CommentParts, elements: list[Element]) -> bool:
    """Return whether all comments begin on a new line, as their template prints it, and an answer does not."""
    if parts.answers is None or not elements or not all(map(_begins_on_new_line, elements)):
        return False
    answers = (answer for element in elements for answer in _find_answers(picker, parts, element))
    return not all("\n" in _text_before(answer) for answer in answers)


def _text_before(element: Element) -> str:
    before, parent = element.getprevious(), element.getparent()
    text = before.tail if before is not None else None if parent is None else parent.text
    return text or ""


def _read_comment(
    picker: Picker, parts: CommentParts, element: Element, comments: list[Comment]
) -> str | None:
    """Append the comment in `element` and its answers; return why it may be forged, or None."""
    answers = _find_answers(picker, parts, element)
    inner = keep_outermost([*picker.elements(parts.body, element), *answers])
    answers = [node for node in inner if node in answers]
    bodies = [node for node in inner if node not in answers]
    if len(bodies) != 1 or len(inner) > _MAX_TEXTS:
        return f"a comment has {len(bodies)} texts and {len(answers)} answers"
    comment = _build_comment(picker, parts, element, bodies[0], answers)
    if comment is None:
        return "a comment shows two names or two times"
    comments.append(comment)
    owner = parts.answers or parts
    for answer in answers:
        bodies = picker.elements(owner.body, answer)
        if len(bodies) != 1:
            return f"an answer has {len(bodies)} texts"
        found = _build_comment(picker, owner, answer, bodies[0], [], reply_to=comment.author_name)
        if found is None:
            return "an answer shows two names or two times"
        comments.append(found)
    return None


def _build_comment(
    picker: Picker,
    parts: CommentParts,
    element: Element,
    body_element: Element,
    answers: list[Element],
    *,
    reply_to: str | None = None,
) -> Comment | None:
    """Return the comment; None if it shows several names or times. `reply_to` makes it an answer of the owner."""
    known = len(picker.problems)
    around = picker.with_closed(() if body_element is element else with_descendants((body_element, *answers)))
    author = around.value("comments.author_name", parts.author, element)
    posted = around.date("comments.posted_at", parts.posted, element)
    to = reply_to or around.value("comments.reply_to", parts.reply_to, element)
    likes = around.count("comments.likes", parts.likes, element)
    if any(problem.detail.startswith("the page shows") for problem in picker.problems[known:]):
        del picker.problems[known:]
        return None
    if posted is None and parts.posted is not None:
        picker.add_problem("unreadable", "comments.posted_at", Detail.NO_TIME_OF_COMMENT)
    body = read_body(picker, body_element, parts.drop)
    picker.note_source("comments.body", parts.body, body.text)
    return Comment(
        author_name=author or parts.anonymous,
        author_url=around.url(parts.author_url, element),
        reply_to=to,
        posted=posted,
        body_html=body.html,
        body_text=body.text,
        likes=likes,
        is_counted=reply_to is None,
    )
