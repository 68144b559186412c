"""Posts that a page lists, and the links to its next page."""
