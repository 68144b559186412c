"""A page as the lines that a reader sees, each line with its DOM nodes."""
