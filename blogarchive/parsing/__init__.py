"""Parse pages, purely: bytes in, items out, without Scrapy, SQL, clock or network."""
