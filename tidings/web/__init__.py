"""The door for operators: server-rendered pages."""
