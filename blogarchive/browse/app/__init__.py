"""Pages to start, watch and stop backups, for people without a terminal; loaded by `blogarchive app` alone."""
