"""Jekyll and Octopress, which is made of it."""

from blogarchive.sites.engines.engine import Engine

ENGINE = Engine(
    name="jekyll",
    generator=r"^Jekyll\b",
    marks=("link[href*='octopress']", "script[src*='octopress']"),
    title=("h1.entry-title", "h1.post-title"),
    body=("article .entry-content", "article .post-content"),
)
