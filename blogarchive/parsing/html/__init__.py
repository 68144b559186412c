"""HTML trees: parse, repair, sanitize; URLs and visibility of elements."""
