"""Split a page into the lines that a reader sees."""
