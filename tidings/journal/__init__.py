"""Append-only facts: who did what to which thing, when. Anyone above writes through `record`; nobody changes a fact."""
