"""CSDN, blog.csdn.net: the templates of 2007, 2012, 2017 and 2021; scripts fetch the comments."""

from blogarchive.sites.engines.engine import Engine

ENGINE = Engine(
    name="csdn",
    marks=("link[href*='csdnimg.cn']", "script[src*='csdnimg.cn']", "script[src*='csdn.net']"),
    title=("h1.title-article", "h1.csdn_top", ".article_title .link_title", ".postTitle"),
    posted=(".article-bar-top .time", ".link_postdate", ".postDesc"),
    body=("#article_content", ".postText"),
    drop=(".hide-article-box", ".article-copyright", ".readall_box"),
)
