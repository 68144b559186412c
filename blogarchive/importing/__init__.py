"""Import saved pages, WARC files and other archives."""
