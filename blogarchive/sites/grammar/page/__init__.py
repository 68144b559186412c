"""The page under parsing: its lines, labels, links and DOM positions."""
