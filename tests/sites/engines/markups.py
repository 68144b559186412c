"""Pages of posts in the markup of blog engines, with texts written for these tests: the same post and comments in each."""
# ruff: noqa: E501 - the markup of a template is easier to compare on its own lines

TITLE = "雨后的书店"
TEXT = (
    "<p>雨下了一夜，早上去书店的路上全是落叶，店门口的灯还亮着。</p>"
    '<p>老板说今天没有新书，给了我一杯热茶。<a href="https://example.org/tea">茶的来历</a>很长。</p>'
    '<p><img src="/pictures/shop.png" alt="书店"></p>'
)
DAY, MINUTE = "2020-05-06", "2020-05-06T09:30"
COMMENTS = [
    ("阿青", "2020-05-07T10:01", None, "我也喜欢那家书店。"),
    ("老周", "2020-05-07T11:02", "阿青", "下次一起去。"),
    ("小满", "2020-05-08T12:03", None, "茶真的好喝吗？"),
]
_ASIDE = (
    '<aside class="sidebar"><h3>最新文章</h3><ul><li><a href="/2.html">别的文章</a> 2020-06-01</li></ul>'
    "<h3>最新评论</h3><ul><li>路人: 2020-06-02 10:00 说得好</li></ul></aside>"
)


def _page(body: str, head: str = "") -> str:
    title = f"<title>{TITLE} - 小城笔记</title>"
    banner = '<div id="header"><h1><a href="/">小城笔记</a></h1></div>'
    return f"<!DOCTYPE html><html><head>{title}{head}</head><body>{banner}{body}{_ASIDE}</body></html>"


def _generator(name: str) -> str:
    return f'<meta name="generator" content="{name}">'


def _typecho() -> str:
    def item(place: int, inner: str = "") -> str:
        name, at, _, text = COMMENTS[place]
        children = (
            f'<div class="comment-children"><ol class="comment-list">{inner}</ol></div>' if inner else ""
        )
        return (
            f'<li id="comment-{place + 1}" class="comment-body comment-parent"><div class="comment-author">'
            f'<span><img class="avatar" src="/a.png"></span><cite class="fn"><a href="http://x.example.org/">{name}</a>'
            f'</cite></div><div class="comment-meta"><a href="#comment-{place + 1}"><time datetime="{at}:00+08:00">'
            f'{at.replace("T", " ")}</time></a></div><div class="comment-content"><p>{text}</p></div>'
            f'<div class="comment-reply"><a href="#">回复</a></div>{children}</li>'
        )

    return _page(
        f'<div id="main"><article class="post"><h1 class="post-title"><a href="/1.html">{TITLE}</a></h1>'
        f'<ul class="post-meta"><li>作者: <a href="/author/1/">店员</a></li><li>时间: <time datetime="{MINUTE}:00+08:00">'
        f"{DAY}</time></li><li>分类: <a href='/category/a/'>日记</a></li></ul>"
        f'<div class="post-content" itemprop="articleBody">{TEXT}</div><p class="tags">标签: <a href="/tag/a/">书</a></p>'
        f'</article><div id="comments"><h3>已有 3 条评论</h3><ol class="comment-list">{item(0, item(1))}{item(2)}</ol>'
        '<div id="respond-post-1" class="respond"><form>添加新评论</form></div></div></div>',
        _generator("Typecho 1.2.1"),
    )


def _zblog() -> str:
    def item(place: int, inner: str = "") -> str:
        name, at, _, text = COMMENTS[place]
        return (
            f'<ul class="msg" id="cmt{place + 1}"><li class="msgname"><img class="avatar" src="/a.png">&nbsp;'
            f'<span class="commentname"><a href="http://x.example.org/">{name}</a></span><br><small>&nbsp;发布于&nbsp;'
            f'{at.replace("T", " ")}:00&nbsp;&nbsp;<span class="revertcomment"><a href="#">回复该评论</a></span></small></li>'
            f'<li class="msgarticle">{text}{inner}</li></ul>'
        )

    return _page(
        f'<div id="divMain"><div class="post single"><h4 class="post-date">2020年05月06日09:30:00</h4>'
        f'<h2 class="post-title">{TITLE}</h2><div class="post-body">{TEXT}</div>'
        '<h6 class="post-footer">作者:店员 | 分类:日记 | 浏览:128 | 评论:3</h6></div>'
        f'<ul class="msg msghead"><li class="tbname">评论列表:</li></ul>{item(0, item(1))}{item(2)}'
        '<div class="post" id="divCommentPost"><form>发表评论</form></div></div>',
        _generator("Z-BlogPHP 1.7.3"),
    )


def _emlog() -> str:
    def item(place: int, inner: str = "", child: str = "") -> str:
        name, at, _, text = COMMENTS[place]
        return (
            f'<div class="comment{child}" id="comment-{place + 1}"><div class="avatar"><img src="/a.png"></div>'
            f'<div class="comment-info"><b>{name} </b><br><span class="comment-time">{at.replace("T", " ")}</span>'
            f'<div class="comment-content">{text}</div><div class="comment-reply"><a href="#">回复</a></div></div>{inner}</div>'
        )

    return _page(
        f'<div id="content"><div id="contentleft"><h2>{TITLE}</h2><p class="date">作者：<a href="/author/1">店员</a> 发布于：'
        f"2020-5-6 9:30 Wednesday 分类：<a href='/sort/1'>日记</a></p>{TEXT}<p class=\"tag\">标签: <a href='/tag/a'>书</a></p>"
        '<div class="nextlog">« <a href="/9.html">上一篇文章</a></div><p class="comment-header"><b>评论：</b></p>'
        f'{item(0, item(1, child=" comment-children"))}{item(2)}<div id="comment-place"><form>发表评论</form></div></div></div>',
        _generator("emlog"),
    )


def _discuz() -> str:
    def item(place: int) -> str:
        name, at, _, text = COMMENTS[place]
        return (
            f'<dl id="comment_{place + 1}_li" class="bbda cl"><dd class="m avt"><a href="/space-uid-7.html"><img src="/a.png">'
            f'</a></dd><dt><span class="y xw0"><a href="#">回复</a></span><a href="/space-uid-7.html" id="author_{place + 1}">'
            f'{name}</a> <span class="xg1 xw0">{at.replace("T", " ")}</span></dt><dd id="comment_{place + 1}">{text}</dd></dl>'
        )

    items = "".join(map(item, range(3)))
    return _page(
        f'<div class="ct2 cl"><div class="mn"><div class="bm"><div class="vw"><div class="h pbm bbda cl"><h1 class="ph">{TITLE}'
        '</h1><p class="xg2"><span class="xg1">已有 128 次阅读</span><span class="xg1">2020-5-6 09:30</span>'
        f'|个人分类:<a href="/home.php?mod=space&amp;classid=1">日记</a></p></div><div id="blog_article" class="d cl">{TEXT}</div>'
        f'<div id="div_comment"><h3 class="bbs pbn">评论 (<span id="comment_replynum">3</span> 个评论)</h3>'
        f'<div id="comment_ul" class="xld xlda">{items}</div></div></div></div></div></div>',
        _generator("Discuz! X3.4"),
    )


def _ghost() -> str:
    return _page(
        f'<main class="gh-main"><article class="gh-article post"><header class="gh-article-header"><h1 class="gh-article-title">'
        f'{TITLE}</h1><div class="gh-article-meta"><h4 class="gh-article-author-name"><a href="/author/a/">店员</a></h4>'
        f'<time datetime="{DAY}">May 6, 2020</time><span>2 min read</span></div></header>'
        f'<section class="gh-content gh-canvas">{TEXT}</section></article></main>'
        '<section class="gh-container"><h2>Read more</h2><article class="gh-card"><a href="/other/"><h3>别的文章</h3>'
        '<time datetime="2021-01-01">Jan 1, 2021</time></a></article></section>',
        _generator("Ghost 5.80"),
    )


def _cnblogs() -> str:
    return _page(
        f'<div id="main"><div id="post_detail"><div class="post"><h1 class="postTitle"><a id="cb_post_title_url" '
        f'class="postTitle2" href="/1.html"><span>{TITLE}</span></a></h1><div class="postBody"><div id="cnblogs_post_body" '
        f'class="blogpost-body">{TEXT}</div><div id="MySignature"></div><div id="blog_post_info_block">'
        '<div id="post_next_prev"><a href="/p/9.html">« 上一篇： 别的文章</a></div></div></div>'
        '<div class="postDesc">posted @ <span id="post-date">2020-05-06 09:30</span>&nbsp;<a href="/">店员</a>&nbsp;'
        '阅读(<span id="post_view_count">128</span>)&nbsp;评论(<span id="post_comment_count">0</span>)</div></div></div></div>'
    )


def _jekyll() -> str:
    return _page(
        f'<main class="page-content"><article class="post h-entry"><header class="post-header"><h1 class="post-title p-name">'
        f'{TITLE}</h1><p class="post-meta"><time class="dt-published" datetime="{MINUTE}:00+08:00">May 6, 2020</time></p>'
        f'</header><div class="post-content e-content">{TEXT}</div></article></main>',
        _generator("Jekyll v4.3.2"),
    )


def _wordpress() -> str:
    def item(place: int, inner: str = "") -> str:
        name, at, _, text = COMMENTS[place]
        children = f'<ul class="children">{inner}</ul>' if inner else ""
        return (
            f'<li class="comment even depth-1" id="li-comment-{place + 1}"><div id="comment-{place + 1}" class="comment-body"><div class="comment-author '
            f'vcard"><img class="avatar" src="/a.png"><cite class="fn"><a href="http://x.example.org/">{name}</a></cite>'
            f'<span class="says">说道：</span></div><div class="comment-meta commentmetadata"><a href="#comment-1">'
            f'{at[:4]} 年 {int(at[5:7])} 月 {int(at[8:10])} 日 {at[11:]}</a></div><p>{text[:3]}</p><p>{text[3:]}</p><div class="reply"><a href="#">回复'
            f"</a></div></div>{children}</li>"
        )

    return _page(
        f'<div id="content"><div class="post-1 post hentry"><h2 class="entry-title">{TITLE}</h2><div class="entry-meta">发表于 '
        f'<a href="/1.html" rel="bookmark"><span class="entry-date">2020 年 5 月 6 日</span></a></div>'
        f'<div class="entry-content">{TEXT}<div class="sharedaddy"><h3>分享到：</h3></div></div></div>'
        f'<div id="comments"><h3 id="comments-title">《{TITLE}》上有 3 条评论</h3><ol class="commentlist">{item(0, item(1))}{item(2)}'
        '</ol><div id="respond"><h3>发表评论</h3><form></form></div></div></div>',
        _generator("WordPress 3.2.1"),
    )


PAGES = {
    "typecho": _typecho(),
    "zblog": _zblog(),
    "emlog": _emlog(),
    "discuz": _discuz(),
    "ghost": _ghost(),
    "cnblogs": _cnblogs(),
    "jekyll": _jekyll(),
    "wordpress": _wordpress(),
}
NESTED = ("typecho", "zblog", "emlog", "wordpress")
"""Engines that show answers inside what they answer."""
FLAT = ("discuz",)

SHORT = "今天停电两小时，什么也没做。"
_CHANGED = "2021-07-08"
_LICENCE = '<section id="license"><h3>许可协议</h3><p>本文采用 署名-非商业性使用 4.0 国际 许可协议，转载请注明出处。</p></section>'

SHORT_POSTS = {
    "the line with the time is in the element of the text": _page(
        f'<section id="content"><article><header><h1 class="entry-title"><a href="/1.html" rel="bookmark">{TITLE}</a></h1></header>'
        f'<div class="entry-content"><footer class="post-info">Published: {DAY} <address>By <a href="/author/a.html">店员</a></address>'
        f'<p>In <a href="/category/a.html">日记</a></p></footer><p>{SHORT}</p></div></article></section>'
    ),
    "the element of the text is named after the sidebar in it": _page(
        f'<header id="header"><h1>{TITLE}</h1></header><div id="content" class="sidebar-right"><div class="sidebar">关于店员</div>'
        f'<section id="main"><article><time datetime="{MINUTE}:00+08:00">{DAY}</time><div class="article-entry" '
        f'itemprop="articleBody"><p>{SHORT}</p></div></article></section></div>'
    ),
    "the text shows its title once more": _page(
        f'<div class="info"><h1 class="post-title">{TITLE}</h1><time>{DAY}</time></div><main><article class="post-content">'
        f'<header><a href="/category/a/">日记</a><h1>{TITLE}</h1><span>店员</span><time>{DAY}</time></header><p>{SHORT}</p></article></main>'
    ),
    "the time of the last change stands beside that of the post": _page(
        f'<div id="main"><div class="meta">发布于：<time>{DAY}</time> <span>更新于：</span><time>{_CHANGED}</time></div>'
        f'<h1 class="title">{TITLE}</h1><article class="md-text">{SHORT}</article></div>'
    ),
    "the licence is longer than the text": _page(
        f'<div id="main"><h1>{TITLE}</h1><p class="date">{DAY}</p><article><p>{SHORT}</p></article>'
        f'<div class="article-footer">{_LICENCE}</div></div>'
    ),
    "the name of the blog is a longer heading in the menu": _page(
        f'<nav><h2>小城笔记，写在河边的小城</h2><a href="/">首页</a></nav><header><h1>{TITLE}</h1><p>{DAY}</p></header>'
        f'<div class="post-content"><p>{SHORT}</p></div>'
    ).replace("- 小城笔记", "- 小城笔记，写在河边的小城"),
}
ONLY_CHANGED = _page(
    f'<div id="main"><h1>{TITLE}</h1><article>{TEXT}</article><p>最后修改时间：{DAY}</p></div>'
)
NO_TITLE_IN_WINDOW = (
    f'<title>小城笔记</title><div class="header"><a class="logo" href="/">小城笔记</a></div>'
    f'<div class="post-main"><div class="post-main-title">{TITLE}</div><p>{DAY}</p><div class="post-md">{TEXT}</div></div>'
)


def with_quoted_comments(real: str = "") -> str:
    """Return a post whose text quotes two comments with their markup, and the comments of its page."""
    items = "".join(
        f'<li class="comment" id="comment-{number}"><cite class="fn">{name}</cite><time>{at.replace("T", " ")}</time>'
        f'<div class="comment-content">{text}</div></li>'
        for number, (name, at, _, text) in enumerate(COMMENTS[:2])
    )
    quoted = f'<div id="comments"><h3>2 条评论</h3><ol class="comment-list">{items}</ol></div>'
    return _page(
        f'<article><h1>{TITLE}</h1><time>{DAY}</time><div class="entry-content">{TEXT}{quoted}</div></article>{real}'
    )


def _comments(section: str, item: str) -> str:
    rows = (
        item.format(number=number, name=name, at=at.replace("T", " "), text=text)
        for number, (name, at, _, text) in enumerate(COMMENTS)
    )
    article = f'<article><h1>{TITLE}</h1><time>{DAY}</time><div class="entry-content">{TEXT}</div></article>'
    return _page(f"<main>{article}{section.format(rows=''.join(rows))}</main>")


COMMENT_MARKUPS = {
    "staticman": _comments(
        '<div class="staticman-comments"><h4>3 条评论</h4>{rows}<form></form></div>',
        '<div class="static-comment"><img src="/a.png"><div class="right"><span class="comment-author">{name}</span>'
        '<time>{at}</time><div class="comment-content"><p>{text}</p></div></div></div>',
    ),
    "s9y": _comments(
        '<div class="serendipity_comments"><h3>评论</h3><div id="serendipity_comments">{rows}</div></div>',
        '<div id="serendipity_comment_{number}" class="serendipity_comment"><div class="serendipity_commentBody"><p>{text}</p>'
        '</div><div class="serendipity_comment_source"><a href="#c{number}">#{number}</a> <span class="comment_source_author">'
        '{name}</span> 于 <span class="comment_source_ctime">{at}</span></div></div>',
    ),
    "isso": _comments(
        '<section id="isso-thread"><h4>3 Comments</h4><div id="isso-root">{rows}</div></section>',
        '<div class="isso-comment" id="isso-{number}"><div class="isso-text-wrapper"><div class="isso-comment-header">'
        '<span class="isso-author">{name}</span><a href="#isso-{number}"><time>{at}</time></a></div><div class="isso-text">'
        '<p>{text}</p></div><div class="isso-comment-footer"><a class="isso-reply" href="#">Reply</a></div></div></div>',
    ),
    "waline": _comments(
        '<div id="waline"><div class="wl-count"><span class="wl-num">3</span> 评论</div><div class="wl-cards">{rows}</div></div>',
        '<div id="{number}" class="wl-card-item"><div class="wl-card"><div class="wl-head"><a class="wl-nick" href="http://x.example.org/">'
        '{name}</a><span class="wl-time">{at}</span><div><button>赞</button></div></div><div class="wl-meta"><span class="wl-addr">'
        '北京市海淀区</span><span class="wl-browser">Chrome 120</span></div><div class="wl-content"><p>{text}</p></div></div></div>',
    ),
    "valine": _comments(
        '<div id="vcomments" class="v"><div class="vcount"><span class="vnum">3</span> 评论</div><div class="vcards">{rows}</div></div>',
        '<div class="vcard" id="{number}"><div class="vh"><div class="vhead"><span class="vnick">{name}</span> <span class="vsys">Chrome 80'
        '</span></div><div class="vmeta"><span class="vtime">{at}</span></div><div class="vcontent"><p>{text}</p></div></div></div>',
    ),
}
"""Comments that another program adds to a page; a page that a browser saved has them."""

_SECTIONS = [
    f"<p>第 {number} 段。雨下了一夜，早上去书店的路上全是落叶，店门口的灯还亮着，老板说今天没有新书。</p>"
    for number in range(1, 6)
]
SECTIONS = {
    "org": _page(
        f'<div id="content"><h1 class="title">{TITLE}</h1><div id="table-of-contents"><h2>目录</h2><ul><li><a href="#a">上午</a></li>'
        f'</ul></div>{_SECTIONS[0]}<div class="outline-2"><h2>上午</h2><div class="outline-text-2">{_SECTIONS[1]}{_SECTIONS[2]}</div>'
        f'</div><div class="outline-2"><h2>下午</h2><div class="outline-text-2">{_SECTIONS[3]}{_SECTIONS[4]}</div></div></div>'
        f'<div id="postamble"><p class="date">Date: {DAY}</p></div>'
    ),
    "sphinx": _page(
        f'<div class="document"><div class="body" role="main"><section id="a"><h1>{TITLE}</h1>{_SECTIONS[0]}<section id="b"><h2>上午'
        f"</h2>{_SECTIONS[1]}{_SECTIONS[2]}<section><h3>后来</h3>{_SECTIONS[3]}{_SECTIONS[4]}</section></section></section></div></div>"
        f'<div class="sphinxsidebar" role="navigation"><h2>{DAY}</h2></div>'
    ),
}
"""Texts whose headings have elements of their own, one in another or beside each other."""

ONE_COMMENT = (
    '<section class="comments"><h3>1 条评论</h3><ol class="comment-list"><li class="comment"><cite class="fn">小满</cite>'
    '<time>2020-05-08 12:03</time><div class="comment-content">茶真的好喝吗？</div></li></ol></section>'
)
