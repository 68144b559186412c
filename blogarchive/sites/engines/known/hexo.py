"""Hexo: the themes NexT, Butterfly, Icarus, Fluid and Landscape."""

from blogarchive.sites.engines.engine import Engine

ENGINE = Engine(
    name="hexo",
    generator=r"^Hexo\b",
    marks=("#hexo-admonition", "script[src*='hexo']"),
    title=("h1.post-title", "h1.article-title", "h1.p-name", "#seo-header"),
    posted=("time.post-meta-date-created", ".post-meta-item time[itemprop*='dateCreated']"),
    body=(
        "#article-container",
        ".post-body[itemprop='articleBody']",
        ".post-content .markdown-body",
        ".article-entry",
    ),
    drop=(".post-copyright", ".post-footer", ".tag_share", ".article-licensing", ".reward", ".post-toc"),
)
