"""Scrapy item pipelines: encodings, dates, store. Each is thin and calls the library."""
