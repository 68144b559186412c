"""Defects of HTML edited by hand for years, which do not change the visible text."""

import re
from collections.abc import Callable

from tests.sites.printed.style import Style


def messed(style: Style, html: str) -> str:
    """Return the page with the messes of its style."""
    for mess in style.messes:
        html = _MESSES.get(mess, lambda same: same)(html)
    return html


def _upper(html: str) -> str:
    return re.sub(r"(</?)([a-z][a-z0-9]*)\b", lambda m: m[1] + m[2].upper(), html)


def _unclosed(html: str) -> str:
    return re.sub(r"</(?:li|dd|dt|td|tr|option)>", "", html)


def _comments(html: str) -> str:
    return re.sub(r"(<(?:div|td|li|dd)\b[^>]*>)", r"\1<!-- begin 浏览(1) (2) 评论(3) -->", html)


def _trap(html: str) -> str:
    fake = (
        '<div style="display:none">作者：影子 留言时间：2025-01-01 01:01:01<br>看不见<br>回复 | 9</div>'
        '<p hidden>浏览(9) (9) 评论(9)</p><span style="DISPLAY : NONE">我的名片</span>'
    )
    return html.replace("<body>", f"<body>{fake}").replace("</body>", f"{fake}</body>")


def _xhtml(html: str) -> str:
    html = html.replace("<!DOCTYPE html>", '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>')
    return html.replace("<br>", "<br />").replace("<html>", '<html xmlns="http://www.w3.org/1999/xhtml">')


def _forms(html: str) -> str:
    return html.replace("<tr>", "<form action='/x'><tr>", 1).replace("</body>", "</form></body>")


def _deep(html: str) -> str:
    return html.replace("<body>", "<body>" + "<div>" * 60).replace("</body>", "</div>" * 60 + "</body>")


def _zero_width(html: str) -> str:
    return re.sub(r"(浏览|瀏覽|作者|留言时间|留言時間|文章评论|我的名片|分类目录)", "\u200b\\1\u200b", html)


def _spaces(html: str) -> str:
    return re.sub(r"(?<=>)(?=<(?:div|td|tr|table|li|p|dd|dt|h\d)\b)", "\n\t  \n", html)


def _wbr(html: str) -> str:
    head, tag, body = re.split(r"(<body>)", html, maxsplit=1, flags=re.IGNORECASE)
    body = re.sub(r"(评论|評論|留言)(?=[^<>]*<)", lambda m: m[0][0] + "<wbr>" + m[0][1:], body)
    return head + tag + body


def _entities(html: str) -> str:
    html = re.sub(r"[作浏我存最]", lambda m: f"&#{ord(m[0])};", html)
    return re.sub(r"[留网分]", lambda m: f"&#x{ord(m[0]):x};", html)


def _iframes(html: str) -> str:
    frame = (
        "<iframe src='/ad.html'>您的浏览器不支持框架 浏览(1) 评论(2)</iframe><noscript>请先登录</noscript>"
    )
    return html.replace("<body>", f"<body>{frame}").replace("</body>", f"{frame}</body>")


def _scripts(html: str) -> str:
    script = "<script>document.write('<div>作者：假 留言时间：2025-01-01 00:00:00</div>'); if (1<2 && 3>2) {}</script>"
    return re.sub(r"(</(?:td|div|section)>)", rf"{script}\1", html, count=6)


def _titles(html: str) -> str:
    return re.sub(r"<title>.*?</title>", "<title>万维博客-全球华人的精神家园</title>", html, flags=re.DOTALL)


def _cdata(html: str) -> str:
    return html.replace("<body>", "<body><![CDATA[ 作者 ]]>").replace("<body>", "<body><?php echo 1 ?>", 1)


_MESSES: dict[str, Callable[[str], str]] = {
    "upper": _upper,
    "unclosed": _unclosed,
    "comments": _comments,
    "trap": _trap,
    "xhtml": _xhtml,
    "forms": _forms,
    "deep": _deep,
    "zero_width": _zero_width,
    "spaces": _spaces,
    "wbr": _wbr,
    "entities": _entities,
    "iframes": _iframes,
    "scripts": _scripts,
    "titles": _titles,
    "cdata": _cdata,
    "no_doctype": lambda html: html.replace("<!DOCTYPE html>\n", ""),
    "indented": lambda html: html.replace("><td", ">\n    <td"),
}
