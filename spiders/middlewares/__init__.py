"""Scrapy downloader middlewares: robots.txt, redirects, the user's cookies."""
