"""Parts that commands share: options, configuration file, output streams, notices and summaries."""
