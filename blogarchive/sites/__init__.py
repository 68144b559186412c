"""One module a site, found by being there: its URLs, labels, clock and page types.

A module of this package that defines `SITE` (an object of the `Site` protocol) is a site.
"""

from blogarchive.sites.base import Site, parse_page, site_by_name, site_for_url, site_names

__all__ = ["Site", "parse_page", "site_by_name", "site_for_url", "site_names"]
