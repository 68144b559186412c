"""The page under parsing: lines, labels, links, DOM positions, vocabulary."""
