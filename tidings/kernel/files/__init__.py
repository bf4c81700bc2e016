"""Stored files: a Django storage kept in PostgreSQL in chunks, so that hosts share nothing but the database."""
