"""The sites: URLs, labels, time zone and page types of each blog host.

A module of this package that defines `SITE`, an object of a `Site` class, is a site. No list names it.
"""
