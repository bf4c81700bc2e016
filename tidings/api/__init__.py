"""The door for programs: REST under `/api/v1`. Calls the same actions as pages and command line do."""
