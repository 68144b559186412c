"""The post of a page: title, time, body, counters, notices."""
