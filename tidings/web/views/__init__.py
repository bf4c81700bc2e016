"""One module per area of pages; each holds its views and, at its end, its `urls`."""
