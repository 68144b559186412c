"""Reading pages: one module a page, and their parts."""
