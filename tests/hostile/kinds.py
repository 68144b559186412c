"""Kinds of hostile content, as pure functions of a size in bytes.

Each kind repeats a unit until it has about `size` bytes. Units contain `{n}` for a number that differs each time.
"""

import random
from collections.abc import Callable

Kind = Callable[[int], bytes]

_HEADER = "作者：网友{n} 留言时间：2025-01-28 08:00:00"
UNITS = {
    # Comments and counters.
    "comment-blocks": f"<div>{_HEADER}</div><div>第{{n}}条。</div><div>回复 | {{n}}</div>",
    "comment-blocks-equal": "<div>作者：甲 留言时间：2025-01-28 08:00:00</div><div>好。</div><div>回复 | 1</div>",
    "comment-blocks-in-lines": f"{_HEADER}<br>第{{n}}条。<br>回复 | {{n}}<br>",
    "comment-blocks-nested": f"<div>{_HEADER}<div>第{{n}}条。</div>",
    "headers": f"{_HEADER}<br>",
    "headers-in-blocks": f"<p>{_HEADER}</p>",
    "headers-in-one-line": f"{_HEADER} ",
    "headers-split": "<p>作者：<a href='/u/{n}/'>甲{n}</a></p><p>留言时间：2025-01-28 08:00:00</p>",
    "headers-time-first": "<p>留言时间：2025-01-28 08:00:00 作者：甲{n}</p>",
    "short-headers": "<p>甲{n} 发表于 2025-01-28 08:00</p><p>好</p>",
    "names": "<p>作者：甲{n}</p>",
    "names-alone": "作者：",
    "times-alone": "<p>留言时间：2025-01-28 08:00:00</p>",
    "replies": "甲{n} 回复 ",
    "footers": "<p>回复 | {n}</p>",
    "footers-in-lines": "回复 | {n}<br>",
    "labels": "<p>文章评论</p><p>发表评论</p>",
    "post-labels": "<p>网络日志正文</p>",
    "counters": "<p>浏览({n}) ({n}) 评论({n})</p>",
    "counters-in-one-line": "浏览({n}) ({n}) 评论({n}) ",
    "comment-counts": "<p>评论({n})</p>",
    "deep-quotes": "<blockquote><p>作者：甲 留言时间：2025-01-28 08:00:00</p>",
    # Sidebar and lists.
    "calendar": "<p>2025-01</p><p>日 一 二 三 四 五 六</p><p>1 2 3 4 5 6 7</p>",
    "calendar-links": "<a href='/u/31182/cal/2025{n}'>{n}</a> ",
    "calendar-tables": "<table><tr><td>日</td><td>一</td></tr><tr><td>{n}</td><td>2</td></tr></table>",
    "latest": "<p>最新发布</p><p>· <a href='/u/31182/202501/{n}.html'>文{n}</a></p>",
    "latest-label": "<p>最新发布</p>",
    "sections": "<p>我的名片</p><p>分类目录</p><p>存档目录</p><p>最新发布</p>",
    "categories": "<p><a href='/u/31182/{n}.html'>【分类{n}】</a></p>",
    "months": "<p><a href='/u/31182/202501/'>2025-01-01 - 2025-01-28</a></p>",
    "months-typed": "<p>2025-01-01 - 2025-01-28</p>",
    "cards": "<p>我的名片</p><p>甲{n} ,3岁</p><p>注册日期: 2024-09-03</p><p>访问总量: {n} 次</p>",
    "dates": "2025-01-28 08:00:00 ",
    "dates-in-lines": "2025-01-28 08:00:00<br>",
    "dates-in-blocks": "<p>2025-01-28</p>",
    "dates-in-words": "<p>二〇二五年一月二十八日上午八点</p>",
    "dates-relative": "<p>{n}分钟前</p>",
    "titles-and-times": "<p><a href='/u/31182/202501/{n}.html'>文{n}</a></p><p>2025-01-28 08:00:00</p>",
    "links-in-one-line": "<a href='/u/31182/202501/{n}.html'>文{n}</a> ",
    "links-in-lines": "<a href='/u/31182/202501/{n}.html'>文{n}</a><br>",
    "links-equal": "<a href='/u/31182/202501/505877.html'>文</a> ",
    "links-to-homes": "<a href='/u/{n}/'>甲</a> ",
    "links-relative": "<a href='../../{n}/./x'>甲</a> ",
    "pager": "<a href='?p={n}'>{n}</a> <a href='?p={n}'>下一页</a> ",
    "pager-in-lines": "<p><a href='?p={n}'>下一页</a></p>",
    "notices": "<p>该文章已被删除</p><p>您没有权限</p>",
    # Markup.
    "attributes-in-one-tag": " data-a{n}='1'",
    "attributes-equal": " id=a",
    "attributes-few": "<i a{n}=1 b{n}=2 c{n}=3 d{n}=4>x</i>",
    "misnested": "<b><i>甲</b></i>",
    "misnested-distinct": "<font color='#{n}'><p>甲",
    "misnested-distinct-in-blocks": "<p><font color='#{n}'>甲<b id={n}>乙</p>",
    "misnested-blocks": "<b><p><i>甲</b></p></i>",
    "misnested-anchors": "<a href='/x'><b><a href='/y'>甲</b>",
    "unclosed-inline": "<b>甲",
    "unclosed-font": "<font color=red>甲",
    "unclosed-anchors": "<a href='/u/31182/202501/{n}.html'>甲",
    "unclosed-spans-in-blocks": "<p><span>甲",
    "nested-blocks": "<div>",
    "nested-lists": "<ul><li>甲",
    "nested-tables": "<table><tr><td>甲",
    "nested-forms": "<form><input value=甲>",
    "nested-quotes": "<blockquote>甲",
    "nested-definitions": "<dl><dt>甲<dd>乙",
    "definitions": "<dt>甲<dd>乙",
    "stray-ends": "</div>",
    "stray-paragraph-ends": "甲</p>",
    "stray-break-ends": "甲</br>",
    "table-rows": "<tr><td>甲{n}</td><td>乙</td></tr>",
    "table-cells": "<td>甲",
    "table-cells-font": "<tr><td><font>甲<td>乙",
    "table-strays": "<table><tr>甲<td>乙</td><b>丙</b></tr></table>",
    "table-strays-in-one": "<tr>甲<b>丙</b><form><td>乙</td></form></tr>",
    "breaks": "<br>",
    "breaks-and-text": "甲<br>",
    "rules": "<hr>",
    "empty-paragraphs": "<p></p>",
    "paragraphs": "<p>甲</p>",
    "paragraphs-hidden": "<p style='display:none'>甲</p>",
    "styles-long": "<p style='display:block;color:red;/* x */'>甲</p>",
    "comments": "<!-- x -->",
    "comments-and-text": "甲<!-- x -->",
    "comments-conditional": "<!--[if IE]><p>甲</p><![endif]-->",
    "comments-open": "<!--",
    "cdata": "<![CDATA[甲]]>",
    "declarations": "<!DOCTYPE html>",
    "processing": "<?php echo ?>",
    "pages": "</body></html><html><body>甲",
    "styles": "<style>p{color:red}</style>",
    "scripts": "<script>x('甲')</script>",
    "scripts-open": "<script>",
    "templates": "<template><p>甲</p></template>",
    "svg": "<svg><circle r=1></svg>",
    "math": "<math><mi>甲</mi></math>",
    "select": "<select><option>甲{n}<option>乙</select>",
    "options": "<option>甲{n}",
    "images": "<img src='/i/{n}.jpg'>",
    "images-in-lines": "<img src='/i/{n}.jpg'><br>",
    "images-srcset": "<img src=x srcset='/a.jpg 1x, /b.jpg 2x, /c.jpg 3x'>",
    "images-lazy": "<img src=# data-src='/i/{n}.jpg' data-original='x'>",
    "images-data": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
    "players": "<object><param name=movie value='/x.swf'><embed src='/x.swf'></object>",
    "players-nested": "<object><embed src='/x.swf'>",
    "embeds": "<embed src='/x.swf'>甲",
    "marquees": "<marquee>甲",
    "voids-open": "<wbr>甲<source>乙<track>",
    "bases": "<base href='http://example.com/{n}/'>",
    "metas": "<meta charset=gbk>",
    "titles": "<title>甲</title>",
    "unknown-elements": "<x{n}>甲</x{n}>",
    "names-with-colons": "<o:p>甲</o:p>",
    "brackets": "<",
    "brackets-and-text": "甲 < 乙 > ",
    "quotes-open": '<a href="x>甲 ',
    # Text.
    "ampersands": "&",
    "ampersands-escaped": "&amp;",
    "ampersands-and-text": "甲&乙 ",
    "entities-bad": "&nosuch; ",
    "entities-open": "&lt ",
    "entities-numeric": "&#20013;",
    "entities-control": "&#1;&#xFFFE;",
    "entities-huge": "&#99999999999;",
    "entities-named": "&nbsp;&copy;&hellip;",
    "combining": "a\u0316\u0300",
    "combining-sorted": "\u0316\u0300",
    "combining-run": "\u0300\u0316\u0334",
    "combining-hangul": "\u1112\u1161\u11ab",
    "compatibility": "\ufdfa\u3392\u33ff",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 ",
    "right-to-left": "\u202eאבג\u202c ",
    "spaces": "\u3000",
    "spaces-ascii": " ",
    "spaces-mixed": " \u3000\xa0\t\n",
    "zero-width": "\u200b\ufeff",
    "line-ends": "\n",
    "line-ends-and-text": "甲\r\n",
    "line-separators": "甲\u2028乙\u0085",
    "controls": "\x01\x02",
    "private-use": "\ue000\uf8ff",
    "long-word": "a",
    "long-word-chinese": "中",
    "digits": "9",
    "digits-full-width": "９",
    "digits-chinese": "一百",
    "parentheses": "(",
    "parentheses-pairs": "(1)",
    "colons": "：",
    "bars": "|",
    "dots": "·",
    "mojibake": "锟斤拷",
    "mojibake-latin": "Ã¤Ã¶",
    "mojibake-utf-8": "鐨勬枃绔犺瘎璁�",
    "traditional": "網誌評論與瀏覽",
    "japanese": "これはテストです",
    "replacement": "\ufffd",
}
"""The repeated units by kind; `{n}` is a number that differs each time."""

_ONE_TAG = {"attributes-in-one-tag": ("<p", ">甲</p>"), "attributes-equal": ("<p", ">甲</p>")}
_IN_TABLE = ("table-rows", "table-cells", "table-cells-font", "table-strays-in-one")
_GBK_WORD = "中文".encode("gbk")


def _repeat(unit: str, before: str, after: str) -> Kind:
    def generate(size: int) -> bytes:
        count = max(1, size // len(unit.replace("{n}", "100000").encode()))
        units = (
            (unit.replace("{n}", str(100_000 + n)) for n in range(count))
            if "{n}" in unit
            else (unit * count,)
        )
        return (before + "".join(units) + after).encode()

    return generate


def _wrap(kind: str) -> Kind:
    before, after = ("<table>", "</table>") if kind in _IN_TABLE else _ONE_TAG.get(kind, ("", ""))
    return _repeat(UNITS[kind], before, after)


def _link_of(unit: str) -> Kind:
    return _repeat(unit, "<a href='http://example.com/?", "'>甲</a>")


def _random_bytes(size: int) -> bytes:
    return random.Random(19).randbytes(size)


def _random_high_bytes(size: int) -> bytes:
    return bytes(0x80 + byte % 0x80 for byte in _random_bytes(size))


def _damaged_gbk(size: int) -> bytes:
    return (_GBK_WORD + b"\xff" + _GBK_WORD[1:] + b" ") * (size // 9)


def _damaged_utf_8(size: int) -> bytes:
    return ("中文".encode() + b"\xd6\xd0 ") * (size // 9)


def _mixed_charsets(size: int) -> bytes:
    return ("<p>中文</p>".encode() + b"<p>" + "中文".encode("gbk") + b"</p>") * (size // 24)


def _deep_comments(size: int) -> bytes:
    return b"<div>" * (size // 20) + _wrap("comment-blocks")(size * 3 // 4)


def _deep_inline_comments(size: int) -> bytes:
    return b"<i>" * (size // 20) + _wrap("comment-blocks-in-lines")(size * 3 // 4)


KINDS: dict[str, Kind] = {
    **{name: _wrap(name) for name in UNITS},
    "href-ampersands": _link_of("&"),
    "href-ampersands-escaped": _link_of("&amp;"),
    "href-long": _link_of("a"),
    "href-dots": _link_of("../"),
    "href-percent": _link_of("%E4"),
    "href-data": _repeat("A", "<img src='data:image/png;base64,", "'>"),
    "href-script": _repeat("&#106;", "<a href='", "'>甲</a>"),
    "srcset-long": _repeat("/a{n}.jpg {n}w, ", "<img srcset='", "'>"),
    "style-long": _repeat("color:red;", "<p style='display:block;", "'>甲</p>"),
    "style-comments": _repeat("/*", "<p style='display:", "'>甲</p>"),
    "attribute-open": _repeat("a", "<a title='", ""),
    "comment-blocks-deep": _deep_comments,
    "comment-blocks-deep-inline": _deep_inline_comments,
    "random-bytes": _random_bytes,
    "random-high-bytes": _random_high_bytes,
    "damaged-gbk": _damaged_gbk,
    "damaged-utf-8": _damaged_utf_8,
    "mixed-charsets": _mixed_charsets,
}
"""Kinds by name: each returns about `size` bytes."""
