"""Parse dates as Chinese pages show them, against a reference time."""
