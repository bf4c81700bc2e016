"""E-mail over SMTP: relays, connections and their pool. Pure asyncio: knows no database and no Django."""
