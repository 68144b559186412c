"""The comments of a page: headers, footers, selection of the page's own, segmentation, consistency checks."""
