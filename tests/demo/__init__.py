"""A small blog host on 127.0.0.1, for `blogarchive demo` and for tests.

`blogs` has the data of invented blogs, `markup` prints their pages, `server` sends them over HTTP. The package
imports nothing else of blogarchive, so that tests can compare both.
"""

from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.sample import SAMPLE_MARKUPS, sample_blog, sample_blogs
from tests.demo.blogs.truth import DemoBlog, DemoComment, DemoPost
from tests.demo.server.host import DemoHost

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
