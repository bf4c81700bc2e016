"""The door for contacts: pages without login that trust nothing but signed tokens."""
