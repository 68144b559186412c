"""Hosts that lie after a truthful first run."""
