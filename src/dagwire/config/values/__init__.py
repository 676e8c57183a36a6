"""A single value: its validation, its forms, its variables, its secrecy."""
