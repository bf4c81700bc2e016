"""Ground without a domain word: clock, database access, named SQL, signing, stored files, the embedded server."""
