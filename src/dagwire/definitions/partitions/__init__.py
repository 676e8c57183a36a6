"""Partitions, and the mappings between them."""
