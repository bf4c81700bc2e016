"""Measurements against yardsticks, in alternating pairs: on a shared machine only ratios of one run mean anything."""
