"""Import what others saved: saved pages, WARC files, other archives."""
