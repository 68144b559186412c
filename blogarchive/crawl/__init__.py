"""One run over blogs: options, session, progress, result, dry run, media."""
