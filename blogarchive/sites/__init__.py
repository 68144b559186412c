"""One module a site, found by being there: its URLs, labels, clock and page types.

A module of this package that defines `SITE` (an object of the `Site` protocol) is a site.
"""

from blogarchive.sites.base import Site, by_name, for_url, names, read

__all__ = ["Site", "by_name", "for_url", "names", "read"]
