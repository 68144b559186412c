"""Descriptions of blog engines: each module defines `ENGINE`."""
