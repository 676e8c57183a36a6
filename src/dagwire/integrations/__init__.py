"""Bridges to other frameworks, one folder or file each; each needs its own extra, and is imported by its own name."""
