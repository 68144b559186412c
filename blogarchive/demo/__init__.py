"""A small blog host on loopback, to try everything on and to test against.

`truth` says what a blog holds, `blogs` invents some, a `markup_*` module says how a page of it looks,
`host.DemoHost` serves them. Nothing of the rest of blogarchive is imported here, so that the host can be a
judge of it.
"""

from blogarchive.demo.blogs import make_blog, sample_blog
from blogarchive.demo.host import DemoHost
from blogarchive.demo.truth import DemoBlog, DemoComment, DemoPost

__all__ = ["DemoBlog", "DemoComment", "DemoHost", "DemoPost", "make_blog", "sample_blog"]
