"""Rows of media: images to fetch and images stored."""
