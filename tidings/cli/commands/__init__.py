"""One module per thing that commands act on. Each is imported only when one of its commands is asked for."""
