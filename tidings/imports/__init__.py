"""Files in: reading, checking, staging and merging contacts into one group."""
