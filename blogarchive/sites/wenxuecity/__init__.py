"""文学城, blog.wenxuecity.com."""

from blogarchive.sites.wenxuecity.site import SITE

__all__ = ["SITE"]
