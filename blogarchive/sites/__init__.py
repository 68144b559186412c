"""The sites: URLs, labels, time zone and page types of each blog host.

A module of this package that defines `SITE`, an object of a `Site` class, is a site. No list names it.
"""

from blogarchive.sites.base import Site, parse_page, site_by_name, site_for_url, site_names

__all__ = ["Site", "parse_page", "site_by_name", "site_for_url", "site_names"]
