"""万维博客, blog.creaders.net."""

from blogarchive.sites.creaders.site import SITE

__all__ = ["SITE"]
