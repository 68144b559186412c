"""The bodies of the posts written by hand; all of it invented."""

from datetime import datetime

from tests.demo.blogs import image_paths
from tests.demo.blogs.body import (
    Block,
    Bullets,
    Embed,
    Gap,
    Image,
    Linked,
    Preformatted,
    Quote,
    Raw,
    Strong,
    Table,
    para,
)
from tests.demo.blogs.forgeries import quoted_page
from tests.demo.blogs.labels import SIMPLIFIED
from tests.demo.blogs.urls import old_path


def plain(*lines: str) -> tuple[Block, ...]:
    """Paragraphs of words only."""
    return tuple(para(line) for line in lines)


def cat(uid: str) -> tuple[Block, ...]:
    """A post as the site has them: bold, a gap, a picture, a quotation, an old link, a bare URL."""
    return (
        para(Strong("一只猫能不能改变整条街的格局？")),
        para("老王 2025年1月27日"),
        Gap(),
        para("一夜之间，一只花猫占了整条街。在菜市场，它的名声超过了卖豆腐的师傅，成为当日头条。"),
        Image(f"/u/{uid}/upload_file/20250127190211.jpg", alt="花猫"),
        para("一、横空出世"),
        para("它吃的鱼少得出奇（还不到一成），就做出了与别家大猫相近的事。\n这是第二行。"),
        Quote(("“复制你知道有效的东西是容易的。", "当你不知道某件事是否会成功时，去做它是困难的。”")),
        para("更多内容请看：", Linked("北窗的旧文", old_path(484006))),
        para("https://blog.creaders.net/uindex.php"),
    )


def quoting() -> tuple[Block, ...]:
    """A post that quotes the end of another page twice, in both widths, and goes on."""
    at = datetime(2025, 1, 27, 22, 10, 5)
    return (
        para("先说明：以下不是我的评论。"),
        *quoted_page(SIMPLIFIED, at),
        para("换一种写法再抄一遍。"),
        *quoted_page(SIMPLIFIED.half_width(), at),
        para("到此为止。"),
    )


def rare() -> tuple[Block, ...]:
    """Characters that GB2312 lacks."""
    return (
        para("朱镕、陶喆、王堃、㑇人，四个名字里都有旧字库没有的字。"),
        para("𠮷野家的一碗饭要二十一€，折合人民币￥一百六十。"),
        para("℃、①、Ⅳ、㈱、—、……、“ ”、～，都印得出来。"),
    )


def blocks(uid: str) -> tuple[Block, ...]:
    """One of every other block."""
    return (
        para("要买的：", Strong("三样")),
        Bullets(("米三斤", "盐一包", "灯油二两")),
        Table((("年", "书", "页数"), ("2009", "茶经", "88"), ("2010", "梦溪笔谈", "1,365"))),
        para("旧磁盘里的一段："),
        Preformatted('if (a < b) {\n    print("猫");\n}'),
        Embed("https://www.youtube.com/embed/abcdefghijk"),
        Raw(
            '<embed src="http://www.youtube.com/v/abcdefghijk" type="application/x-shockwave-flash" width="425">'
        ),
        Image(f"/upfile/20241202/{uid}4990_1.png"),
        para("完。"),
    )


def album(uid: str) -> tuple[Block, ...]:
    """Pictures, most of them odd (see `media`)."""
    odd = (
        *image_paths.TWINS,
        *(image_paths.MISSING, image_paths.ERROR_PAGE, image_paths.MISNAMED),
        *(image_paths.DRAWING, image_paths.MOVED),
    )
    return (
        para("今年的照片都在这里。"),
        Image(f"/u/{uid}/upload_file/20241127192021.jpg", alt='<秋天> & "山"'),
        *(Image(src) for src in odd),
        para("有几张已经坏了。"),
    )


def links(uid: str) -> tuple[Block, ...]:
    """Links of every old and wrapped form."""
    wrapped = "http://digest.creaders.net/articleViewer.php?id=7&alink=http%3A%2F%2Fexample.com%2Fa%3Fb%3D1"
    return (
        para(
            "旧链接：",
            Linked("第一篇", old_path(484006)),
            "，",
            Linked("长信", old_path(485200, as_base64=True)),
        ),
        para(
            "邻居：", Linked("九万九", "/u/99999/"), "，", Linked("他的一篇", "/u/99999/202401/450001.html")
        ),
        para("外面：", Linked("转手的", wrapped), "，", Linked("直接的", "https://example.com/?a=1&b=2")),
        para(
            "带尾巴的：", Linked("零点", f"/u/{uid}/202410/488777.html?PHPSESSID=0123abcd&language=big5#top")
        ),
        para(
            "什么也不是：",
            Linked("点我", "javascript:void(0)"),
            "，",
            Linked("写信", "mailto:nobody@example.com"),
        ),
    )


def letter() -> tuple[Block, ...]:
    """Sixty paragraphs."""
    line = "河水涨了又落，桥上的人换了又换，只有卖糖的还在老地方。"
    return tuple(para(f"第{number}段。{line}") for number in range(1, 61))
