"""Markups: how a demo page is written as HTML."""
