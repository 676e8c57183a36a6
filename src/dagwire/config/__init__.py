"""Typed values: what is declared, where it is read from, and when."""
