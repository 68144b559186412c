"""Reading what is stored: for reading pages, exports, reports and Datasette."""
