"""Parts that exports share: files, names, dates, images and links within an export."""
