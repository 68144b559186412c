"""Export an archive: one module for each format."""
