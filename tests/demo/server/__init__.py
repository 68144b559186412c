"""The HTTP server of the demo host, and its faults."""
