"""WordPress: classic themes, and block themes with the same list of comments."""

from blogarchive.sites.engines.engine import Engine
from blogarchive.sites.markup.parts import CommentParts

_ITEM = (
    "li[contains(concat(' ', @class, ' '), ' comment ') or contains(concat(' ', @class, ' '), ' pingback ')]"
)

ENGINE = Engine(
    name="wordpress",
    generator=r"WordPress|All in One SEO|Yoast|WooCommerce|Elementor",
    marks=("link[href*='/wp-content/']", "link[rel='https://api.w.org/']"),
    title=("h1.entry-title", "h1.wp-block-post-title", "h1.post-title"),
    body=("article .entry-content", ".hentry .entry-content", ".wp-block-post-content"),
    drop=(".sharedaddy", ".jp-relatedposts", ".post-ratings", ".wumii-hook", ".yarpp-related"),
    comments=CommentParts(
        each=f"//*[contains(@class, 'commentlist') or contains(@class, 'comment-list')]//{_ITEM}",
        author=".fn",
        author_url=".fn a",
        posted=".comment-metadata time, .commentmetadata > a, .comment-meta > a",
        body=".comment-content",
    ),
)
