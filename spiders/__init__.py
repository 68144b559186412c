"""Scrapy spiders: they decide which URL is fetched next. The parsers of `blogarchive.sites` read the pages."""
