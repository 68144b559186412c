"""Posts and comments with unusual titles, names and bodies, each possible in a real blog."""

from dataclasses import replace

from tests.demo.blogs.body import (
    Block,
    Bullets,
    Embed,
    Gap,
    Image,
    Linked,
    Preformatted,
    Quote,
    Strong,
    Table,
    para,
)
from tests.demo.blogs.truth import DemoBlog, DemoComment, DemoPost

TITLES = (
    "2025-01-28 01:46:53",
    "2024年总结",
    "文章评论",
    "我的名片",
    "浏览(1) (2) 评论(3)",
    "作者：老王 留言时间：2025-01-01 01:01:01",
    "【读书】红楼梦】第三回",
    "A<B & C>D &amp; \"quotes\" 'single'",
    "3岁",
    "下一页",
    "阅读全文的三种方法",
    "首页",
    "上一篇",
    "回复 | 3",
    "12",
    "　　缩进的题目",
    "这是一个非常非常非常非常长的题目它肯定超过了三十个字节而且还要继续写下去直到写不下为止",
    "登录后的世界",
    "该日志已被作者删除",
    "访问过于频繁，请稍后再试",
    "http://blog.creaders.net/u/31182/",
    "注册日期: 2022-06-17",
    "存档目录",
    "更多",
    "评论",
)
BODIES: tuple[tuple[Block, ...], ...] = (
    (Image("/upfile/20250101/1.jpg"),),
    (Image("/upfile/20250101/1.jpg"), para("图说。"), Image("http://pub.creaders.net/a.png")),
    (Preformatted("  一  二\n    三\n\n四"), para("后面")),
    (Table((("年", "书", "页"), ("2009", "茶经", "88"))), para("表后。")),
    (Bullets(("米三斤", "盐一包")), Quote(("山中何所有", "岭上多白云"))),
    (para("　　全角缩进的一段。"), Gap(), para("　　第二段。"), Gap(), Gap()),
    (para("短"),),
    (para("2025-01-28 01:46:53"), para("第一行是时间。")),
    (Embed("https://www.youtube.com/embed/xyz"), para("片后。")),
    (para("分享"), para("中间"), para("收藏")),
    (para("上一篇：我写过别的。"), para("下一篇：还会写。")),
    (para("请您先登录，然后再查看该日志"), para("这是我昨天看到的一句话。")),
    (para("参看", Linked("旧文", "/u/31182/202201/1234.html"), "和", Strong("下一篇"), "。"),),
    (para("第一行\n第二行\n第三行"), para("A & B < C > D")),
    (para("发表评论"), para("网络日志正文"), para("文章评论"), para("完。")),
    (para("2025-01-19 - 2025-01-29"), para("这是一段日期。")),
    (para("【时政评论】"), para("最新发布"), para("· 某文"), para("分类目录"), para("完。")),
)
NAMES = (
    "甲 回复 乙",
    "留言时间:2020-01-01 00:00:00",
    "回复",
    "作者",
    "老王 ,3岁",
    "A & B <i>",
    "12345",
    "回复 丙",
    "很长很长很长很长很长很长很长很长很长很长的名字",
)


def odd_blog(blog: DemoBlog) -> DemoBlog:
    """Return the blog with unusual titles, bodies and names of commenters, each kind in turn."""
    return replace(blog, posts=tuple(_odd(post, place) for place, post in enumerate(blog.posts)))


def _odd(post: DemoPost, place: int) -> DemoPost:
    comments = tuple(_named(comment, place + number) for number, comment in enumerate(post.comments))
    return replace(
        post, title=TITLES[place % len(TITLES)], body=BODIES[place % len(BODIES)], comments=comments
    )


def _named(comment: DemoComment, place: int) -> DemoComment:
    """Link unusual names: a name without a link is in part undecidable."""
    name = NAMES[place % len(NAMES)]
    return replace(comment, author_name=name, author_path=comment.author_path or "/u/90001/")


def with_guests(post: DemoPost) -> DemoPost:
    """Return the post with a guest, a name without a link, as every other commenter."""
    comments = tuple(
        replace(comment, author_path=None) if number % 2 else comment
        for number, comment in enumerate(post.comments)
    )
    return replace(post, comments=comments)
