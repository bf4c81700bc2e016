"""Tidings: contacts in groups, messages to those groups, every recipient accounted for."""
