"""Environments by name, and the profiles that belong to them."""
