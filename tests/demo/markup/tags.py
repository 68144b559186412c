"""HTML that all markups share: escaping, bodies, the calendar."""

from calendar import Calendar
from collections.abc import Callable
from datetime import date
from html import escape
from urllib.parse import urlencode

from tests.demo.blogs.body import (
    Block,
    Bullets,
    Embed,
    Gap,
    Image,
    Inline,
    Linked,
    Paragraph,
    Preformatted,
    Quote,
    Raw,
    Strong,
    Table,
)
from tests.demo.blogs.urls import Kind, Route, Urls

Wrap = Callable[[str], str]


def esc(text: str) -> str:
    """Return text escaped for use between tags, newlines as `<br>`."""
    return escape(text, quote=False).replace("\n", "<br>\n")


def link(href: str, text: str, extra: str = "") -> str:
    """Return a link; `text` is escaped, `extra` is more attributes, unchanged."""
    return f'<a href="{escape(href)}"{extra and " " + extra}>{esc(text)}</a>'


def with_query(path: str, **values: str) -> str:
    """Return the path with these values added to its query."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode(values)}"


def draw_body(blocks: tuple[Block, ...], paragraph: Wrap) -> str:
    """Return the HTML of a body; `paragraph` wraps the HTML of one paragraph."""
    return "\n".join(_block(block, paragraph) for block in blocks)


def _block(block: Block, paragraph: Wrap) -> str:
    match block:
        case Paragraph(parts=parts):
            return paragraph("".join(map(_inline, parts)))
        case Quote(lines=lines):
            return f"<blockquote>{'<br>'.join(map(esc, lines))}</blockquote>"
        case Bullets(items=items):
            return f"<ul>{''.join(f'<li>{esc(item)}</li>' for item in items)}</ul>"
        case Table(rows=rows):
            return _table(rows)
        case Preformatted(text=text):
            return f"<pre>{escape(text, quote=False)}</pre>"
        case Image(src=src, alt=alt):
            return paragraph(f'<img src="{escape(src)}" alt="{escape(alt)}">')
        case Embed(src=src):
            return f'<iframe width="560" height="315" src="{escape(src)}" allowfullscreen></iframe>'
        case Raw(html=html):
            return html
        case Gap():
            return paragraph("&nbsp;")


def _inline(part: Inline) -> str:
    match part:
        case Linked(text=text, href=href):
            return link(href, text, 'target="_blank"')
        case Strong(text=text):
            return f"<strong>{esc(text)}</strong>"
        case _:
            return esc(part)


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    drawn = "".join(f"<tr>{''.join(f'<td>{esc(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<table class="ke-zeroborder" border="0" width="80%"><tbody>\n{drawn}</tbody></table>'


def calendar_table(urls: Urls, uid: str, shown: date) -> str:
    """Return a month with links to days and to the months around it: an endless trap for crawlers."""
    weeks = Calendar(firstweekday=6).monthdatescalendar(shown.year, shown.month)
    rows = "".join(f"<tr>{''.join(_day(urls, uid, day, shown) for day in week)}</tr>" for week in weeks)
    before = _day_href(urls, uid, date(shown.year - (shown.month == 1), (shown.month - 2) % 12 + 1, 1))
    after = _day_href(urls, uid, date(shown.year + (shown.month == 12), shown.month % 12 + 1, 1))
    head = f"{link(before, '<<')} {shown:%Y-%m} {link(after, '>>')}"
    names = "".join(f"<td>{name}</td>" for name in "日一二三四五六")
    return (
        '<table class="calendar" cellspacing="1">'
        f'<tr><td colspan="7">{head}</td></tr><tr>{names}</tr>{rows}</table>'
    )


def _day(urls: Urls, uid: str, day: date, shown: date) -> str:
    if day.month != shown.month:
        return "<td>&nbsp;</td>"
    return f"<td>{link(_day_href(urls, uid, day), str(day.day))}</td>"


def _day_href(urls: Urls, uid: str, day: date) -> str:
    return urls.make(Route(kind=Kind.DAY, uid=uid, day=f"{day:%Y%m%d}"))
