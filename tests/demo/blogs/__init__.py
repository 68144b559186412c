"""The data of invented blogs, changes of them, and the labels and URLs of their site."""
