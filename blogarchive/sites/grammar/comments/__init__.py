"""The comments of a page: markers, headers, footers, segmentation, consistency checks."""
