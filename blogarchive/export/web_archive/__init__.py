"""Records of web archives and their index, shared by `export warc` and `export wacz`."""
