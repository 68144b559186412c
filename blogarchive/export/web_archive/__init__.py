"""Records of web archives and their index: what `export warc` and `export wacz` share."""
