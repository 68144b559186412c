"""The parts of a post's page in the forms of a style: title, time, body, counters, comments."""

from collections.abc import Callable

from tests.demo.blogs.truth import DemoComment, DemoPost
from tests.demo.markup.tags import draw_body, esc
from tests.sites.printed.style import Style

GOOD = '<img src="/images/good.gif" border="0" alt="">'


def piece(style: Style, html: str) -> str:
    """Return a part of the main column in an element of its own."""
    return {
        "table": f"<table width='100%' cellpadding=3><tr><td>{html}</td></tr></table>\n",
        "div": f"<div>{html}</div>\n",
        "section": f"<section>{html}</section>\n",
        "p": f"<p>{html}</p>\n",
        "tr": f"<tr><td>{html}</td></tr>\n",
        "li": f"<li>{html}</li>\n",
        "dd": f"<dd>{html}</dd>\n",
        "br": f"{html}<br>\n",
    }[style.piece]


def main_column(style: Style, html: str) -> str:
    """Return the element around all pieces."""
    return {
        "tr": f"<table width='100%'>{html}</table>\n",
        "li": f"<ul>{html}</ul>\n",
        "dd": f"<dl>{html}</dl>\n",
        "section": f"<main>{html}</main>\n",
    }.get(style.piece, f"<div>{html}</div>\n")


def heading(style: Style, post: DemoPost) -> str:
    """Return title and time."""
    title = f'<a class="diary_title">{esc(post.title)}</a>'
    plain, when = esc(post.title), post.posted_text
    drawn: dict[str, Callable[[], str]] = {
        "two_cells": lambda: f"<table><tr><td>{title}</td><td align=right>{when}</td></tr></table>",
        "next_row": lambda: f"<table><tr><td><b>{title}</b></td></tr><tr><td>{when}</td></tr></table>",
        "h1_time": lambda: f"<h1>{plain}</h1> <time>{when}</time>",
        "one_line": lambda: f"<b>{title}</b>&nbsp;&nbsp;{when}",
        "time_first": lambda: f"<div>{when}</div><h2>{plain}</h2>",
        "two_lines": lambda: f"{title}<br>{when}",
        "labelled": lambda: f"<h2>{plain}</h2><div>发表于：{when}</div>",
        "header": lambda: f"<header><h1>{title}</h1><p>{when}</p></header>",
        "dts": lambda: f"<dl><dt>{title}</dt><dd>{when}</dd></dl>",
        "h2_small": lambda: f"<h2>{title} <small>{when}</small></h2>",
        "bare_title": lambda: f"<div><font size=4><b>{plain}</b></font></div><div><font>{when}</font></div>",
    }
    return drawn[style.heading]()


def paragraph(style: Style) -> Callable[[str], str]:
    """Return the function that prints a paragraph of a body."""
    return {
        "p": lambda html: f"<p>{html}</p>",
        "br2": lambda html: f"{html}<br>\n<br>",
        "div": lambda html: f"<div>{html}</div>",
        "word": lambda html: (
            f'<p class="MsoNormal"><span style="x:y"><span>{html}</span></span><o:p></o:p></p>'
        ),
        "unclosed_p": lambda html: f"<p>{html}\n",
        "font_br": lambda html: f'<font size="3">{html}</font><br/>',
    }[style.paragraph]


def body(style: Style, post: DemoPost) -> str:
    """Return the body of a post in its element."""
    html = draw_body(post.body, paragraph(style))
    return {
        "own": html,
        "classed": f'<div class="diary_content">{html}</div>',
        "td": f"<table border=0><tr><td valign=top>{html}</td></tr></table>",
        "article": f"<article>{html}</article>",
        "font": f'<div><font color="#333333">{html}</font></div>',
        "deep": f"{'<div>' * 6}{html}{'</div>' * 6}",
        "titled_block": html,
    }[style.body]


def counters(style: Style, post: DemoPost) -> str:
    """Return 浏览, likes, 评论."""
    words = style.words
    views, good, said = words.paren(post.views), words.paren(post.likes), words.paren(len(post.comments))
    likes = style.has("likes")
    liked = f"{GOOD} {good} " if likes else ""
    item = f"<li>{GOOD}{good}</li>" if likes else ""
    cell = f"<td>{GOOD}</td><td>{good}</td>" if likes else ""
    rows = f"<div>{GOOD}{good}</div>" if likes else ""
    span = f"<span>{GOOD}<i>{good}</i></span>" if likes else ""
    return {
        "line": f"{words.views}{views} {liked}{words.comments}{said}",
        "cells": f"<table><tr><td>{words.views}{views}</td>{cell}<td>{words.comments}{said}</td></tr></table>",
        "items": f"<ul><li>{words.views}{views}</li>{item}<li>{words.comments}{said}</li></ul>",
        "spans": f"<span>{words.views}<em>{views}</em></span> {span} <span>{words.comments}{said}</span>",
        "pictures": f"<img src=/v.gif>{words.views}{views} {liked}<img src=/c.gif>{words.comments}{said}",
        "bold": f"<b>{words.views}</b>{views}&nbsp;{liked}&nbsp;<b>{words.comments}</b>{said}",
        "split_lines": f"<div>{words.views}</div><div>{views}</div>{rows}<div>{words.comments}</div><div>{said}</div>",
        "linked": f"<a href='#v'>{words.views}{views}</a> {liked}<a href='#c'>{words.comments}</a>{said}",
        "times": f"{words.views}（{post.views:,}） {liked}{words.comments}（{len(post.comments)}）",
        "pipes": f"{words.views}{views} | {liked}{'| ' if likes else ''}{words.comments}{said}",
    }[style.counters]


def comment_text(style: Style, comment: DemoComment) -> str:
    """Return the text of a comment, escaped, with the line breaks of the site."""
    lines = [esc(line) for line in comment.text.split("\n")]
    if style.comment_lines == "br":
        return "<br>\n".join(lines)
    return "".join(f"<{style.comment_lines}>{line}</{style.comment_lines}>" for line in lines)


def name(style: Style, comment: DemoComment) -> str:
    """Return the name of a commenter, linked if the style links names."""
    if comment.author_path is None or not style.has("name_links"):
        return esc(comment.author_name)
    return f'<a class="release_restore" target="_blank" href="{comment.author_path}">{esc(comment.author_name)}</a>'


def foot(style: Style, comment: DemoComment) -> str:
    """Return the footer of a comment, 回复 | N."""
    words = style.words
    return {
        "link": f"<a href='#write'>{words.reply}</a> | {comment.likes}",
        "plain": f"{words.reply} | {comment.likes}",
        "picture": f"<a href='#write'>{words.reply}</a> | {GOOD} {comment.likes}",
        "span": f"<span><a href='#w'>{words.reply}</a></span> | <span>{GOOD}<i>{comment.likes}</i></span>",
        "link_only_word": f'<a href="javascript:void(0)" onclick="reply(7)">{words.reply}</a>｜{comment.likes}',
    }[style.foot]


def comments(style: Style, shown: list[DemoComment]) -> str:
    """Return a list of comments."""
    rows = [_comment(style, comment, number) for number, comment in enumerate(shown, 1)]
    html = "\n".join(rows)
    wrap = {
        "sibling_rows": "<table width='100%'>{}</table>",
        "header_rows": "<table width='100%'>{}</table>",
        "ol": "<ol>{}</ol>",
        "floor": "<ol>{}</ol>",
        "ul_spans": "<ul>{}</ul>",
        "dl": "<dl>{}</dl>",
        "bold_hr": "<table><tr><td>{}</td></tr></table>",
        "br_spans": "<div>{}</div>",
    }.get(style.comment, "{}")
    return wrap.format(html)


def _comment(style: Style, comment: DemoComment, number: int) -> str:
    words = style.words
    author, when = f"{words.author}{words.colon}", f"{words.comment_time}{words.colon}"
    who, time, text = name(style, comment), comment.posted_text, comment_text(style, comment)
    reply = f" {words.reply} {esc(comment.reply_to)}" if comment.reply_to else ""
    bottom = foot(style, comment) if style.has("foot") else ""
    head = f"{author}{who}{reply} {when}{time}"
    mark = f"<p>{bottom}</p>" if bottom else ""
    row = f"<tr><td align=right>{bottom}</td></tr>" if bottom else ""
    face = '<img src="/faces/1.jpg" width="48">'
    return {
        "table": lambda: f"<table class=c><tr><td>{head}</td></tr><tr><td>{text}</td></tr>{row}</table>",
        "sibling_rows": lambda: f"<tr><td bgcolor=#eee>{head}</td></tr><tr><td>{text}</td></tr>{row}",
        "header_rows": lambda: (
            f"<tr><th>{author}{who}{reply}</th><th>{when}{time}</th></tr>"
            f"<tr><td colspan=2>{text}</td></tr>{row}"
        ),
        "cells": lambda: (
            f"<table><tr><td>{author}{who}{reply}</td><td align=right>{when}{time}</td></tr>"
            f"<tr><td colspan=2>{text}</td></tr>{row}</table>"
        ),
        "ol": lambda: f"<li><header>{head}</header><div>{text}</div>{mark}</li>",
        "ul_spans": lambda: f"<li><span>{head}</span><br><span>{text}</span><br><span>{bottom}</span></li>",
        "dl": lambda: f"<dt>{head}</dt><dd>{text}</dd>" + (f"<dd>{bottom}</dd>" if bottom else ""),
        "div_br": lambda: f"<div class='c{number % 2}'>{head}<br>{text}<br>{bottom}</div>",
        "divs": lambda: f"<div class=h>{head}</div><div class=t>{text}</div><div class=f>{bottom}</div>",
        "article": lambda: f"<article><h4>{head}</h4>{text}<footer>{bottom}</footer></article>",
        "avatar_table": lambda: (
            f"<table><tr><td rowspan=3 width=50>{face}</td><td>{head}</td></tr>"
            f"<tr><td>{text}</td></tr>{row}</table>"
        ),
        "avatar_div": lambda: f"<div>{face}<div><p>{head}</p><div>{text}</div><p>{bottom}</p></div></div>",
        "bold_hr": lambda: (
            f"<font size=2><b>{author}</b>{who}{reply} <b>{when}</b>{time}</font><br>{text}<br>{bottom}<hr>"
        ),
        "two_line_header": lambda: (
            f"<div><div>{author}{who}{reply}</div><div>{when}{time}</div>"
            f"<div>{text}</div><div>{bottom}</div></div>"
        ),
        "label_spans": lambda: (
            f"<div><div><b>{author}</b><span>{who}</span>{reply} <b>{when}</b>"
            f"<span>{time}</span></div><div>{text}</div><div>{bottom}</div></div>"
        ),
        "floor": lambda: f"<li><div>{head} #{number}</div><div>{text}</div><div>{bottom}</div></li>",
        "nested_tables": lambda: (
            "<table><tr><td><table><tr><td>"
            f"{head}</td></tr></table></td></tr><tr><td><table><tr><td>{text}</td></tr>{row}</table></td></tr></table>"
        ),
        "font_td": lambda: (
            f"<table><tr><td><font>{head}</font><br><font color=#333>{text}</font><br>"
            f"<div align=right>{bottom}</div></td></tr></table>"
        ),
        "media": lambda: (
            f"<div><a href='/u/1/'>{face}</a></div><div><h5>{head}</h5>{text}<div>{bottom}</div></div>"
        ),
        "flat_p": lambda: f"<p>{head}</p>{text if style.comment_lines == 'p' else f'<p>{text}</p>'}{mark}",
        "flat_br": lambda: f"{head}<br>{text}<br>{bottom}<br>",
        "text_and_foot": lambda: (
            f"<table><tr><td>{head}</td></tr><tr><td>{text}<br>{bottom}</td></tr></table>"
        ),
        "br_spans": lambda: f"<span>{head}</span><br>{text}<br><span>{bottom}</span><br><br>",
    }[style.comment]()
