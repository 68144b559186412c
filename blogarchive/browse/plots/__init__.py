"""Plots as inline SVG, drawn on the server and styled by the stylesheet of the page: see `docs/decisions/`."""
