"""A malicious blog: titles, texts and images that attack exports, pages and file names."""

from datetime import date, datetime, timedelta

from tests.demo.blogs.body import Block, Image, Linked, Raw, para
from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoComment, DemoPost

TITLES = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "CON",
    'a/b\\c:d*e?f"g<h>i|j',
    "...",
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "长" * 300,
    "倒\u202egnp.exe",
    "{{ 7 * 7 }} {% raw %} ${x}",
    "--- : [yaml] # &a *b !c",
    '=HYPERLINK("http://example.com")',
    "结尾有点. ",
    "-rf",
    "𠮷" * 60,
)
IMAGES = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+",
    "http://127.0.0.1:1/private.png",
    "http://[::1]:1/private.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/router.png",
    "http://0x7f000001:1/private.png",
    "../../../../outside.png",
    "//upfile/20100903/1.png",
    "",
)
MARKUP = (
    Raw("<script>document.title='run'</script><p>脚本之后</p>", "脚本之后"),
    Raw('<p onclick="alert(1)" style="position:fixed">会动的字</p>', "会动的字"),
    Raw('<img src="/upfile/20100903/10000011.png" onerror="alert(1)">'),
    Raw('<p><a href="javascript:alert(1)">点我</a></p>', "点我"),
    Raw('<svg onload="alert(1)"></svg><math></math><object data="/x.swf"></object><embed src="/x.swf">'),
    Raw('<form action="http://example.com"><input name="password"></form><base href="http://example.com/">'),
    Raw("<p>没有关上的<b>粗体<i>斜体</p><p>下一段</p></b></i>", "没有关上的粗体斜体\n下一段"),
)


def hostile_blog(uid: str = "66666") -> DemoBlog:
    """Return a blog with one post for each title; the first ones have the images and the markup too."""
    first = datetime(2024, 1, 31, 23, 59, 59)
    name = "<img src=x onerror=alert(1)>"
    return DemoBlog(
        uid=uid,
        username="evil_one",
        nickname=name,
        title="</title><script>alert(1)</script>",
        tagline="'; DROP TABLE posts; --",
        registered_on=date(2023, 1, 1),
        account_age=1,
        total_visits=0,
        categories=(DemoCategory(number=36666, name="../<b>类</b>/.."),),
        posts=tuple(
            DemoPost(
                number=660_000 - 10 * index,
                title=title.strip(),
                posted_at=first - timedelta(days=index),
                body=_body(index),
                categories=("../<b>类</b>/..",),
                comments=_comments(first, name) if index == 0 else (),
            )
            for index, title in enumerate(TITLES)
        ),
    )


def _body(index: int) -> tuple[Block, ...]:
    if index == 0:
        return (para("坏图。"), *(Image(src) for src in IMAGES))
    if index == 1:
        return (para("坏标签。"), *MARKUP)
    return (para("好好的一段。", Linked("链接", "data:text/html,<script>alert(1)</script>")),)


def _comments(since: datetime, name: str) -> tuple[DemoComment, ...]:
    return (
        DemoComment(
            author_name=name,
            author_path="javascript:alert(1)",
            posted_at=since + timedelta(hours=1),
            text="<script>alert(1)</script>\n'; DROP TABLE comments; --",
        ),
    )
