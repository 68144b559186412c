"""Pure reading of pages: bytes in, items out. Knows no Scrapy, no SQL, no clock, no network."""
