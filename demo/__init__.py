"""A demonstration that needs no real person: invented people, and files as other tools would export them."""
