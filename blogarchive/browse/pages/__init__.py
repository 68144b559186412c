"""Reading pages: one module for each page, and their parts."""
