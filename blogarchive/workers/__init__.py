"""Parsing in other processes, and settings of this process."""
