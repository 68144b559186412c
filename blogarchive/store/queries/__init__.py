"""Read models of blogs and posts, and the readers of pages, exports, histories and status."""
