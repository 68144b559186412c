"""Scrapy item pipelines: text, dates, store. Each calls one function of the library."""
