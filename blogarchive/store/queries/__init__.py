"""Read models: what pages, exports, history and status show."""
