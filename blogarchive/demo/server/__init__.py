"""The HTTP server of the demo host, its URLs and its faults."""
