"""Where: groups, categories, settings, group attributes."""
