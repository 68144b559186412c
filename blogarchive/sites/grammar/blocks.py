"""The blocks of a page's comments, and the checks of their number, order and texts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from blogarchive.items import PageKind, Problem, comments_problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar import footers as comment_footers
from blogarchive.sites.grammar.headers import CommentHeader, Headers
from blogarchive.sites.grammar.page import BUTTON_TARGET, BlockPosition, PageView, find_labels
from blogarchive.sites.grammar.short_headers import PRAISED, is_floor, shows_other_header
from blogarchive.sites.grammar.time_lines import is_template_text
from blogarchive.sites.grammar.words import COMMENTS_LABEL, HOUR_SIGN, SAID, YEARLESS_TIME, fold

# --- blocks

_MAX_DIGITS = 6
_TEXT_LABEL = re.compile(r"(?:(?:评论|留言|回复|发言)(?:内容)?|内容)\s*:")
_ANSWER = re.compile(r"(?:作者|博主|楼主|主人)的?(?:回复|答复)")
_FORM_LABEL = re.compile(rf"(?:我[要来]|发表|添加|写|.{{0,6}}登[录陆]后.{{0,6}})(?:{SAID}|回复)")
_NUMBERS = re.compile(r"[\s\d()]+")
_NO_TEXT = re.compile(r"\s*(?:([-=_*])\1{3,}\s*)?")  # blank, or a rule of signs
_REPLY_LINE = re.compile(r"\s*回复(?:给\s)?\s*[:@]?\s*(?P<name>[^\s:。,!?]{1,30})\s*:?\s*")
_REPLY_LEAD = re.compile(
    r"(?:回复\s*@?|(?P<at>@))(?P<name>[^:。,!?@]{0,29}?[^\s:。,!?@])(?:\s*:\s*|(?(at)\s+|(?!)))"
)
# Any character that no pager has: 首页 上一页 1 2 3 下一页 >
_NOT_PAGER = re.compile(r"[^\s\d<>|\[\](),:首上下末尾一页第共条评论当次前后关闭窗口打印返回».…/«-]")


@dataclass(kw_only=True, slots=True)
class CommentBlock:
    """The lines of a comment: its header, its text from `text_begin` to before `text_end`, all before `end`.

    `lead` are the words of the template at the start of the text, such as `回复 NAME:`. `answer` has the lines of
    the author's answer below the time that ends the text.
    """

    header: CommentHeader
    text_begin: int
    text_end: int
    end: int
    likes: int | None
    lead: str = ""
    answer: range = range(0)


@dataclass(kw_only=True, slots=True)
class HeaderSelection:
    """Headers taken as the page's own; `sure` if no commenter can have typed one.

    `framed`: each comment fills an element. `doubted`: a header with a linked name counts as typed text, so
    the number must agree with the claimed one.
    """

    headers: tuple[CommentHeader, ...]
    sure: bool
    framed: bool = False
    doubted: bool = False


def split_comments(markers: comment_footers.CommentMarkers, headers: Headers) -> tuple[CommentBlock, ...]:
    """Return the block of each header."""
    footers = comment_footers.select_footers(markers, headers)
    limits = [*find_tops(markers.view, headers)[1:], markers.end]
    blocks = []
    begins = _find_text_begins(markers.view, headers)
    for header, begin, footer, limit in zip(headers, begins, footers, limits, strict=True):
        if footer is not None:
            text_end, end, likes = footer.first, footer.last + 1, footer.likes
        else:
            stop = _find_text_end(markers, headers) if limit == markers.end else limit
            text_end = _find_end_above_button(markers.view, headers, header, stop)
            end, likes = stop, header.likes
        below = range(header.text_end + 1, text_end) if header.text_end else range(0)
        is_answer = _ANSWER.match("".join(markers.view.folded[i] for i in below).strip())
        text_end = header.text_end or text_end
        block = CommentBlock(header=header, text_begin=begin, text_end=text_end, end=end, likes=likes)
        blocks.append(replace(block, answer=below) if is_answer else block)
    _drop_tails(markers.view, blocks)
    return tuple(_move_replies(markers.view, blocks))


# Promise "any markup": 回应 | 举报 below each text, in any words.
def _drop_tails(view: PageView, blocks: Sequence[CommentBlock]) -> None:
    """End each text above its last line if all end alike, in an element unlike that of their texts.

    The last may be open.
    """
    own = blocks if len(blocks) < 3 else blocks[:-1]
    names = {block.header.author_name for block in own}  # one visitor may sign all comments
    while len(names) > 1 and all(block.text_end > block.text_begin for block in own):
        tails = (view.lines[block.text_end - 1] for block in blocks)
        ends = [(view.style(line.block), _NUMBERS.sub("", line.text)) for line in tails]
        firsts = {view.style(view.lines[b.text_begin].block) for b in own if b.text_end > b.text_begin + 1}
        # An editor may put all lines but the first of a text in elements without a class.
        is_named = ends[0][0][1] is not None or bool(view.links[own[0].text_end - 1])
        if len({*ends[: len(own)]}) > 1 or not firsts or ends[0][0] in firsts or not is_named:
            return
        for block in (block for block, end in zip(blocks, ends, strict=True) if end == ends[0]):
            praised = PRAISED.search(view.folded[block.text_end - 1])
            block.likes = block.likes or (praised and comment_footers.parse_likes(praised[0]))
            block.text_end -= 1


# Promise "any markup": the name replied to may have its own element, above the text or at its start.
def _move_replies(view: PageView, blocks: Sequence[CommentBlock]) -> Iterator[CommentBlock]:
    """Yield the blocks with the name of a first line such as `回复 NAME`, in an element unlike texts.

    The words `回复 NAME：` before a text name one too, if most such names are commenters and headers have none.
    """
    begins = (b.text_begin for b in blocks if b.text_begin < b.text_end)
    replies = {i: _find_reply(view.lines[i]) for i in begins if {"回", "@"} & {*view.lines[i].text[:3]}}
    found = {i: reply for i, reply in replies.items() if reply is not None}
    if not found:
        yield from blocks
        return
    are_names = _are_names(view, blocks, [reply for _, reply in found.values() if _ends_in_colon(reply)])
    own = (view.lines[i] for b in blocks for i in range(b.text_begin, b.text_end) if i not in found)
    texts = {view.style(node) for line in own for node in (line.block, *(span[2] for span in line.spans))}
    for block in blocks:
        element, reply = found.get(block.text_begin, (None, None))
        is_apart = element is not None and view.style(element) not in texts
        if block.header.reply_to is None and reply and (is_apart or (are_names and _ends_in_colon(reply))):
            block = _move_reply(view, block, reply)
        yield block


def _are_names(view: PageView, blocks: Sequence[CommentBlock], replies: Sequence["re.Match[str]"]) -> bool:
    """Check whether most names in `replies` are those of commenters, and no header has the name replied to."""
    names, headers = {fold(block.header.author_name) for block in blocks}, [block.header for block in blocks]
    # The header with labels of creaders has the name replied to.
    has_names = any(h.reply_to or "留言时间" in view.join_lines(h.first, h.last).text for h in headers)
    return not has_names and 2 * sum(reply["name"] in names for reply in replies) > len(replies)


def _move_reply(view: PageView, block: CommentBlock, reply: "re.Match[str]") -> CommentBlock:
    """Return the block with the name of `reply` in its header. The words are its lead, or their line is removed."""
    text = view.lines[block.text_begin].text
    name, lead = text[slice(*reply.span("name"))], text[: reply.end()]
    header, begin = replace(block.header, reply_to=name), block.text_begin + (lead == text)
    return replace(block, header=header, text_begin=begin, lead="" if lead == text else lead)


def _ends_in_colon(reply: "re.Match[str]") -> bool:
    return reply[0].rstrip().endswith(":") or reply[0].startswith("@")


def _find_reply(line: Line) -> "tuple[Element | None, re.Match[str]] | None":
    """Return the match of words `回复 NAME` that begin a line, and their element if it has no other words."""
    _, end, node, _ = line.spans[0]
    text = fold(line.text)
    whole = _REPLY_LINE.fullmatch(text)
    own = _REPLY_LINE.fullmatch(text[:end]) if whole is None and node is not line.block else None
    # The colon may be outside the element of the name.
    lead = _REPLY_LEAD.match(text) or own
    return (line.block, whole) if whole else (None if own is None else node, lead) if lead else None


# A comment in a form of a table: 评论人 NAME, 评论时间 TIME, 内容 TEXT.
def _find_text_begins(view: PageView, headers: Headers) -> list[int]:
    """Return the line below each header, or below the label 内容: or the portrait if each has it there."""
    below = [header.last + 1 for header in headers]
    is_labelled = all(_TEXT_LABEL.fullmatch("".join(view.folded[i : i + 1]).strip()) for i in below)
    are_portraits = len(below) > 1 and all(_is_portrait(view, i) for i in below)
    return [i + (is_labelled or are_portraits) for i in below]


# An image in a block of its own, beside that of the text.
def _is_portrait(view: PageView, index: int) -> bool:
    line, below = view.lines[min(index, len(view.lines) - 2) :][:2]
    is_beside = line.block is not below.block and line.block.getparent() is below.block.getparent()
    return is_beside and bool(line.media) and not line.text.strip()


# Promise "any markup": a row above each header may have the number of the floor.
def find_tops(view: PageView, headers: Headers) -> list[int]:
    """Return the line above each header if all these are floors, else the first line of each."""
    firsts = [header.first for header in headers]
    above = [view.folded[i - 1].strip() for i in firsts if i > 0]
    numbers = [int(text) for text in above if text.isdecimal() and len(text) < _MAX_DIGITS]
    are_counted = len(numbers) == len(firsts) > 1 and all(abs(a - b) == 1 for a, b in pairwise(numbers))
    are_floors = are_counted or all(i > 0 and is_floor(view, i - 1) for i in firsts)
    return [i - 1 for i in firsts] if are_floors else firsts


def _find_end_above_button(view: PageView, headers: Headers, header: CommentHeader, end: int) -> int:
    """Return the end of a text without a last line of buttons, and without images of the template."""
    begin = header.last + 1
    while end > begin and _NO_TEXT.fullmatch(view.folded[end - 1]):
        if _is_typed_image(view, headers, header, end - 1):
            return end
        end -= 1
    return end - 1 if end > begin and _is_buttons(view, end - 1) else end


# A commenter may type <img>: creaders shows it (docs/sites/creaders.md).
def _is_typed_image(view: PageView, headers: Headers, header: CommentHeader, index: int) -> bool:
    """Check whether a line has only images without links, and is in the comment's element."""
    media = view.lines[index].media
    if not media or any(anchor is not None for _, anchor in media):
        return False
    if len(headers) == 1:
        return index in comment_footers.find_last_block(view, headers)
    return index in view.document.lines_in(comment_footers.find_comment_element(view, headers, header))


# Promise "any order": saved pages of other hosts, such as those in the tests, have the header below the text.
def split_comments_above(view: PageView, headers: Headers, start: int) -> tuple[CommentBlock, ...]:
    """Return the block of each header if all are the last lines of their comments; none otherwise.

    Each comment is an element from line `start` on that ends with its header. So nobody can type such a header.
    """
    known = {header.first for header in headers}
    # The number of a floor begins a comment: its text is below the header.
    if known.isdisjoint(find_tops(view, headers)):
        return ()
    blocks: list[CommentBlock] = []
    bare = 0  # comments without text
    for header in headers:
        begin = _find_text_above(view, header, known - {header.first})
        bare += begin is None
        begin, first = header.first if begin is None else begin, header.first
        if begin < start or bare * 2 >= len(headers):
            return ()
        end, likes = header.last + 1, header.likes
        blocks.append(CommentBlock(header=header, text_begin=begin, text_end=first, end=end, likes=likes))
    # Images alone may be faces, and a number that of a floor.
    texts = (view.folded[i].strip() for b in blocks for i in range(b.text_begin, b.text_end))
    has_text = any(text and not text.isdecimal() for text in texts)
    _drop_tails(view, blocks)
    return tuple(_move_replies(view, blocks)) if has_text else ()


def _find_text_above(view: PageView, header: CommentHeader, others: set[int]) -> int | None:
    """Return the first line of the innermost element with text or an image above the header, and none below it."""
    for _, inside in view.iter_around(header.first):
        if not _ends_in_buttons(view, header, inside) or not others.isdisjoint(inside):
            return None
        above = (i for i in range(inside.start, header.first) if not _is_buttons(view, i))
        if any(view.lines[i].media or view.folded[i].strip() for i in above):
            return inside.start + is_floor(view, inside.start)
    return None


def _ends_in_buttons(view: PageView, header: CommentHeader, inside: range) -> bool:
    """Check whether only words of buttons are below a header, with links or 回复: its text is above."""
    below = view.lines_with_text(range(header.last + 1, inside.stop))
    own = (view.folded[i] for i in below if not _is_buttons(view, i))
    return all("回复" in text and comment_footers.BUTTONS.fullmatch(text) for text in own)


def _is_buttons(view: PageView, index: int) -> bool:
    """Check whether a line has links, and only words of buttons, or only links to nowhere."""
    links, words = view.links[index], comment_footers.BUTTONS.fullmatch(view.folded[index])
    lead_nowhere = all(BUTTON_TARGET.match(anchor.get("href") or "") for _, anchor, _ in links)
    return bool(links) and (words is not None or (lead_nowhere and view.has_only_links(index)))


def _find_text_end(markers: comment_footers.CommentMarkers, headers: Headers) -> int:
    """Find the end of a last comment without footer: the end of its element, or the next template line."""
    view, header = markers.view, headers[-1]
    block = comment_footers.find_last_block(view, headers)
    stop = max(min(block.stop, markers.end), header.last + 1)
    earlier = range(headers[0].last + 1, header.first)
    typed = {view.tag_path(view.lines[i].node_at(0)) for i in earlier if view.folded[i]}
    stop = next((i for i in range(header.last + 1, stop) if view.is_in_form(i, header.first)), stop)
    outside = (i for i in range(header.last + 1, stop) if not _is_in_text(view, header, i))
    return next((i for i in outside if _is_template_line(markers, i, typed)), stop)


# The owner's answer is below the text, in the element of the text.
def _is_in_text(view: PageView, header: CommentHeader, index: int) -> bool:
    """Check whether an element without the header has this line and the first line of the comment's text."""
    first = view.lines[header.last + 1]
    around = view.document.common_ancestor(first, view.lines[index])
    return not view.document.contains(around, view.lines[header.last])


def _is_template_line(markers: comment_footers.CommentMarkers, index: int, typed: set[str]) -> bool:
    """Check whether the template wrote a line: another position than comments, a pager, or a label."""
    view = markers.view
    line = view.lines[index]
    if typed and view.folded[index] and view.tag_path(line.node_at(0)) not in typed:
        return True
    words = view.folded[index].strip(" :")
    is_button = bool(line.links) and (not _NOT_PAGER.search(words) or is_template_text(words))
    return is_button or _FORM_LABEL.fullmatch(words) is not None


def iter_text_lines(
    view: PageView, selection: HeaderSelection, blocks: Sequence[CommentBlock]
) -> Iterator[int]:
    """Return the lines of the comments' texts, each inside its own element if there is one."""
    for block in blocks:
        lines = range(block.text_begin, block.text_end)
        inside = lines
        if selection.framed:
            element = comment_footers.find_comment_element(view, selection.headers, block.header)
            inside = view.document.lines_in(element)
        yield from (index for index in lines if index in inside)


# --- checks

# When clocks go back in autumn, a later comment may show an earlier hour.
_CLOCK_TOLERANCE = timedelta(hours=1)
_YEARLESS = re.compile(YEARLESS_TIME)
_ONE_YEAR = timedelta(days=360)
_PRECISIONS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}


class Paging(Enum):
    """Whether the comments are on this page alone, begin on it, or continue from an earlier page."""

    NO = "no"
    BEGINS = "begins"
    FURTHER = "further"


@dataclass(kw_only=True, slots=True)
class Claims:
    """The number of comments that the page shows for the whole post, or None, and the time of the post."""

    count: int | None
    paging: Paging
    posted_at: datetime | None = None


def check_missing(view: PageView, start: int, claims: Claims) -> Problem | None:
    """Return a problem if the page claims comments and shows none.

    If it claims no number, or other pages have them, a time alone below the label of comments is enough. Below a number
    of comments, a line with the name of another blog is enough.
    """
    if claims.count and claims.paging is Paging.NO:
        return comments_problem("incomplete", Detail.COMMENTS_NONE.format(claimed=claims.count))
    shown = range(start, view.find_section(start))
    has_name = claims.count and any(view.find_home_link(i) and not view.is_own_home(i) for i in shown)
    is_lost = claims.count != 0 and (has_name or shows_other_header(view, start, shown.stop))
    return comments_problem("incomplete", Detail.COMMENTS_UNREAD) if is_lost else None


def check_count(sure: Sequence[HeaderSelection], claims: Claims) -> Problem | None:
    """Return a problem if the number differs from the claimed one, or structure allows other comments."""
    count, claimed, paging = len(sure[0].headers), claims.count, claims.paging
    if any(selection.headers != sure[0].headers for selection in sure[1:]):
        return comments_problem("forged", Detail.COMMENTS_STRUCTURE)
    if claimed is None or (paging is not Paging.NO and count <= claimed):
        return None
    detail = Detail.COMMENTS_COUNT.format(claimed=claimed, count=count)
    return comments_problem("incomplete" if count < claimed else "forged", detail)


def check_first(
    view: PageView, start: int, headers: Headers, claims: Claims, *, are_below: bool
) -> Problem | None:
    """Return a problem if all headers may be typed in the text of a comment, which begins above the first.

    If the first has no link, no header of another form is above it. Unless its text is above it (`are_below`), the page
    must show all that it claims, or the header follows the label.
    """
    if headers[0].is_linked:
        return None
    first = headers[0].first
    block = view.document.lines_in(view.lines[first].block)
    labels = [i for i in find_labels(view, COMMENTS_LABEL) if start <= i < first]
    # A comment may have a label and a header in its text.
    begins = [i + 1 for i in labels if not start <= block.start <= i] or [start]
    is_counted = len(headers) > 1 and claims.count in (None, 0, len(headers))
    is_own = len(headers) > 1 or headers[0].position.block_position is not BlockPosition.INNER
    is_sure = (are_below and is_own) or claims.paging is not Paging.NO or is_counted
    lines = (i for i in range(begins[-1], first) if i not in view.sections and i not in labels)
    between = (i for i in lines if not view.is_in_form(i, first))
    is_typed = shows_other_header(view, begins[0], first) or (
        not is_sure and not all(map(view.has_only_links, between))
    )
    return comments_problem("forged", Detail.COMMENTS_TYPED) if is_typed else None


def check_times(view: PageView, selection: HeaderSelection, posted_at: datetime | None) -> Problem | None:
    """Return a problem if the times are of unknown years, in no order, or earlier than the post."""
    return _check_years(view, selection.headers, posted_at) or _check_order(view, selection, posted_at)


# Promise "no wrong value": a year is not guessed.
def _check_years(view: PageView, headers: Headers, posted_at: datetime | None) -> Problem | None:
    """Return a problem if times without a year may be of more than one year since the post."""
    times = (header.posted.text for header in headers if not header.posted.text[:4].isdigit())
    is_new = posted_at is not None and view.now - posted_at < _ONE_YEAR
    if is_new or not any(_YEARLESS.fullmatch(fold(text)) for text in times):
        return None
    return comments_problem("unreadable", Detail.COMMENTS_YEARS)


# Promise "no forgery": the one known page has the newest comment first; typed headers seldom keep an order of time.
def _check_order(view: PageView, selection: HeaderSelection, posted_at: datetime | None) -> Problem | None:
    """Return a problem if the comments are in no order of time, or earlier than their post."""
    times = [view.parse_date(header.posted.text) for header in selection.headers]
    known = [time.at for time in times if time is not None]
    if not _are_ordered(known, both=selection.sure) and not _are_nested(view, selection):
        return comments_problem("forged", Detail.COMMENTS_ORDER)
    # The last moment that a time can mean: a day ends at midnight.
    latest = (x.at + _PRECISIONS.get(x.precision, timedelta()) for x in times if x is not None)
    if posted_at is not None and any(posted_at - at > _CLOCK_TOLERANCE for at in latest):
        return comments_problem("forged", Detail.COMMENTS_EARLY)
    return None


def _are_ordered(times: Sequence[datetime], *, both: bool) -> bool:
    """Check whether the newest time is first; with `both`, the oldest may be."""
    newest_first = all(later - earlier <= _CLOCK_TOLERANCE for earlier, later in pairwise(times))
    return newest_first or (both and all(one - other <= _CLOCK_TOLERANCE for one, other in pairwise(times)))


# A commenter can type no elements: a header deeper than the others is that of an answer below its comment.
def _are_nested(view: PageView, selection: HeaderSelection) -> bool:
    """Check whether the sure headers on top, and the later ones below each of them, are in time order."""
    depths = [header.position.paths[0].count("/") for header in selection.headers]
    threads: list[list[datetime]] = []
    for header, depth in zip(selection.headers, depths, strict=True):
        time = view.parse_date(header.posted.text)
        threads += [[]] if depth == min(depths) or not threads else []
        threads[-1] += [] if time is None else [time.at]
    tops = [each[0] for each in threads if each]
    answers = [each[1:] for each in threads]
    are_later = all(
        one - other <= _CLOCK_TOLERANCE for one, each in zip(tops, answers, strict=False) for other in each
    )
    return selection.sure and are_later and all(_are_ordered(each, both=True) for each in (tops, *answers))


# Promise "no forgery": a typed header may stand for one of a form that was not read.
def check_headers(view: PageView, blocks: Sequence[CommentBlock]) -> Problem | None:
    """Return a problem if headers are in unlike positions and a text's line has a time and a blog's link."""
    positions = {block.header.position.block_position for block in blocks}
    lines = (i for block in blocks for i in range(block.text_begin, block.text_end) if len(positions) > 1)
    linked = (i for i in lines if view.links[i] and HOUR_SIGN.search(view.folded[i]))
    is_header = any(view.links_to(i, PageKind.HOME) for i in linked)
    return comments_problem("forged", Detail.COMMENTS_STRUCTURE) if is_header else None


def check_blocks(markers: comment_footers.CommentMarkers, blocks: Sequence[CommentBlock]) -> Problem | None:
    """Return a problem if a text may quote comments, is missing, or is above its header."""
    problem = _check_closed(markers, blocks) or _check_empty(blocks)
    return problem or _check_text_position(markers.view, blocks)


# Promise "no forgery": a sole comment may quote another comment with its footer.
def _check_closed(markers: comment_footers.CommentMarkers, blocks: Sequence[CommentBlock]) -> Problem | None:
    """Return a problem if a sole comment, identified by words alone, continues below a footer."""
    header = markers.headers[0]
    is_sole = len(markers.headers) == 1 and not header.is_linked
    if not is_sole or not markers.can_be_typed(header.position):
        return None
    if blocks[0].likes is not None or not markers.footers_between(header.last, blocks[0].text_end):
        return None
    return comments_problem("forged", Detail.COMMENTS_QUOTED)


def _check_empty(blocks: Sequence[CommentBlock]) -> Problem | None:
    """Return a problem if a comment has neither text nor footer, and another has a footer.

    Unbalanced tags in one comment make the parser move the text of the next one.
    """
    bare = [r for r in blocks if r.likes is None and r.text_end <= r.header.last + 1]
    if not bare or all(block.likes is None for block in blocks):
        return None
    return comments_problem("incomplete", Detail.COMMENTS_BARE.format(bare=len(bare), count=len(blocks)))


def _check_text_position(view: PageView, blocks: Sequence[CommentBlock]) -> Problem | None:
    """Return a problem if the texts are above their headers; no real page has that."""
    if any(block.text_end > block.header.last + 1 for block in blocks):
        return None
    between = (i for block, later in pairwise(blocks) for i in range(block.end, later.header.first))
    return None if not view.has_text(between) else comments_problem("unreadable", Detail.COMMENTS_ABOVE)
