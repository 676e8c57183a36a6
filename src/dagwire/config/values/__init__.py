"""One value: its validation, its variables, its secrecy."""
