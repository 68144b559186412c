"""Parsing in other processes, and settings of the current process."""
