"""Reading contact files, pure: formats, mappings and the check of each row. Knows no database."""
