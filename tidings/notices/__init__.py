"""What Tidings tells its own users: a row for each of them, shown on their page and mailed. Whoever tells writes it."""
