"""The posts that a page lists, and the link to its next page."""
