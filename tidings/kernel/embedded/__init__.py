"""Runs the PostgreSQL that comes with Tidings, for whoever has no database server of their own (Linux).

Owns `<TIDINGS_HOME>/postgres`: data, log, socket and password. Starts before Django and knows nothing of it.
`server.running(home)` is the door; `home.connection_params(home)` is all that the settings need.

Every process that needs the server uses it under a lock of the kernel's (flock), which `kill -9` frees:
whoever comes first starts the server, whoever leaves last stops it, and a server left behind by killed
users is simply found running by the next one. A process id alone is never believed.
"""
