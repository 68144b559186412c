"""Scrapy downloader middlewares: robots.txt, redirects, the owner's cookies."""
