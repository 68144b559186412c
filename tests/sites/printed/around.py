"""The parts around the main part of a page: the blog's header, the sidebar, pagers, entries of listings."""

from collections.abc import Callable, Iterator
from html import escape

from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.demo.markup.charset import cut_title
from tests.demo.markup.tags import draw_body, esc
from tests.sites.printed.post_parts import counters, paragraph
from tests.sites.printed.style import Style
from tests.sites.printed.urls import Urls

_PAGER_GAP = 6


def blog_header(style: Style, blog: DemoBlog, home: str) -> str:
    """Return the bar of the site, and the blog's title, tagline and URL."""
    words = style.words
    url = f"<a href='{home}'>{home}</a> &gt; <a href='#c'>{words.copy}</a> &gt; <a href='#f'>{words.bookmark}</a>"
    title, tagline = esc(blog.title), esc(blog.tagline) if style.has("tagline") else ""
    bar = f"<table><tr><td>{words.site_bar}</td></tr></table><div>{words.desk}</div>\n"
    return (
        bar
        + {
            "rows": f"<table><tr><td><b>{title}</b></td></tr>"
            + (f"<tr><td>{tagline}</td></tr>" if tagline else "")
            + f"<tr><td>{url}</td></tr></table>",
            "h1": f"<header><h1>{title}</h1>"
            + (f"<p>{tagline}</p>" if tagline else "")
            + f"<p>{url}</p></header>",
            "one_block": f"<div><b>{title}</b><br>" + (f"{tagline}<br>" if tagline else "") + f"{url}</div>",
            "dl": f"<dl><dt>{title}</dt>"
            + (f"<dd>{tagline}</dd>" if tagline else "")
            + f"<dd>{url}</dd></dl>",
            "linked": f"<h2><a href='{home}'>{title}</a></h2>"
            + (f"<h4>{tagline}</h4>" if tagline else "")
            + f"<div>{url}</div>",
        }[style.header]
    )


def rows(style: Style, items: list[str]) -> str:
    """Return the rows of a section of the sidebar."""
    one, around = {
        "li": ("<li>{}</li>", "<ul>{}</ul>"),
        "table": ("<table><tr><td>{}</td></tr></table>", "{}"),
        "div": ("<div>{}</div>", "{}"),
        "br": ("{}<br>", "<div>{}</div>"),
        "tr": ("<tr><td>{}</td></tr>", "<table>{}</table>"),
        "dd": ("<dd>{}</dd>", "<dl>{}</dl>"),
        "p": ("<p>{}</p>", "<div>{}</div>"),
    }[style.row]
    return around.format("\n".join(one.format(item) for item in items)) + "\n"


def label(style: Style, text: str) -> str:
    """Return the label of a section."""
    return {
        "b": f"<div><b>{text}</b></div>",
        "plain": f"<div>{text}</div>",
        "h3": f"<h3>{text}</h3>",
        "font": f"<table><tr><td><font size=3>{text[:2]}<b>{text[2:]}</b></font></td></tr></table>",
        "strong_colon": f"<p><strong>{text}：</strong></p>",
        "brackets": f"<div>[{text}]</div>",
        "picture": f"<div><img src='/l.gif' alt='{text}'></div>",
        "linked": f"<div><a href='/all.php'>{text}</a></div>",
        "more": f"<div><b>{text}</b> <a href='/all.php'>更多&gt;&gt;</a></div>",
        "no_card": "" if text == style.words.card else f"<div>{text}</div>",
    }[style.label] + "\n"


def card(style: Style, blog: DemoBlog) -> str:
    """Return the author card, 我的名片."""
    words = style.words
    nick, age = esc(blog.nickname), f"{words.comma}{blog.account_age}{words.years}"
    date, visits = str(blog.registered_on), f"{blog.total_visits:,} {words.times}"
    when, total = f"{words.registered}{words.colon}", f"{words.visits}{words.colon}"
    profile = f"<a href='/profile.php?uid={blog.uid}'>{words.profile}</a>"
    drawn: dict[str, Callable[[], str]] = {
        "lines": lambda: rows(style, [f"{nick} {age}", f"{when} {date}", f"{total} {visits}", profile]),
        "cells": lambda: (
            f"<table><tr><td colspan=2>{nick} {age}</td></tr><tr><td>{when}</td><td>{date}</td></tr>"
            f"<tr><td>{total}</td><td>{visits}</td></tr></table>"
        ),
        "spans": lambda: (
            f"<div><a href='{blog.path}'>{nick}</a> {age}</div><div><b>{when} </b><span>{date}</span></div>"
            f"<div><b>{total}</b> <em>{blog.total_visits:,}</em> {words.times}</div><div>{profile}</div>"
        ),
        "bold": lambda: (
            f"<div><img src='/face.jpg'></div><b>{nick}</b> {age}<br><b>{when}</b>{date}<br>"
            f"<b>{total}</b>{visits}<br>{profile}"
        ),
        "one_line_br": lambda: f"<p>{nick}<span>{age}</span><br>{when}{date}<br>{total}{visits}</p>",
        "dl": lambda: (
            f"<dl><dt>{nick} {age}</dt><dt>{when}</dt><dd>{date}</dd><dt>{total}</dt><dd>{visits}</dd></dl>"
        ),
    }
    return label(style, words.card) + drawn[style.card]()


def sidebar(style: Style, blog: DemoBlog, urls: Urls) -> str:
    """Return all sections in order."""
    words = style.words
    parts = [card(style, blog)] if style.has("card") else []
    parts.append(label(style, "Calendar") + _calendar(urls))
    if style.has("latest"):
        titles = [_title(urls, post) for post in blog.shown()[:7]]
        parts.append(label(style, words.latest) + rows(style, titles))
    if "latest_comments" in style.messes:
        said = [
            f"<a href='{urls.post(p)}#c'>{esc(p.comments[0].text[:12])}</a>"
            for p in blog.shown()
            if p.comments
        ]
        parts.append(label(style, "最新评论") + rows(style, said[:5]))
    parts.append(label(style, words.categories) + "".join(_categories(style, blog, urls)))
    parts.append(label(style, words.months) + rows(style, list(_months(style, blog, urls))))
    return "".join(parts)


def _title(urls: Urls, post: DemoPost) -> str:
    return f'· <a href="{urls.post(post)}" title="{escape(post.title)}">{esc(cut_title(post.title))}</a>'


def _calendar(urls: Urls) -> str:
    days = "".join(f"<td><a href='{urls.day(day)}'>{day}</a></td>" for day in range(1, 8))
    return (
        "<table class=calendar><tr><td colspan=7><a href='?m=1'>&lt;&lt;</a> 2025年1月 <a href='?m=2'>&gt;&gt;</a>"
        f"</td></tr><tr>{''.join(f'<th>{day}</th>' for day in '日一二三四五六')}</tr><tr>{days}</tr></table>\n"
    )


def _categories(style: Style, blog: DemoBlog, urls: Urls) -> Iterator[str]:
    for category in blog.categories:
        posts = [post for post in blog.shown() if category.name in post.categories]
        href, shown = urls.category(category), f"【{esc(category.name)}】"
        head = {
            "link": f"<a href='{href}'>{shown}</a>",
            "counted": f"<a href='{href}'>{shown}</a> ({len(posts)})",
            "plain": f"<b><a href='{href}'>{shown}</a></b>",
            "titles_table": f"<a href='{href}'><font>{shown}</font></a>",
        }[style.category]
        titles = [_title(urls, post) for post in posts[:10]]
        if style.category == "titles_table":
            yield rows(style, [head]) + rows(style, titles)
        else:
            yield rows(style, [head, *titles])


def _months(style: Style, blog: DemoBlog, urls: Urls) -> Iterator[str]:
    for month, posts in by_month(blog).items():
        first, last = posts[-1].posted_at.date(), posts[0].posted_at.date()
        text, href = f"{first} - {last}", urls.month(month)
        yield {
            "link": f"<a href='{href}'>{text}</a>",
            "counted": f"<a href='{href}'>{text}</a> ({len(posts)})",
            "bracketed": f"[<a href='{href}'>{text}</a>]",
            "words": f"<a href='{href}'>{first:%Y年%m月%d日} - {last:%Y年%m月%d日}</a>",
            "spans": f"· <a href='{href}'><span>{first}</span> <i>-</i> <span>{last}</span></a>",
            "nolink": f"{first} -&nbsp;<a href='{href}'>{last}</a>",
        }[style.months]


def by_month(blog: DemoBlog) -> dict[str, list[DemoPost]]:
    """Return shown posts by YYYYMM, newest first."""
    months: dict[str, list[DemoPost]] = {}
    for post in blog.shown():
        months.setdefault(post.month, []).append(post)
    return months


def pager(style: Style, hrefs: list[str], page: int) -> str:
    """Return links to the pages of a listing; `page` counts from 1."""
    if len(hrefs) < 2:
        return ""
    words, count = style.words, len(hrefs)
    following = hrefs[page] if page < count else ""
    step = f"<a href='{following}'>{words.next_page}</a>" if following else words.next_page
    before = f"<a href='{hrefs[page - 2]}'>{words.previous_page}</a>" if page > 1 else words.previous_page
    first, last = (
        f"<a href='{hrefs[0]}'>{words.first_page}</a>",
        f"<a href='{hrefs[-1]}'>{words.last_page}</a>",
    )
    numbers = [
        f"<b>{n}</b>" if n == page else f"<a href='{hrefs[n - 1]}'>{n}</a>"
        for n in range(max(1, page - 3), min(count, page + _PAGER_GAP) + 1)
    ]
    arrow = f" <a href='{following}'>&gt;</a>" if following else ""
    image = f"<a href='{following}'><img src='/n.gif' alt='{words.next_page}'></a>" if following else ""
    return {
        "next": f"<div>{step if following else ''}</div>",
        "full": f"<div>{first} {before} {' '.join(numbers)} … {step} {last}</div>",
        "numbers": f"<div>{' '.join(numbers)}</div>",
        "arrow": f"<nav>{' '.join(numbers)}{arrow}</nav>",
        "picture": f"<div>{first}{image}</div>",
        "bracketed": f"<table><tr><td>[{first}] [{before}] [{step}] [{last}] 共{count}页</td></tr></table>",
        "two": f"<div>{before} {step}</div>",
        "select": f"<div>第{page}/{count}页 <select><option>1<option>2</select> {step}</div>",
        "line": f"<p>{page}/{count} &nbsp; {first} | {before} | {step} | {last}</p>",
    }[style.pager] + "\n"


def entry(style: Style, post: DemoPost, href: str, excerpt: str) -> str:
    """Return one post of a listing."""
    title, when = f'<a href="{href}">{esc(post.title)}</a>', post.posted_text
    html = {
        "none": "",
        "beginning": f"{esc(post.body_text[:80])}…… <a href='{href}'>{style.words.whole_post}</a>",
        "whole": draw_body(post.body, paragraph(style)),
    }[excerpt]
    under = counters(style, post)
    return {
        "table": f"<table><tr><td>{title}</td><td>{when}</td></tr><tr><td colspan=2>{html}</td></tr>"
        f"<tr><td colspan=2>{under}</td></tr></table>",
        "div": f"<div><div>{title}</div><div>{when}</div><div>{html}</div><div>{under}</div></div>",
        "li": f"<ul><li>{title} <span>{when}</span><div>{html}</div>{under}</li></ul>",
        "dl": f"<dl><dt>{title}</dt><dd>{when}</dd><dd>{html}</dd><dd>{under}</dd></dl>",
        "rows": f"<table><tr><td>·{title}</td><td>{when}</td></tr></table>",
        "article": f"<article><h3>{title}</h3><time>{when}</time><div>{html}</div><footer>{under}</footer></article>",
        "br": f"<p>{title}<br>{when}<br></p><div>{html}</div><p>{under}</p>",
        "time_first": f"<div><span>{when}</span> {title}</div><div>{html}</div>",
        "titles": f"<ul><li>· {title}</li></ul>",
        "bare": f"<div><b>{title}</b>&nbsp;&nbsp;({when})</div><div>{html}</div><div>{under}</div>",
    }[style.entry] + "\n"
