"""The data of invented blogs, and changes of them."""
