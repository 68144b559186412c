"""A small blog host on loopback, to try everything on and to test against.

`truth` says what a blog holds, `sample` and `blogs` invent some, a `markup_*` module says how its pages look,
`host.DemoHost` serves them. Nothing of the rest of blogarchive is imported here, so that the host can be a
judge of it.
"""

from blogarchive.demo.blogs.generated import make_blog
from blogarchive.demo.blogs.sample import SAMPLE_MARKUPS, sample_blog, sample_blogs
from blogarchive.demo.blogs.truth import DemoBlog, DemoComment, DemoPost
from blogarchive.demo.server.host import DemoHost

__all__ = [
    "SAMPLE_MARKUPS",
    "DemoBlog",
    "DemoComment",
    "DemoHost",
    "DemoPost",
    "make_blog",
    "sample_blog",
    "sample_blogs",
]
